"""The rows of a table as its input has them, read once more and never held as a whole."""

from collections.abc import Iterator
from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.engines.base import Engine
from tieout.model.errors import ConservationError
from tieout.sources.source import Source

ORIGINAL_ROWS: Final = 100_000


def read_originals(
    source: Source,
    wanted: NDArray[np.int64],
    *,
    row_column: str,
    engine: Engine,
    chunk_rows: int = ORIGINAL_ROWS,
) -> Iterator[pl.DataFrame]:
    """Chunks of the wanted rows (ascending) in file order: the columns of the source, then rows.

    Raises ConservationError where the source answers with other rows than those.
    """
    done = 0
    for read in _read_again(source, row_column, engine, chunk_rows):
        frame = read
        rows = frame[row_column].to_numpy()
        ahead = wanted[done : done + len(rows)]
        if not np.array_equal(rows, ahead):
            # Wanted rows are a part of those read, so that as many as lie within the chunk follow.
            ahead = ahead[: np.searchsorted(ahead, rows[-1], side="right")]
            frame = frame.filter(np.isin(rows, ahead))
            if not np.array_equal(frame[row_column].to_numpy(), ahead):
                raise ConservationError(f"{source.name}: was read again and has other rows")
        done += len(ahead)
        if len(frame):
            yield frame
    if done != len(wanted):
        raise ConservationError(f"{source.name}: was read again and has {done} rows of the table")


def _read_again(
    source: Source, row_column: str, engine: Engine, chunk_rows: int
) -> Iterator[pl.DataFrame]:
    if source.pieces is not None:
        before = 0
        # Beside the table there is less room.
        for piece in source.pieces(chunk_rows, 2 * chunk_rows):
            yield piece.select(source.columns).with_columns(_numbers(before).alias(row_column))
            before += piece.height
        return
    cells = source.columns if source.typed else [_filled(name) for name in source.columns]
    for batch in engine.batches(_in_order(source, row_column), rows=chunk_rows):
        yield pl.DataFrame(pl.from_arrow(batch)).select(*cells, row_column)


def _numbers(before: int) -> pl.Expr:
    return pl.int_range(before + 1, pl.len() + before + 1, dtype=pl.Int64)


def _in_order(source: Source, row_column: str) -> ir.Table:
    """The columns of a source and its row numbers, so that the engine reads them in this order."""
    table = source.table
    if len(source.parts) > 1:
        # Several files may be read side by side.
        return table.select(*source.columns, row_column).order_by(row_column)
    # Numbering rows as they come lets the engine read in one thread, in the order of the file.
    number = (ibis.row_number() + 1).cast("int64")
    if source.row_column is None:
        return table.select(*source.columns, number.name(row_column))
    return table.select(*source.columns, row_column, number.name("number read"))


def _filled(name: str) -> pl.Expr:
    """Text that is null where it is empty, whichever way the file was read."""
    return pl.when(pl.col(name) != "").then(pl.col(name)).alias(name)
