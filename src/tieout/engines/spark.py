"""Plans on Spark: more than one machine, or the threads of this one.

Files are read and typed in this process, by the same plans on DuckDB as without Spark, and stand
typed in one Parquet file that the workers read. What is materialised stands in Parquet files too,
so that a worker that is lost changes no value: Spark would compute a part anew, and might number
its rows otherwise.
"""

import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis.expr.schema as sch
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa
from ibis.expr.operations import DatabaseTable, Namespace

from tieout.engines.duckdb import DuckDBEngine
from tieout.engines.spark_address import parse_address, refuse_unanswered
from tieout.engines.spark_parts import narrow_types, read_parts, write_merged
from tieout.engines.spark_plan import for_spark, hash_of
from tieout.engines.spark_session import start_session
from tieout.model.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# One partition a file, so that the rows of a file stay in their order.
_IN_ORDER = {
    "spark.sql.files.maxPartitionBytes": str(1 << 50),
    "spark.sql.files.minPartitionNum": "1",
}
_PROBE_PARTS = 8


class SparkEngine:
    """One session for one run. Its temporary files and views are removed by `close`.

    address: `spark://HOST:PORT`, or `spark://local[2]` for threads of this machine; settings of
        Spark may follow, `?executor.memory=4g&cores.max=16`.
    memory_limit: of the reader in this process.
    temp_directory: for temporary files; all workers have to see the folder by the same path.

    Raises InputError where pyspark or Java are missing, nobody answers, there is no executor, or
    its workers do not see the folder.
    """

    name = "spark"
    libraries: tuple[str, ...] = ("pyspark",)

    def __init__(
        self,
        address: str,
        *,
        memory_limit: str | None = None,
        temp_directory: Path | None = None,
    ) -> None:
        where = parse_address(address)
        refuse_unanswered(where)
        self.reader = DuckDBEngine(memory_limit=memory_limit, temp_directory=temp_directory)
        self._folder = Path(tempfile.mkdtemp(prefix="tieout-spark-", dir=temp_directory)).absolute()
        token = uuid.uuid4().hex[:8]
        self._names = (f"tieout_{token}_{number}" for number in count())
        self._views: list[str] = []
        self._session: Any = None
        self._is_own = False
        try:
            self._session, self._is_own = start_session(where)
            self._backend = _backend(self._session)
            if where.host:
                # Workers of other accounts write there too.
                self._folder.chmod(0o777)
                self._refuse_unshared(address)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "SparkEngine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read_parquet(self, paths: Sequence[Path], *, row_column: str | None = None) -> ir.Table:
        """A table over Parquet files; with `row_column`, rows are numbered from 1 in file order."""
        frames, offset = [], 0
        for path in paths:
            frame = self._read(path, _schema_of(path))
            if row_column is not None:
                frame = frame.selectExpr(
                    "*", f"_metadata.row_index + {offset + 1}L AS `{row_column}`"
                )
                offset += _rows_in(path)
            frames.append(frame)
        return self._named(reduce(lambda first, second: first.union(second), frames))

    def read_csv(self, path: Path, options: dict[str, object]) -> ir.Table:
        """A table over a delimited file, every column as text, in file order."""
        copy = self._folder / f"{next(self._names)}.parquet"
        self.reader.write_parquet(self.reader.read_csv(path, options), copy, keep_order=True)
        return self.read_parquet([copy])

    def view(self, plan: ir.Table) -> ir.Table:
        """A name for a plan, so that plans made of it are short; nothing is executed."""
        return self._named(self._frame(plan))

    def materialise(self, plan: ir.Table, *, keep_order: bool = False) -> ir.Table:
        """Execute a plan once and keep its rows; with `keep_order` in the order of the plan."""
        with self._order(kept=keep_order):
            folder = self._written(plan)
        if not keep_order:
            return self._named(self._read(folder, plan.schema()))
        merged = self._folder / f"{next(self._names)}.parquet"
        write_merged(folder, merged, plan.schema().to_pyarrow())
        shutil.rmtree(folder)
        return self._named(self._read(merged, plan.schema()))

    def fetch(self, plan: ir.Table, *, keep_order: bool = False) -> pl.DataFrame:
        """Execute a plan and bring its rows into this process; `keep_order` as above."""
        with self._order(kept=keep_order):
            rows = self._frame(plan).toArrow()
        return pl.DataFrame(pl.from_arrow(rows)).cast(plan.schema().to_polars())

    def batches(
        self, plan: ir.Table, *, rows: int, keep_order: bool = False
    ) -> Iterator[pa.RecordBatch]:
        """Execute a plan and stream its rows, by way of files: the driver need not hold them."""
        with self._order(kept=keep_order):
            folder = self._written(plan)
        try:
            yield from read_parts(folder, plan.schema().to_pyarrow(), rows=rows)
        finally:
            shutil.rmtree(folder)

    def publish(self, frame: pl.DataFrame) -> ir.Table:
        """Give a plan access to rows of this process."""
        path = self._folder / f"{next(self._names)}.parquet"
        narrow_types(frame).write_parquet(path, compression="lz4")
        return self._named(self._read(path, _schema_of(path)))

    def write_parquet(self, plan: ir.Table, path: Path, *, keep_order: bool = False) -> int:
        """Execute a plan into one Parquet file, written aside and renamed; answers with its rows.

        With `keep_order` the rows stand in the order of the plan's input.
        """
        with self._order(kept=keep_order):
            folder = self._written(plan)
        aside = path.with_name(f".{path.name}.part")
        try:
            written = write_merged(folder, aside, plan.schema().to_pyarrow())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
            shutil.rmtree(folder)
        return written

    def fingerprint(self, columns: Sequence[ir.Value], *, seed: str = "") -> ir.Value:
        """A 64-bit integer of some columns, equal within one run where the columns are equal."""
        return hash_of(list(columns), seed)

    def make_room(self) -> None:
        """Keep less in memory from here on, as other work begins beside it."""
        self.reader.make_room()

    def close(self) -> None:
        """Drop what was materialised, its temporary files, and a session that was begun here."""
        if self._session is not None and self._is_own:
            self._session.stop()
        elif self._session is not None:
            for name in self._views:
                self._session.catalog.dropTempView(name)
        self._session = None
        self._views.clear()
        self.reader.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _frame(self, plan: ir.Table) -> "DataFrame":
        """What Spark makes of a plan, in the types that the plan says."""
        from ibis.backends.pyspark.datatypes import PySparkSchema
        from pyspark.sql.functions import col

        sql = self._backend.compile(for_spark(plan, self.publish))
        frame: DataFrame = self._session.sql(sql)
        wanted = PySparkSchema.from_ibis(plan.schema())
        columns = []
        for field in wanted.fields:
            column = col(f"`{field.name.replace('`', '``')}`")
            as_wanted = frame.schema[field.name].dataType == field.dataType
            columns.append(column if as_wanted else column.cast(field.dataType).alias(field.name))
        return frame.select(columns)

    def _named(self, frame: "DataFrame") -> ir.Table:
        import ibis
        from ibis.backends.pyspark.datatypes import PySparkType

        name = next(self._names)
        frame.createOrReplaceTempView(name)
        self._views.append(name)
        schema = ibis.schema(PySparkType.to_ibis(frame.schema))
        return DatabaseTable(name, schema, self._backend, Namespace()).to_expr()

    def _read(self, path: Path, schema: sch.Schema) -> "DataFrame":
        from ibis.backends.pyspark.datatypes import PySparkSchema

        # Told the schema, Spark starts no job to look for it. A star or a bracket in a name stands
        # for itself.
        read = self._session.read.option("__globPaths__", "false")
        frame: DataFrame = read.schema(PySparkSchema.from_ibis(schema)).parquet(_location(path))
        return frame

    def _written(self, plan: ir.Table) -> Path:
        folder = self._folder / next(self._names)
        self._frame(plan).write.parquet(_location(folder))
        return folder

    @contextmanager
    def _order(self, *, kept: bool) -> Iterator[None]:
        settings = _IN_ORDER if kept else {}
        before = {name: self._session.conf.get(name, None) for name in settings}
        for name, value in settings.items():
            self._session.conf.set(name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    self._session.conf.unset(name)
                else:
                    self._session.conf.set(name, value)

    def _refuse_unshared(self, address: str) -> None:
        """A worker with another disk would write where nobody reads."""
        probe = self._folder / "probe"
        try:
            self._session.range(0, _PROBE_PARTS, 1, _PROBE_PARTS).write.parquet(_location(probe))
            found = sorted(_rows_in(path) for path in probe.glob("part-*.parquet"))
        except Exception:
            found = []
        if sum(found) != _PROBE_PARTS:
            raise InputError(
                f"--engine {address}: its workers do not write to {self._folder.parent}; name a "
                "folder that all of them share by --temp"
            )
        shutil.rmtree(probe)


def _backend(session: Any) -> Any:
    from ibis.backends.pyspark import Backend

    from tieout.engines.lean_ibis import leave_other_compilers

    leave_other_compilers()
    backend = Backend()
    backend.register_options()
    backend.do_connect(session)
    return backend


def _schema_of(path: Path) -> sch.Schema:
    import pyarrow.parquet as pq

    return sch.Schema.from_pyarrow(pq.read_schema(path))


def _location(path: Path) -> str:
    return f"file://{path.absolute()}"


def _rows_in(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)
