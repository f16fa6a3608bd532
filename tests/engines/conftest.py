"""A real Spark, started once for all tests of it."""

from collections.abc import Iterator

import pytest
from absent import absent
from spark_cluster import spark_cluster

from tieout.engines.spark import SparkEngine
from tieout.engines.spark_address import missing_for_spark

# Most of what this costs is starting: the quick compiler alone, and little generated code.
_JAVA = "-XX:%2BUseSerialGC%20-XX:TieredStopAtLevel=1"
_SETTINGS = "&".join(
    (
        "executor.memory=512m",
        "sql.shuffle.partitions=2",
        "sql.adaptive.enabled=false",
        "sql.codegen.wholeStage=false",
        f"executor.extraJavaOptions={_JAVA}",
        f"driver.extraJavaOptions={_JAVA}",
    )
)


@pytest.fixture(scope="session")
def spark_address() -> Iterator[str]:
    """What `--engine` is told to reach a master and two workers of this machine."""
    if missing := missing_for_spark():
        absent(missing)
    with spark_cluster() as place:
        yield f"spark://{place}?{_SETTINGS}"


@pytest.fixture(scope="session")
def spark(spark_address: str) -> Iterator[SparkEngine]:
    """One engine for all tests that leave no trace in it but views; others use its session too."""
    with SparkEngine(spark_address) as engine:
        yield engine
