"""The tables of a finished run, whatever its job, a piece at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tieout.export.read_back import read_back
from tieout.export.table import FORMULA_STARTS
from tieout.model.errors import InputError

if TYPE_CHECKING:
    import polars as pl

_CHUNK_ROWS: Final = 100_000
# What people look at first stands first; the rest follows by name.
_FIRST: Final = (
    "breaks",
    "matches",
    "cases",
    "transactions_scored",
    "causes",
    "episodes",
    "incidents",
    "entities",
)


@dataclass(frozen=True)
class RunTable:
    """A table of a run. name: of its file, without the ending. columns: name to type.

    rows: those of a CSV, which is small; a Parquet file is read a piece at a time.
    """

    name: str
    path: Path
    columns: "dict[str, pl.DataType]"
    rows: "pl.DataFrame | None" = None

    def chunks(self) -> "Iterator[pl.DataFrame]":
        """The rows in the order of the file, at most 100,000 at once; one piece at least."""
        import polars as pl

        rows = self.rows
        pieces = self._parquet_chunks() if rows is None else rows.iter_slices(_CHUNK_ROWS)
        first = next(pieces, None)
        yield pl.DataFrame(schema=self.columns) if first is None else first
        yield from pieces

    def _parquet_chunks(self) -> "Iterator[pl.DataFrame]":
        import polars as pl
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(batch_size=_CHUNK_ROWS):
                yield pl.DataFrame(batch).cast(self.columns)  # type: ignore[arg-type]


def run_tables(folder: Path) -> list[RunTable]:
    """Every table of a run folder once: the Parquet file where there are both, else the CSV.

    Raises InputError for a file that is damaged.
    """
    found: dict[str, RunTable] = {}
    for path in [*sorted(folder.glob("*.parquet")), *sorted(folder.glob("*.csv"))]:
        if path.stem not in found:
            found[path.stem] = _table(path)
    order = {name: at for at, name in enumerate(_FIRST)}
    return sorted(found.values(), key=lambda table: (order.get(table.name, len(order)), table.name))


def _table(path: Path) -> RunTable:
    import polars as pl

    try:
        if path.suffix == ".csv":
            rows = _unescaped(read_back(path))
            return RunTable(path.stem, path, dict(rows.schema), rows)
        return RunTable(path.stem, path, dict(pl.scan_parquet(path).collect_schema()))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: is damaged; carry out the run again: {error}") from error


def _unescaped(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Text as it was before it was made safe for a spreadsheet: it is made safe again later."""
    import polars as pl

    return frame.with_columns(pl.col(pl.String).str.replace(f"^'([{FORMULA_STARTS}])", "$1"))
