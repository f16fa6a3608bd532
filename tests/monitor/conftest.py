"""Streams by the minute, and a monitor that watches them."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl
import pytest

from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.spec import MonitorSpec

START = 29_000_000

Rows = Callable[..., pl.DataFrame]
Watch = Callable[..., tuple[Monitor, list[Minute]]]


@pytest.fixture(scope="session")
def start() -> int:
    """The first minute of every stream."""
    return START


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Rows of counts from a list of counts for each status; other columns are constant."""
    return _rows


@pytest.fixture(scope="session")
def watch() -> Watch:
    """Feeds rows to a monitor, so many at a time, and closes every minute of them."""
    return _watch


def _rows(counts: Mapping[str, Sequence[int]], **constants: str) -> pl.DataFrame:
    minutes = len(next(iter(counts.values())))
    frame = pl.concat(
        pl.DataFrame(
            {
                "minute": range(START, START + minutes),
                "status": [status] * minutes,
                "count": list(values),
            },
            schema={"minute": pl.Int64, "status": pl.String, "count": pl.Int64},
        )
        for status, values in counts.items()
    )
    named = [pl.lit(value).alias(name) for name, value in constants.items()]
    return frame.with_columns(named).sort("minute", maintain_order=True)


def _watch(
    frame: pl.DataFrame,
    spec: MonitorSpec | None = None,
    dimensions: Sequence[str] = (),
    batch: int = 1_000_000,
) -> tuple[Monitor, list[Minute]]:
    monitor = Monitor(spec or MonitorSpec(), tuple(dimensions))
    judged: list[Minute] = []
    for at in range(0, frame.height, batch):
        monitor.take(frame.slice(at, batch))
        judged.extend(monitor.judge())
    judged.extend(monitor.finish())
    return monitor, judged
