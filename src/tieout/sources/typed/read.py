"""A location becomes a table that detectors can judge, and the rows that could not be read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.model.facts import Reject
from tieout.model.table import Kind, Table
from tieout.sources.open import open_source
from tieout.sources.source import Source, free_name
from tieout.sources.typed.decide_kind import (
    BAD_SHARE_MAX,
    SAMPLE_ROWS,
    decide_reading,
    native_reading,
    reading_as,
    revise_reading,
)
from tieout.sources.typed.expressions import kind_of_type
from tieout.sources.typed.facts import column_facts
from tieout.sources.typed.order import refuse_disorder
from tieout.sources.typed.originals import ORIGINAL_ROWS, read_originals
from tieout.sources.typed.reading import TEXT, Reading
from tieout.sources.typed.rejects import merge_rejects, unreadable_rows
from tieout.sources.typed.typing_pass import TypedPass, type_rows

_NATIVE_SAMPLE_ROWS: Final = 20_000
_PASSES_MAX: Final = 3
_FORCED_BAD_SHARE_MAX: Final = 0.5


@dataclass(frozen=True)
class ReadTable:
    """A source as a table, and what is not in it.

    table: the readable rows, without roles.
    rejects: broken and unreadable rows sorted by row, at most 100,000, one a row.
    rows: all data rows, rejects included. rejected: how many of them are not in `table`.
    source: its name and files, for the manifest.
    readings: how each column was read, and why.
    row_column: what `originals` calls the row number: `row`, or a free name.
    """

    table: Table
    rejects: tuple[Reject, ...]
    rows: int
    rejected: int
    source: Source
    readings: Mapping[str, Reading]
    engine: Engine

    @property
    def row_column(self) -> str:
        """Name of the row number among the columns of `originals`."""
        return self.source.row_column or free_name("row", self.source.columns)

    def originals(self, *, rows: int = ORIGINAL_ROWS) -> Iterator[pl.DataFrame]:
        """The rows of the table as the input has them, in their order, some `rows` at a time.

        Columns are those of the input, as text, null where blank (of Parquet: of native types),
        then `row_column` (int64). The source is read again from its place; the engine runs no
        other plan before the last chunk. Raises ConservationError where it answers differently.
        """
        return read_originals(
            self.source,
            self.table.rows,
            row_column=self.row_column,
            engine=self.engine,
            chunk_rows=rows,
        )


def read_table(
    location: str,
    *,
    engine: Engine,
    workdir: Path,
    expected: Mapping[str, Kind] | None = None,
    packed: bool = False,
    announce: Callable[[str], None] = lambda _: None,
) -> ReadTable:
    """Read what a location names (see `open_source`) as a typed table.

    A column is NUMBER, TIME or CATEGORY by its name and its first 50,000 values (`decide_reading`);
    one in which over 1 % of all values then cannot be read is a CATEGORY after all. Fewer such
    cells make their rows rejects. Blank cells are null, and so are words such as NA, null, none
    and inf among numbers and moments.

    workdir: takes temporary copies, and must outlive `originals`.
    expected: kinds that columns must have, by name, as a saved model knows them.
    packed: whether labels of large sources may be Categorical instead of String.
    announce: told the name of each step.

    Raises InputError as `open_source` does, where no row can be read, and where over half of the
    values of a column are not of the kind that is expected of it.
    """
    announce("open")
    source = open_source(location, engine=engine, workdir=workdir)
    samples = source.sample(_NATIVE_SAMPLE_ROWS if source.typed else SAMPLE_ROWS)
    forced = {name: kind for name, kind in (expected or {}).items() if name in source.columns}
    readings = {name: _decide(source, name, samples[name], forced) for name in source.columns}
    announce("type")
    for _ in range(_PASSES_MAX):
        typed = type_rows(source, readings, engine=engine, packed=packed)
        source = typed.source
        revised = _revised(typed, readings, samples, forced)
        if revised == readings:
            break
        # What still fails after this is settled as text, so that the last pass is the last.
        readings = revised
    else:
        readings = _settled(typed, readings, forced)
        typed = type_rows(source, readings, engine=engine, packed=packed)
    refuse_disorder(typed, readings, samples)
    announce("count")
    return _read(typed, readings, engine)


def _decide(source: Source, name: str, sample: pl.Series, forced: Mapping[str, Kind]) -> Reading:
    dtype = source.table[name].type()
    if name in forced:
        return reading_as(forced[name], sample)
    if dtype.is_string():
        return decide_reading(name, sample)
    return native_reading(kind_of_type(dtype), name, sample, integer=dtype.is_integer())


def _revised(
    typed: TypedPass,
    readings: Mapping[str, Reading],
    samples: pl.DataFrame,
    forced: Mapping[str, Kind],
) -> dict[str, Reading]:
    revised = dict(readings)
    for name, failed in typed.failed.items():
        better = revise_reading(readings[name], samples[name], failed["text"])
        if better == readings[name]:
            better = _kept(typed, name, readings[name], forced)
        revised[name] = better
    return revised


def _settled(
    typed: TypedPass, readings: Mapping[str, Reading], forced: Mapping[str, Kind]
) -> dict[str, Reading]:
    kept = {name: _kept(typed, name, readings[name], forced) for name in typed.failed}
    return {**readings, **kept}


def _kept(typed: TypedPass, name: str, reading: Reading, forced: Mapping[str, Kind]) -> Reading:
    """The reading, or text where too much of the whole column failed it."""
    failed = typed.failed[name]
    read = len(typed.values) - typed.values[name].null_count()
    share = len(failed) / (len(failed) + read)
    if name not in forced:
        why = f"{share:.1%} of its values are neither numbers nor dates like the others"
        return replace(TEXT, why=why) if share > BAD_SHARE_MAX else reading
    if share > _FORCED_BAD_SHARE_MAX:
        row = int(typed.rows[int(failed["index"][0])])
        raise InputError(
            f"{typed.source.file_of(row)}: row {row}, column {name!r}: {failed['text'][0]!r}; "
            f"expected {reading.expected}, as in the data that was learnt from"
        )
    return reading


def _read(typed: TypedPass, readings: Mapping[str, Reading], engine: Engine) -> ReadTable:
    source = typed.source
    unreadable = unreadable_rows(typed)
    frame, rows = typed.values, typed.rows
    if len(unreadable):
        keep = ~pl.int_range(len(frame), dtype=pl.UInt32, eager=True).is_in(
            unreadable["index"].implode()
        )
        frame, rows = frame.filter(keep), rows.filter(keep)
    rejects = merge_rejects(typed, unreadable, readings)
    if frame.is_empty():
        first = rejects[0]
        raise InputError(
            f"{first.file}: none of its rows can be read; row {first.row}: {first.value!r}, "
            f"expected {first.expected}"
        )
    facts = tuple(column_facts(frame[name], readings[name].kind) for name in frame.columns)
    return ReadTable(
        table=Table(frame=frame, rows=rows.to_numpy(), columns=facts),
        rejects=rejects,
        rows=len(typed.values) + source.rejected,
        rejected=len(unreadable) + source.rejected,
        source=source,
        readings=readings,
        engine=engine,
    )
