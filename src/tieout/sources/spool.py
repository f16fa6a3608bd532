"""Rows of text into a Parquet file in batches, each with its number."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tieout.sources.source import free_name, text_frame

_BATCH_ROWS: Final = 50_000


class TextSpool:
    """Writes numbered rows of text. Memory holds one batch; a failed file is removed.

    The columns are `row_column` (int64; `row`, or another free name) and `columns` (text).
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.row_column = free_name("row", columns)
        self._path = path
        self._schema = pa.schema(
            [(self.row_column, pa.int64()), *((name, pa.string()) for name in columns)]
        )
        self._rows: list[int] = []
        self._cells: list[Sequence[str]] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> "TextSpool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()
        if kind is not None:
            self._path.unlink(missing_ok=True)

    def add(self, row: int, cells: Sequence[str]) -> None:
        """Append one row, a cell a column."""
        self._rows.append(row)
        self._cells.append(cells)
        if len(self._rows) >= _BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = [pa.array(values, pa.string()) for values in zip(*self._cells, strict=True)]
        arrays = [pa.array(self._rows, pa.int64()), *columns]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows, self._cells = [], []


def sample_of(path: Path, columns: Sequence[str], rows: int) -> pl.DataFrame:
    """The first rows of a spool, which stand in it in their order."""
    frame = pl.scan_parquet(path).select(columns).head(rows).collect()
    return text_frame(columns, frame.rows())
