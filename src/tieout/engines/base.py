"""What a plan may ask of the engine that runs it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import ibis.expr.types as ir
import polars as pl
import pyarrow as pa


class Engine(Protocol):
    """Runs Ibis plans. Tables made by `materialise` live until `close`.

    libraries: distributions that decide its results, beside DuckDB and Ibis.
    """

    name: str
    libraries: tuple[str, ...]

    @property
    def reader(self) -> "Engine":
        """The engine of this process that reads files and types their text; often this one."""
        ...

    def read_parquet(self, paths: Sequence[Path], *, row_column: str | None = None) -> ir.Table:
        """A table over Parquet files; with `row_column`, rows are numbered from 1 in file order."""
        ...

    def read_csv(self, path: Path, options: dict[str, object]) -> ir.Table:
        """A table over a delimited file, every column as text, in file order."""
        ...

    def view(self, plan: ir.Table) -> ir.Table:
        """A name for a plan, so that plans made of it are short; nothing is executed."""
        ...

    def materialise(self, plan: ir.Table, *, keep_order: bool = False) -> ir.Table:
        """Execute a plan once and keep its rows; with `keep_order` in the order of the plan."""
        ...

    def fetch(self, plan: ir.Table, *, keep_order: bool = False) -> pl.DataFrame:
        """Execute a plan and bring its rows into this process; `keep_order` as above."""
        ...

    def batches(
        self, plan: ir.Table, *, rows: int, keep_order: bool = False
    ) -> Iterator[pa.RecordBatch]:
        """Execute a plan and stream its rows; `keep_order` as above."""
        ...

    def publish(self, frame: pl.DataFrame) -> ir.Table:
        """Give a plan access to rows of this process."""
        ...

    def write_parquet(self, plan: ir.Table, path: Path, *, keep_order: bool = False) -> int:
        """Execute a plan into one Parquet file; answers with the number of rows."""
        ...

    def fingerprint(self, columns: Sequence[ir.Value], *, seed: str = "") -> ir.Value:
        """A 64-bit integer of some columns, equal within one run where the columns are equal."""
        ...

    def make_room(self) -> None:
        """Keep less in memory from here on, as other work begins beside it."""
        ...

    def close(self) -> None:
        """Drop what was materialised, and its temporary files."""
        ...
