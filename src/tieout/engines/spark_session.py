"""A session with Spark that computes what DuckDB would: exact, in UTC, and failing loudly."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tieout.engines.spark_address import SparkAddress
from tieout.model.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_EXECUTOR_SECONDS_MAX = 60
_LOGGING = Path(__file__).with_name("spark_log4j2.properties")
_JAVA_OPTIONS = "spark.driver.extraJavaOptions"
# What values depend on, so nobody may change it.
_FIXED = {
    # What overflows or cannot be cast is an error, as in DuckDB, and no null.
    "spark.sql.ansi.enabled": "true",
    # A product of decimals keeps its decimals; what does not fit is an error.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
_WANTED = {
    "spark.app.name": "tieout",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


def start_session(address: SparkAddress) -> tuple["SparkSession", bool]:
    """A session, and whether it is new: one of this process with the same master is used again.

    Raises InputError where Spark does not start or gives no executor.
    """
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    running = SparkContext._active_spark_context
    if running is not None and running.master != address.master:
        raise InputError(
            f"--engine {address.text}: this process has a session with {running.master}; "
            "stop that one first"
        )
    builder = SparkSession.builder.master(address.master)
    wanted = dict(_WANTED)
    if address.is_loopback:
        wanted |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    given = dict(address.settings)
    logging = f'"-Dlog4j2.configurationFile={_LOGGING}"'
    given[_JAVA_OPTIONS] = f"{logging} {given.get(_JAVA_OPTIONS, '')}".strip()
    for name, value in (wanted | given | _FIXED).items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise InputError(
            f"--engine {address.text}: Spark does not start ({_first_line(error)})"
        ) from error
    if address.host and running is None:
        try:
            _await_executor(session, address)
        except InputError:
            session.stop()
            raise
    return session, running is None


def _await_executor(session: "SparkSession", address: SparkAddress) -> None:
    """Spark would wait for ever for workers that are missing, busy or too small."""
    patience = time.monotonic() + _EXECUTOR_SECONDS_MAX
    # The driver is one of them.
    while session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() < 2:
        if time.monotonic() > patience:
            raise InputError(
                f"--engine {address.text}: no executor in {_EXECUTOR_SECONDS_MAX} seconds; its "
                "workers are missing, busy, or smaller than ?executor.memory=1g"
            )
        time.sleep(0.1)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
