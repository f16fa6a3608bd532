"""A table that grows row by row in one CSV file, and what is known about each of its rows."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tieout.model.errors import InputError

NORMAL: Final = 0
ROW_GROUP_ROWS: Final = 122_880
LABEL_SCHEMA: Final = pa.schema(
    [("row", pa.int64()), ("is_anomaly", pa.bool_()), ("anomaly_type", pa.large_string())]
)


class LabelledWriter:
    """Appends rows to a CSV file and their labels to labels.parquet beside it.

    kinds: names of the anomaly types; a row's code is the position in it plus one, 0 for an
    ordinary row. The same rows give the same bytes however they are cut into tables. The files
    appear under their names only when the block ends well; after an exception the folder is as
    it was. Raises InputError when the folder can't be written to.
    """

    def __init__(self, folder: Path, name: str, kinds: tuple[str, ...]) -> None:
        self.table, self.labels = folder / name, folder / "labels.parquet"
        self.rows = 0
        self._kinds = kinds
        self._waiting: list[NDArray[np.int8]] = []
        self._beside: dict[Path, bytes] = {}

    def __enter__(self) -> Self:
        try:
            self.table.parent.mkdir(parents=True, exist_ok=True)
            self._csv: BinaryIO = _aside(self.table).open("wb")
        except OSError as error:
            folder = self.table.parent
            raise InputError(f"{folder}: can't be written ({error.strerror})") from error
        self._parquet = pq.ParquetWriter(_aside(self.labels), LABEL_SCHEMA, compression="zstd")
        self._begun, self._labelled = False, 0
        return self

    def append(self, rows: pl.DataFrame, codes: NDArray[np.int8]) -> None:
        """Add rows, and for each its anomaly code. Dates are written in full, as ISO 8601."""
        rows.write_csv(
            self._csv,
            include_header=not self._begun,
            datetime_format="%Y-%m-%dT%H:%M:%S",
            float_precision=4,
        )
        self._begun = True
        self.rows += rows.height
        self._waiting.append(codes)
        self._write_labels(leave_out=ROW_GROUP_ROWS - 1)

    def put_beside(self, name: str, content: bytes) -> Path:
        """Have one more file written to the folder, when all went well."""
        path = self.table.with_name(name)
        self._beside[path] = content
        return path

    def _write_labels(self, *, leave_out: int) -> None:
        """Write row groups of one size, so that they don't tell how the rows came."""
        while sum(len(part) for part in self._waiting) > leave_out:
            codes = np.concatenate(self._waiting)
            group, rest = codes[:ROW_GROUP_ROWS], codes[ROW_GROUP_ROWS:]
            self._waiting = [rest]
            self._parquet.write_table(self._label_table(group), row_group_size=ROW_GROUP_ROWS)
            self._labelled += len(group)

    def _label_table(self, codes: NDArray[np.int8]) -> pa.Table:
        names = pa.array([None, *self._kinds], type=pa.large_string())
        row = np.arange(self._labelled + 1, self._labelled + 1 + len(codes))
        columns = [row, codes != NORMAL, names.take(pa.array(codes.astype(np.int64)))]
        return pa.table(columns, schema=LABEL_SCHEMA)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._write_labels(leave_out=0)
        self._csv.close()
        self._parquet.close()
        for path in (self.table, self.labels):
            if kind is None:
                _aside(path).replace(path)
            else:
                _aside(path).unlink()
        if kind is None:
            for path, content in self._beside.items():
                _aside(path).write_bytes(content)
                _aside(path).replace(path)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")
