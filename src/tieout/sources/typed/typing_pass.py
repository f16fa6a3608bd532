"""One pass over a source: every cell typed, in the order of the file, failures kept beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.model.errors import ConservationError
from tieout.model.table import Kind
from tieout.sources.source import Source
from tieout.sources.typed.expressions import can_fail, unread_of, value_of
from tieout.sources.typed.reading import NULL_WORDS, Reading

_ROW = "row"


@dataclass(frozen=True)
class TypedPass:
    """All rows of a source, typed by readings.

    values: a column for each of the source's; null where blank or unreadable.
    failed: for each column that has some, `index` (position in `values`, uint32) and `text`.
    rows: the data row (from 1) that each row of `values` is, int64.
    """

    source: Source
    values: pl.DataFrame
    failed: Mapping[str, pl.DataFrame]
    rows: pl.Series


def type_rows(
    source: Source, readings: Mapping[str, Reading], *, engine: Engine, path: Path
) -> TypedPass:
    """Carry out readings on a source; a source that cannot be read quickly is read exactly.

    path: of a Parquet file between engine and frame, removed at the end.

    Raises ConservationError where rows do not add up to what was read.
    """
    try:
        return _type_rows(source, readings, engine=engine, path=path)
    except ConservationError:
        raise
    except Exception:
        # Whatever the engine's reader stumbled over, the exact reader finds and names its rows.
        if source.exact is None:
            raise
    return _type_rows(source.exact(), readings, engine=engine, path=path)


def _type_rows(
    source: Source, readings: Mapping[str, Reading], *, engine: Engine, path: Path
) -> TypedPass:
    path.parent.mkdir(parents=True, exist_ok=True)
    fallible = [c for c in source.columns if can_fail(source.table[c], readings[c])]
    try:
        written = engine.write_parquet(_plan(source, readings, fallible), path, keep_order=True)
        if not written and source.exact is not None:
            raise ValueError("the first row was seen, and the engine finds none")
        if source.rows not in (None, written + source.rejected):
            raise ConservationError(
                f"{source.name}: {source.rows} rows were read, {written + source.rejected} typed"
            )
        values = pl.read_parquet(path, columns=[f"v{n}" for n in range(len(source.columns))])
        values.columns = list(source.columns)
        rows = _rows(source, path, written)
        failed = _failed(source, fallible, path)
    finally:
        path.unlink(missing_ok=True)
    finished = values.with_columns(_finished(name, readings[name]) for name in source.columns)
    return TypedPass(source, finished, failed, rows)


def _plan(source: Source, readings: Mapping[str, Reading], fallible: list[str]) -> ir.Table:
    places = {name: place for place, name in enumerate(source.columns)}
    table = source.table
    row = {_ROW: table[source.row_column]} if source.row_column is not None else {}
    # Ibis folds a projection into the next one, and the engine would type a cell twice. A random
    # column that nobody asks for stops the fold, and the engine leaves it out.
    once = table.select(
        **row,
        **{f"v{place}": value_of(table[name], readings[name]) for name, place in places.items()},
        **{f"t{places[name]}": table[name] for name in fallible},
        **{"kept apart": ibis.random()},
    )
    failures = {
        f"f{places[name]}": unread_of(once[f"v{places[name]}"], once[f"t{places[name]}"])
        for name in fallible
    }
    return once.select(*row, *(f"v{place}" for place in places.values()), **failures)


def _rows(source: Source, path: Path, written: int) -> pl.Series:
    if source.row_column is None:
        return pl.int_range(1, written + 1, dtype=pl.Int64, eager=True).alias(_ROW)
    return pl.read_parquet(path, columns=[_ROW])[_ROW].cast(pl.Int64)


def _failed(source: Source, fallible: list[str], path: Path) -> dict[str, pl.DataFrame]:
    failed: dict[str, pl.DataFrame] = {}
    for place, name in enumerate(source.columns):
        if name not in fallible:
            continue
        texts = pl.read_parquet(path, columns=[f"f{place}"])[f"f{place}"]
        if texts.null_count() < len(texts):
            unread = pl.DataFrame({"text": texts}).with_row_index("index").drop_nulls("text")
            said = unread.with_columns(pl.col("text").str.strip_chars())
            said = said.filter(~pl.col("text").str.to_lowercase().is_in(NULL_WORDS))
            if len(said):
                failed[name] = said
    return failed


def _finished(name: str, reading: Reading) -> pl.Expr:
    column = pl.col(name)
    if reading.kind is Kind.CATEGORY:
        return column.cast(pl.String)
    if reading.way == "date":
        return column.cast(pl.Datetime("us"))
    finite = pl.when(column.is_finite()).then(column)
    if reading.way == "epoch":
        micros = (finite * (1_000_000 / reading.ticks)).round()
        return micros.cast(pl.Int64, strict=False).cast(pl.Datetime("us"))
    return finite.cast(pl.Float64)
