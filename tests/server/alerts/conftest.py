"""Monitors on the databases, and the stream that they follow."""

from collections.abc import Callable
from typing import Any

import pytest
from stream_outage import MINUTES, SPEC, START, ListedStream, drained, outage

from tieout.monitor.decode import EventShape
from tieout.monitor.spec import MonitorSpec
from tieout.pipeline.monitoring.live import Live
from tieout.server.alerts.store import DatabaseStore

Follow = Callable[..., Live]


@pytest.fixture
def stream() -> ListedStream:
    """Two hours with an outage of twenty minutes."""
    return ListedStream(outage())


@pytest.fixture
def follow(transactional_db: None) -> Follow:
    """A monitor of a stream, as a process of its own would be one."""

    def make(stream: Any, spec: MonitorSpec = SPEC, holder: str = "one", **more: Any) -> Live:
        store = DatabaseStore(spec, holder=holder, **more)
        clock = lambda: (START + MINUTES) * 60.0  # noqa: E731
        return Live(spec, EventShape(), stream, store, clock=clock, pause=lambda _: None)

    return make


@pytest.fixture
def drain() -> Callable[[Live], Live]:
    """Starts a monitor and steps until nothing comes."""
    return drained
