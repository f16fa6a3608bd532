"""Plans on DuckDB: embedded, parallel, out of core."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache, reduce
from itertools import count
from pathlib import Path
from typing import Any, Final

import duckdb
import ibis
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa
from ibis.expr.operations import DatabaseTable, InMemoryTable, Namespace, Node

from tieout.engines.builtin import hashed
from tieout.engines.lean_ibis import duckdb_backend
from tieout.model.errors import InputError

MEMORY_LIMIT_DEFAULT = "2GiB"
MEMORY_LIMIT_BESIDE = "768MiB"
# A run has some sixty plans.
_PLANS_KEPT: Final = 512
# Row numbers and ids in order are small as differences, which version 2 of the format can say;
# trying a dictionary on them first, or a higher level, takes longer and saves nothing.
PARQUET_OPTIONS = (
    "PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1, "
    "DICTIONARY_SIZE_LIMIT 1000, ROW_GROUP_SIZE 122880"
)


class DuckDBEngine:
    """One embedded database for one run. Its temporary files are removed by `close`.

    memory_limit: what DuckDB may hold before it spills, e.g. "3GiB".
    temp_directory: where it spills; a folder of its own is made inside.
    """

    name = "duckdb"
    libraries: tuple[str, ...] = ()

    def __init__(
        self,
        *,
        memory_limit: str | None = None,
        threads: int | None = None,
        temp_directory: Path | None = None,
    ) -> None:
        self._spill = _folder_within(temp_directory)
        self._names = (f"t{number}" for number in count())
        self._limit_given = memory_limit is not None
        self._memory_limit = memory_limit or MEMORY_LIMIT_DEFAULT
        try:
            self._connection = duckdb_backend().connect(
                threads=threads or os.cpu_count() or 1,
                memory_limit=self._memory_limit,
                temp_directory=str(self._spill),
            )
        except duckdb.Error as error:
            shutil.rmtree(self._spill, ignore_errors=True)
            raise InputError(
                f"memory limit {memory_limit!r}: expected a size such as 3GiB"
            ) from error
        self._raw = self._connection.con
        # In a notebook without ipywidgets there is no bar, and turning it off is an error.
        with suppress(duckdb.InvalidInputException):
            self._raw.execute("SET enable_progress_bar = false")
        self._raw.execute("SET preserve_insertion_order = false")
        self._raw.execute("SET autoinstall_known_extensions = false")

    def __enter__(self) -> "DuckDBEngine":
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.close()
        if isinstance(error, duckdb.OutOfMemoryException):
            raise InputError(
                f"{self._memory_limit} of memory or the space for temporary files do not suffice; "
                "give more (--memory 6GiB, --temp with a larger disk)"
            ) from error

    @property
    def reader(self) -> "DuckDBEngine":
        """Itself: it reads files of every kind."""
        return self

    def read_parquet(self, paths: Sequence[Path], *, row_column: str | None = None) -> ir.Table:
        """A table over Parquet files; with `row_column`, rows are numbered from 1 in file order."""
        if row_column is None:
            return self._connection.read_parquet(
                [_literal(path) for path in paths], table_name=next(self._names)
            )
        offset, tables = 0, []
        for path in paths:
            table = self._connection.read_parquet(
                _literal(path), table_name=next(self._names), file_row_number=True
            )
            row = (table["file_row_number"] + (offset + 1)).cast("int64")
            tables.append(table.mutate(row.name(row_column)).drop("file_row_number"))
            offset += self._rows_in(path)
        return reduce(lambda first, second: first.union(second), tables)

    def read_csv(self, path: Path, options: dict[str, object]) -> ir.Table:
        """A table over a delimited file, every column as text, in file order."""
        return self._connection.read_csv(
            _literal(path), table_name=next(self._names), all_varchar=True, **options
        )

    def view(self, plan: ir.Table) -> ir.Table:
        """A name for a plan, so that plans made of it are short; nothing is executed."""
        name = next(self._names)
        self._raw.execute(f"CREATE TEMP VIEW {name} AS {self._sql(plan)}")
        return self._temporary(name, plan)

    def materialise(self, plan: ir.Table, *, keep_order: bool = False) -> ir.Table:
        """Execute a plan once and keep its rows; with `keep_order` in the order of the plan."""
        # Ibis makes a table in four statements and asks for its columns, which a plan knows.
        name, schema = next(self._names), plan.schema()
        types = self._connection.compiler.type_mapper
        columns = ", ".join(
            f"{_identifier(column)} {types.to_string(kind)}" for column, kind in schema.items()
        )
        self._raw.execute(f"CREATE TEMP TABLE {name} ({columns})")
        with self._order(kept=keep_order):
            self._raw.execute(f"INSERT INTO {name} {self._sql(plan)}").fetchall()
        return self._temporary(name, plan)

    def fetch(self, plan: ir.Table, *, keep_order: bool = False) -> pl.DataFrame:
        """Execute a plan and bring its rows into this process; `keep_order` as above."""
        # By way of Arrow: Ibis would import pandas to make Polars frames.
        with self._order(kept=keep_order):
            rows = self._raw.sql(self._sql(plan)).to_arrow_table()
        return pl.DataFrame(pl.from_arrow(rows)).cast(plan.schema().to_polars())

    def batches(
        self, plan: ir.Table, *, rows: int, keep_order: bool = False
    ) -> Iterator[pa.RecordBatch]:
        """Execute a plan and stream its rows. No other plan runs before the last of them."""
        # The engine forgets a reader at its next statement.
        with self._order(kept=keep_order):
            reader = self._raw.sql(self._sql(plan)).to_arrow_reader(rows)
            try:
                yield from reader
            finally:
                reader.close()

    def publish(self, frame: pl.DataFrame) -> ir.Table:
        """Give a plan access to rows of this process, without a copy."""
        name = next(self._names)
        self._raw.register(name, frame.to_arrow())
        return self._connection.table(name)

    def write_parquet(self, plan: ir.Table, path: Path, *, keep_order: bool = False) -> int:
        """Execute a plan into one Parquet file, written aside and renamed; answers with its rows.

        With `keep_order` the rows stand in the order of the plan's input, at any thread count.
        """
        aside = path.with_name(f".{path.name}.part")
        sql = self._sql(plan)
        try:
            with self._order(kept=keep_order):
                written = self._raw.execute(
                    f"COPY ({sql}) TO {_quoted(str(aside))} (FORMAT parquet, {PARQUET_OPTIONS})"
                ).fetchall()
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        return int(written[0][0])

    def fingerprint(self, columns: Sequence[ir.Value], *, seed: str = "") -> ir.Value:
        """A 64-bit integer of some columns, equal within one run where the columns are equal.

        DuckDB's hash is quick but differs between versions: it serves joins, never identities.
        """
        arguments = [ibis.literal(seed), *columns] if seed else list(columns)
        fingerprint: ir.Value = hashed("hash", arguments, "uint64")
        return fingerprint

    def make_room(self) -> None:
        """Spill what is beyond 768 MiB, from here on; a limit that was asked for stays as it is."""
        if not self._limit_given:
            # What cannot be spilled stays, and so does the limit.
            with suppress(duckdb.OutOfMemoryException):
                self._raw.execute(f"SET memory_limit = '{MEMORY_LIMIT_BESIDE}'")
                self._memory_limit = MEMORY_LIMIT_BESIDE

    def close(self) -> None:
        """Drop what was materialised, and its temporary files."""
        self._connection.disconnect()
        shutil.rmtree(self._spill, ignore_errors=True)

    def _temporary(self, name: str, plan: ir.Table) -> ir.Table:
        place = Namespace(catalog="temp", database="main")
        return DatabaseTable(name, plan.schema(), self._connection, place).to_expr()

    def _sql(self, plan: ir.Table) -> str:
        sql, holds_rows = _compiled(plan.op(), self._connection)
        if holds_rows:
            self._connection._run_pre_execute_hooks(plan)
        return sql

    @contextmanager
    def _order(self, *, kept: bool) -> Iterator[None]:
        # It is off from the start.
        if not kept:
            yield
            return
        self._raw.execute("SET preserve_insertion_order = true")
        try:
            yield
        finally:
            self._raw.execute("SET preserve_insertion_order = false")

    def _rows_in(self, path: Path) -> int:
        counted = self._raw.execute(
            "SELECT sum(num_rows) FROM parquet_file_metadata(?)", [_literal(path)]
        ).fetchall()
        return int(counted[0][0])


@lru_cache(maxsize=_PLANS_KEPT)
def _compiled(plan: Node, connection: Any) -> tuple[str, bool]:
    """SQL of a plan, and whether it holds rows of this process, which are registered first.

    Both are kept for the next run of this process that has the same plan.

    Tables are numbered anew in each engine and backends are equal, so that runs of one spec have
    equal plans. Writing their SQL is a third of the work of a small run.
    """
    return connection.compile(plan.to_expr()), bool(plan.find(InMemoryTable))


def _folder_within(parent: Path | None) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="tieout-", dir=parent))
    except OSError as error:
        raise InputError(
            f"{parent}: can't hold temporary files ({error.strerror}); expected a folder"
        ) from error


def _literal(path: Path) -> str:
    """A path whose stars, question marks and brackets stand for themselves."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
