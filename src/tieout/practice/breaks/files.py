"""The three files of a data set, written aside and put in place when they are whole."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

LABEL_SCHEMA = pa.schema(
    [("left_row", pa.int64()), ("right_row", pa.int64()), ("cause", pa.large_string())]
)


class SetWriter:
    """Appends tables to left.csv, right.csv and labels.parquet in a folder.

    The files appear under their names only when the block ends well; after an exception the
    folder is as it was.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.left, self.right = folder / "left.csv", folder / "right.csv"
        self.labels = folder / "labels.parquet"

    def __enter__(self) -> Self:
        self._left = _aside(self.left).open("wb")
        self._right = _aside(self.right).open("wb")
        self._labels = pq.ParquetWriter(_aside(self.labels), LABEL_SCHEMA, compression="zstd")
        self._begun = False
        return self

    def append(self, left: pl.DataFrame, right: pl.DataFrame, labels: pl.DataFrame) -> None:
        """Add rows to all three files."""
        _append_csv(left, self._left, header=not self._begun)
        _append_csv(right, self._right, header=not self._begun)
        self._labels.write_table(labels.to_arrow().cast(LABEL_SCHEMA))
        self._begun = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._left.close()
        self._right.close()
        self._labels.close()
        for path in (self.left, self.right, self.labels):
            if kind is None:
                _aside(path).replace(path)
            else:
                _aside(path).unlink()


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


def _append_csv(table: pl.DataFrame, file: BinaryIO, *, header: bool) -> None:
    table.write_csv(file, include_header=header)
