"""A source's columns become typed fields; rows that cannot be read become rejects."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import reduce
from itertools import islice
from operator import or_
from pathlib import Path
from typing import TypeVar

import ibis
import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.model.errors import ConservationError, InputError
from tieout.model.facts import Reject
from tieout.sources.expectations import expected_of
from tieout.sources.expressions import (
    Fault,
    columns_of,
    first_fault,
    read_field,
    readable_parts,
    text_in,
)
from tieout.sources.fields import StagePlan
from tieout.sources.native import needs_cleaning, text_of
from tieout.sources.source import Source, free_name

_BAD_COLUMN = "bad_column"
_BAD_VALUE = "bad_value"
_UNCLEAN = "unclean"
REJECTS_MAX = 100_000
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Staged:
    """The readable rows of a source, and the others.

    table: `row` (int64, data rows from 1), then the plan's fields: text ("" for none), amounts as
        int64 units of 10**-scale, dates as int32 epoch days, times as int32 seconds.
    rejects: broken and unreadable rows sorted by row, at most as many as were asked for. `row`
        is the row of the whole source, as in matches and breaks; `file` the file that holds it;
        `column` is empty where the row as a whole is broken.
    rows: all data rows, rejects included. rejected: how many of them are not in `table`.
    unread: `row` and the fields of the rows in which some field could not be read, null there; None
        where there are none. Broken rows are not among them.
    """

    table: ir.Table
    rejects: tuple[Reject, ...]
    rows: int
    rejected: int
    unread: ir.Table | None = None


@dataclass(frozen=True)
class StagedRows:
    """As `Staged`, the readable rows in this process, in the order of the file."""

    frame: pl.DataFrame
    rejects: tuple[Reject, ...]
    rows: int
    rejected: int


def stage(
    source: Source,
    plan: StagePlan,
    *,
    engine: Engine,
    path: Path,
    rejects_max: int = REJECTS_MAX,
) -> Staged:
    """Carry out a plan on a source.

    source: opened with the engine's reader. Text is typed once, into a Parquet file at `path`;
    native columns stay where they are and are typed by a view, unless the reader is another engine:
    then they go through `path` too. A source whose quick reading fails is read again row by row.

    Raises InputError where the plan names a column that is missing or of a type that cannot hold
    the field, and ConservationError where rows and rejects do not add up to what was read.
    """

    def carried_out(source: Source) -> Staged:
        return _stage(source, plan, engine=engine, path=path, rejects_max=rejects_max)

    return _quick_or_exact(source, plan, carried_out)


def stage_rows(
    sources: Sequence[Source],
    plan: StagePlan,
    *,
    engine: Engine,
    rejects_max: int = REJECTS_MAX,
) -> list[StagedRows]:
    """Carry out a plan on sources that fit in memory, without files in between.

    Files of text that can be read quickly are read in one go: of small ones, most of the time goes
    into the plan. Raises what `stage` does.
    """

    def carried_out(source: Source) -> StagedRows:
        typed = engine.reader.fetch(_flagged(source, plan, ()), keep_order=True)
        return _staged_rows(source, plan, typed, rejects_max)

    for source in sources:
        _refuse_missing(source, plan)
    if len(sources) > 1 and not any(each.typed or each.numbered for each in sources):
        # What the engine stumbles over is found in the file that holds it.
        with suppress(Exception):
            typed = engine.reader.fetch(
                _flagged(_together(sources, plan), plan, ()), keep_order=True
            )
            return [
                _staged_rows(source, plan, typed.filter(pl.col("row") == place), rejects_max)
                for place, source in enumerate(sources)
            ]
    return [_quick_or_exact(source, plan, carried_out) for source in sources]


def _quick_or_exact(
    source: Source, plan: StagePlan, carried_out: Callable[[Source], _Result]
) -> _Result:
    _refuse_missing(source, plan)
    try:
        return carried_out(source)
    except (InputError, ConservationError):
        raise
    except Exception:
        # Whatever the engine's reader stumbled over, the exact reader finds and names its rows.
        if source.exact is None:
            raise
    return carried_out(source.exact())


def _together(sources: Sequence[Source], plan: StagePlan) -> Source:
    """The rows of all sources, one source after the other; for `row` stands which it is."""
    columns = dict.fromkeys(name for field in plan.fields.values() for name in columns_of(field))
    which = free_name("row", tuple(columns))
    parts = [
        source.table.select(*columns, **{which: ibis.literal(place, "int64")})
        for place, source in enumerate(sources)
    ]
    union = reduce(lambda one, two: one.union(two), parts)
    return replace(sources[0], table=union, row_column=which, columns=tuple(columns))


def _staged_rows(
    source: Source, plan: StagePlan, typed: pl.DataFrame, rejects_max: int
) -> StagedRows:
    """typed: of each row its fields, and what is wrong with it, in the order of the file."""
    if source.row_column is None:
        typed = typed.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row"))
    rows = _settled_rows(source, typed.height)
    bad = typed.filter(pl.col(_BAD_COLUMN).is_not_null())
    found = bad.select("row", _BAD_COLUMN, _BAD_VALUE).sort("row").head(rejects_max)
    return StagedRows(
        frame=typed.filter(pl.col(_BAD_COLUMN).is_null()).select("row", *plan.fields).sort("row"),
        rejects=_merged(source.rejects, _rejects(source, plan, found.rows()), rejects_max),
        rows=rows,
        rejected=source.rejected + bad.height,
    )


def _settled_rows(source: Source, typed: int) -> int:
    """All data rows of a source of which so many were typed, or broken ones besides."""
    if not typed and source.exact is not None:
        raise ValueError("the first row was seen, and the engine finds none")
    rows = typed + source.rejected
    if source.rows not in (None, rows):
        raise ConservationError(f"{source.name}: {source.rows} rows were read, {rows} typed")
    return rows


def _stage(
    source: Source, plan: StagePlan, *, engine: Engine, path: Path, rejects_max: int
) -> Staged:
    clean, bad = _look(source, plan, engine.reader) if source.typed else ((), None)
    if bad == 0:
        rejects = _merged(source.rejects, (), rejects_max)
        table = _handed_over(_sound(source, plan, clean), engine, path)
        return Staged(table, rejects, source.rows or 0, source.rejected)
    flagged = _flagged(source, plan, clean)
    rows = source.rows
    if not source.typed:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = engine.reader.write_parquet(flagged, path, keep_order=True)
        bad = 0 if _is_null_throughout(path, _BAD_COLUMN) else None
        row_column = None if source.numbered else "row"
        flagged = engine.read_parquet([path], row_column=row_column)
        rows = _settled_rows(source, written)
    else:
        flagged = _handed_over(flagged, engine, path)
    unreadable, count = (
        ([], 0) if bad == 0 else _unreadable(flagged, source, plan, engine, rejects_max)
    )
    sound = flagged.filter(flagged[_BAD_COLUMN].isnull()) if count else flagged
    unread = flagged.filter(flagged[_BAD_COLUMN].notnull()).select("row", *plan.fields)
    return Staged(
        table=sound.select("row", *plan.fields),
        rejects=_merged(source.rejects, unreadable, rejects_max),
        rows=rows or 0,
        rejected=source.rejected + count,
        unread=unread if count else None,
    )


def _handed_over(typed: ir.Table, engine: Engine, path: Path) -> ir.Table:
    """A table of the engine's reader as one of the engine."""
    if engine.reader is engine:
        return typed
    path.parent.mkdir(parents=True, exist_ok=True)
    engine.reader.write_parquet(typed, path, keep_order=True)
    return engine.read_parquet([path])


def _refuse_missing(source: Source, plan: StagePlan) -> None:
    for field in plan.fields.values():
        for column in columns_of(field):
            if column in source.columns:
                continue
            lowered = {name.lower(): name for name in source.columns}
            near = get_close_matches(column.lower(), lowered, n=1)
            hint = f"did you mean {lowered[near[0]]!r}? " if near else ""
            raise InputError(
                f"{source.name}: has no column {column!r}; {hint}it has "
                + ", ".join(map(repr, source.columns))
            )


def _look(source: Source, plan: StagePlan, engine: Engine) -> tuple[Collection[str], int]:
    """Text columns that need no cleaning, and how many rows cannot be read.

    Looked at once here, instead of in every later scan.
    """
    texts = dict.fromkeys(
        column
        for field in plan.fields.values()
        for column in columns_of(field)
        if source.table[column].type().is_string()
    )
    unclean = {f"{_UNCLEAN} {name}": needs_cleaning(source.table[name]) for name in texts}
    parts = _parts(source, plan, (), beside=unclean, all_texts=False)
    conditions = [fault.condition for fault in _read_faults(plan, parts)[1]]
    bad = reduce(or_, conditions).ifelse(1, 0).sum() if conditions else ibis.literal(0)
    found = engine.fetch(
        parts.aggregate(
            **{name: parts[f"{_UNCLEAN} {name}"].any() for name in texts},
            **{_BAD_COLUMN: bad},
        )
    ).row(0, named=True)
    return [column for column in texts if not found[column]], int(found[_BAD_COLUMN] or 0)


def _sound(source: Source, plan: StagePlan, clean: Collection[str]) -> ir.Table:
    """The fields of every row, where every row is known to be readable."""
    parts = _parts(source, plan, clean, all_texts=False)
    return parts.select(**_row(source, parts), **_read_faults(plan, parts)[0])


def _flagged(source: Source, plan: StagePlan, clean: Collection[str]) -> ir.Table:
    """The fields of every row and, for the rows that cannot be read, what is wrong with them."""
    parts = _parts(source, plan, clean)
    values, faults = _read_faults(plan, parts)
    return parts.select(
        **_row(source, parts),
        **values,
        **{
            _BAD_COLUMN: first_fault(faults, lambda fault: fault.column),
            _BAD_VALUE: first_fault(faults, lambda fault: text_in(fault, parts)),
        },
    )


def _row(source: Source, parts: ir.Table) -> dict[str, ir.Value]:
    return {"row": parts[source.row_column]} if source.row_column is not None else {}


def _read_faults(plan: StagePlan, parts: ir.Table) -> tuple[dict[str, ir.Value], list[Fault]]:
    readings = {name: read_field(name, field, parts) for name, field in plan.fields.items()}
    faults = [fault for reading in readings.values() for fault in reading.faults]
    return {name: reading.value for name, reading in readings.items()}, faults


def _parts(
    source: Source,
    plan: StagePlan,
    clean: Collection[str],
    *,
    beside: Mapping[str, ir.Value] | None = None,
    all_texts: bool = True,
) -> ir.Table:
    table = source.table
    if not source.typed:
        # Trimmed once: amounts and dates mention their text many times.
        clean = dict.fromkeys(name for field in plan.fields.values() for name in columns_of(field))
        table = _once(source, table, {name: text_of(table[name]) for name in clean})
    try:
        parts = readable_parts(plan.fields, table, plan.scale, clean, all_texts=all_texts)
    except InputError as error:
        raise InputError(f"{source.name}: {error}") from error
    return _once(source, table, parts | dict(beside or {}))


def _once(source: Source, table: ir.Table, parts: dict[str, ir.Value]) -> ir.Table:
    """A table of values that later expressions refer to instead of repeating them.

    Ibis folds a projection into the next one, and the engine would compute its values at every
    mention. A random column that nobody asks for stops the fold, and the engine leaves it out.
    """
    row = {source.row_column: table[source.row_column]} if source.row_column is not None else {}
    return table.select(**row, **parts, **{"kept apart": ibis.random()})


def _is_null_throughout(path: Path, name: str) -> bool:
    """Whether the statistics of a Parquet file say that a column holds nothing."""
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(path)
    place = metadata.schema.names.index(name)
    groups = (metadata.row_group(at) for at in range(metadata.num_row_groups))
    told = (group.column(place).statistics for group in groups)
    nulls = [0 if each is None or not each.has_null_count else each.null_count for each in told]
    return bool(sum(nulls) == metadata.num_rows)


def _unreadable(
    flagged: ir.Table, source: Source, plan: StagePlan, engine: Engine, rejects_max: int
) -> tuple[list[Reject], int]:
    bad = flagged.filter(flagged[_BAD_COLUMN].notnull()).select("row", _BAD_COLUMN, _BAD_VALUE)
    found = engine.fetch(bad.order_by("row").limit(rejects_max)).rows()
    count = len(found)
    if count >= rejects_max:
        count = int(engine.fetch(bad.aggregate(count=bad.count())).item())
    return _rejects(source, plan, found), count


def _rejects(
    source: Source, plan: StagePlan, found: Iterable[tuple[int, str, str]]
) -> list[Reject]:
    """found: row, column and value of each."""
    return [
        Reject(source.file_of(row), row, column, value, expected_of(plan, column, value))
        for row, column, value in found
    ]


def _merged(
    broken: Iterable[Reject], unreadable: Iterable[Reject], rejects_max: int
) -> tuple[Reject, ...]:
    together = sorted([*broken, *unreadable], key=lambda reject: reject.row)
    return tuple(islice(map(_one_line, together), rejects_max))


def _one_line(reject: Reject) -> Reject:
    return replace(reject, value=" ".join(reject.value.splitlines()))
