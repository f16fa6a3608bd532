"""The engine that a command names: `duckdb`, or `spark://` and where."""

from pathlib import Path
from typing import TYPE_CHECKING

from tieout.model.errors import InputError

if TYPE_CHECKING:
    from tieout.engines.duckdb import DuckDBEngine
    from tieout.engines.spark import SparkEngine

SPARK = "spark://"


def open_engine(
    name: str, *, memory_limit: str | None = None, temp_directory: Path | None = None
) -> "DuckDBEngine | SparkEngine":
    """The engine by its name, to be closed by who asked for it.

    memory_limit: of what runs in this process. temp_directory: for its temporary files; Spark's
    workers have to see the same folder. Raises InputError for a name that is not known and for an
    engine that does not answer.
    """
    if name == "duckdb":
        from tieout.engines.duckdb import DuckDBEngine

        return DuckDBEngine(memory_limit=memory_limit, temp_directory=temp_directory)
    if name.startswith(SPARK):
        from tieout.engines.spark import SparkEngine

        return SparkEngine(name, memory_limit=memory_limit, temp_directory=temp_directory)
    raise InputError(
        f"--engine {name}: expected duckdb, spark://HOST:PORT or spark://local[2] "
        "(two threads of this machine)"
    )
