"""The tables that a run folder holds, and how each is opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.engines.duckdb import DuckDBEngine
from tieout.export.read_back import read_back
from tieout.model.errors import InputError
from tieout.pipeline.run_query.question import ROW

# A page is a small question: it may not take the memory of a run.
_MEMORY: Final = "1GiB"
# name: its files, the first that is there being used
TABLES: Final[dict[str, tuple[str, ...]]] = {
    "breaks": ("breaks.parquet",),
    "matches": ("matches.parquet",),
    "scored": ("transactions_scored.parquet",),
    "cases": ("cases.csv",),
    "incidents": ("incidents.csv",),
    "entities": ("entities.csv",),
    "thresholds": ("thresholds.csv",),
    "metrics_by_type": ("metrics_by_type.csv",),
    "confusion_matrix": ("confusion_matrix.csv",),
    "causes": ("causes.csv",),
    "rejects": ("rejects.csv",),
}


@dataclass(frozen=True)
class RunTable:
    """A table that is open: its rows carry their place in the file as `ROW`."""

    name: str
    rows: ir.Table
    engine: Engine

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file."""
        return tuple(name for name in self.rows.columns if name != ROW)


def table_names(folder: Path) -> tuple[str, ...]:
    """The tables that a run folder has."""
    return tuple(name for name, files in TABLES.items() if _file(folder, files) is not None)


@contextmanager
def open_table(folder: Path, name: str) -> Iterator[RunTable]:
    """A table of a run, until the block ends. Raises InputError where the run has none of it."""
    path = _file(folder, TABLES.get(name, ()))
    if path is None:
        known = ", ".join(table_names(folder)) or "none"
        raise InputError(f"{name}: the run {folder.name} has no such table; it has {known}")
    with DuckDBEngine(memory_limit=_MEMORY, threads=2) as engine:
        if path.suffix == ".parquet":
            rows = engine.read_parquet([path], row_column=ROW)
        else:
            rows = engine.publish(_read_small(path))
        yield RunTable(name, rows, engine)


def _file(folder: Path, files: tuple[str, ...]) -> Path | None:
    return next((folder / name for name in files if (folder / name).is_file()), None)


def _read_small(path: Path) -> pl.DataFrame:
    """A CSV of a run, which Tieout wrote itself: its texts stay what they are."""
    frame = read_back(path, days=False)
    return frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))
