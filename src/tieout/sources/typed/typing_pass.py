"""One pass over a source: every cell typed, in the order of the file, failures kept beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.model.errors import ConservationError
from tieout.model.table import Kind
from tieout.sources.parquet_pieces import ROW_GROUP, Pieces
from tieout.sources.source import Source
from tieout.sources.typed.expressions import can_fail, unread_of, value_of
from tieout.sources.typed.native_values import cleaned, is_typed_already, native_value
from tieout.sources.typed.pieces import Pieces as ColumnPieces
from tieout.sources.typed.reading import NULL_WORDS, Reading

_ROW: Final = "row"
_BATCH_ROWS: Final = 122_880


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
    source: Source, readings: Mapping[str, Reading], *, engine: Engine, packed: bool = False
) -> TypedPass:
    """Carry out readings on a source; a source that cannot be read quickly is read exactly.

    packed: whether labels of large sources may be Categorical (see `Pieces`).

    Raises ConservationError where rows do not add up to what was read.
    """
    try:
        return _type_rows(source, readings, engine=engine, packed=packed)
    except ConservationError:
        raise
    except Exception:
        # Whatever the engine's reader stumbled over, the exact reader finds and names its rows.
        if source.exact is None:
            raise
    return _type_rows(source.exact(), readings, engine=engine, packed=packed)


def _type_rows(
    source: Source, readings: Mapping[str, Reading], *, engine: Engine, packed: bool
) -> TypedPass:
    if source.pieces is not None and is_typed_already(source, readings):
        return _native_rows(source, readings, source.pieces, packed=packed)
    fallible = [c for c in source.columns if can_fail(source.table[c], readings[c])]
    plan = _plan(source, readings, fallible)
    gathered = _Gathered(source, readings, fallible, packed=packed)
    # Through a file it would take twice the work, at once twice the memory.
    for batch in engine.batches(plan, rows=_BATCH_ROWS, keep_order=True):
        gathered.add(pl.DataFrame(pl.from_arrow(batch)))
    if not gathered.height and source.exact is not None:
        raise ValueError("the first row was seen, and the engine finds none")
    if source.rows not in (None, gathered.height + source.rejected):
        raise ConservationError(
            f"{source.name}: {source.rows} rows were read, "
            f"{gathered.height + source.rejected} typed"
        )
    if not gathered.height:
        gathered.add(pl.DataFrame(schema=plan.schema().to_polars()))
    return gathered.whole()


def _native_rows(
    source: Source, readings: Mapping[str, Reading], pieces: Pieces, *, packed: bool
) -> TypedPass:
    """Of a file whose cells need no reading, only another type."""
    columns = {name: ColumnPieces(packed=packed) for name in source.columns}
    height = 0
    for piece in pieces(_BATCH_ROWS, ROW_GROUP):
        native = piece.select(native_value(name, readings[name]) for name in source.columns)
        for name, values in columns.items():
            values.add(native[name])
        height += piece.height
    if height != source.rows:
        raise ConservationError(f"{source.name}: {source.rows} rows were read, {height} typed")
    frame = pl.DataFrame([cleaned(values.whole()) for values in columns.values()])
    rows = pl.int_range(1, height + 1, dtype=pl.Int64, eager=True).alias(_ROW)
    return TypedPass(source, frame, {}, rows)


class _Gathered:
    """Rows of a source as they come, finished a piece at a time."""

    def __init__(
        self,
        source: Source,
        readings: Mapping[str, Reading],
        fallible: Sequence[str],
        *,
        packed: bool,
    ) -> None:
        self.height = 0
        self._source = source
        self._readings = readings
        self._places = {name: place for place, name in enumerate(source.columns)}
        self._values = {name: ColumnPieces(packed=packed) for name in source.columns}
        self._failed: dict[str, list[pl.DataFrame]] = {name: [] for name in fallible}
        self._rows: list[pl.Series] = []

    def add(self, piece: pl.DataFrame) -> None:
        """The next rows: of each column `v` and its place, of fallible ones also `f`."""
        finished = piece.select(
            _finished(f"v{place}", self._readings[name]).alias(name)
            for name, place in self._places.items()
        )
        for name, values in self._values.items():
            values.add(finished[name])
        for name, failed in self._failed.items():
            texts = piece[f"f{self._places[name]}"]
            if texts.null_count() < len(texts):
                failed.append(_unread(texts, self.height))
        if self._source.row_column is not None:
            self._rows.append(piece[_ROW].cast(pl.Int64))
        self.height += piece.height

    def whole(self) -> TypedPass:
        """All of it. Columns are joined one by one, so that little is there twice at a time."""
        columns = [values.whole() for values in self._values.values()]
        failed = {
            name: said
            for name, parts in self._failed.items()
            if parts and len(said := pl.concat(parts))
        }
        return TypedPass(self._source, pl.DataFrame(columns), failed, self._row_numbers())

    def _row_numbers(self) -> pl.Series:
        if self._source.row_column is None:
            return pl.int_range(1, self.height + 1, dtype=pl.Int64, eager=True).alias(_ROW)
        return pl.concat(self._rows, rechunk=True)


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


def _unread(texts: pl.Series, before: int) -> pl.DataFrame:
    """`index` and `text` of cells that could not be read; words for nothing are none of them."""
    unread = pl.DataFrame({"text": texts}).with_row_index("index", offset=before)
    said = unread.drop_nulls("text").with_columns(pl.col("text").str.strip_chars())
    return said.filter(~pl.col("text").str.to_lowercase().is_in(NULL_WORDS))


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
