"""A monitor on real brokers: handling fails and succeeds, it restarts, counts stay exact."""

import time
from typing import Any

import pytest
from stream_feeds import FEEDS, Feed
from stream_outage import MINUTES, START, follow, outage, told

from tieout.pipeline.monitoring.live import Live
from tieout.pipeline.monitoring.store import MemoryStore


@pytest.fixture(params=FEEDS)
def feed(request: pytest.FixtureRequest) -> Feed:
    """Each broker with events of its own."""
    address = request.getfixturevalue(request.param)
    return FEEDS[request.param](address)


def carried(live: Live, store: MemoryStore, until: int, seconds: float = 60) -> None:
    """Step until a minute was judged."""
    deadline = time.monotonic() + seconds
    while (not store.minutes or store.minutes[-1] < until) and time.monotonic() < deadline:
        live.step(0.3)


def test_counts_are_exact_and_alerts_told_once(feed: Feed) -> None:
    store = MemoryStore()
    events = outage()
    half = len(events) // 2
    feed.put(events[:half])
    first = follow(feed.open(), store)
    fail_once(store, "keep")
    first.start()
    carried(first, store, START + MINUTES // 2 - 2)
    first.stream.poll_batch(0.1)  # Taken and never kept, as by a process that is killed.
    first.stream.close()
    feed.put(events[half:])
    second = follow(feed.open(), store)
    second.start()
    carried(second, store, START + MINUTES - 2)
    second.stream.close()
    assert told(store) == [("fired", "info"), ("resolved", "info")]
    ring = second.monitor.ring
    for minute in range(START + MINUTES - 40, START + MINUTES - 1):
        counted = int(ring.events[minute % ring.minutes, 0].sum())
        assert counted == len(events) // MINUTES, minute - START


def fail_once(store: MemoryStore, step: str) -> None:
    """Let a step fail the first time that it is asked for."""
    whole = getattr(store, step)
    failed: list[bool] = []

    def broken(*words: Any) -> Any:
        if not failed:
            failed.append(True)
            raise RuntimeError("the first handling fails")
        return whole(*words)

    vars(store)[step] = broken
