"""A monitor is the sum of its journal, and goes on from a snapshot as if nothing had been."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.journal import Entry, packed, unpacked
from tieout.monitor.snapshot import SnapshotError, restored, saved
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.tally import fold

Watch = Callable[..., tuple[Monitor, list[Minute]]]
DIMENSIONS = ("acquirer",)


def events(start: int, minutes: int = 240) -> pl.DataFrame:
    """Forty payments a minute of two acquirers, one of which declines half in the third hour."""
    generator = np.random.default_rng(8)
    minute = np.repeat(np.arange(start, start + minutes), 40)
    acquirer = np.tile(["A1", "A2"], len(minute) // 2)
    bad = (acquirer == "A2") & (minute >= start + 150) & (minute < start + 180)
    denied = generator.random(len(minute)) < np.where(bad, 0.5, 0.05)
    return pl.DataFrame(
        {
            "minute": minute,
            "status": np.where(denied, "denied", "approved"),
            "count": np.ones(len(minute), dtype=np.int64),
            "acquirer": acquirer,
            "amount": np.exp(generator.normal(3, 1, len(minute))),
            "latency_ms": np.exp(generator.normal(6, 0.4, len(minute))),
        }
    )


def entries(frame: pl.DataFrame, size: int) -> list[Entry]:
    """The rows as batches of one partition."""
    return [
        Entry("p0", {"row": at}, packed(fold(frame.slice(at, size), DIMENSIONS)))
        for at in range(0, frame.height, size)
    ]


def carried(monitor: Monitor, journal: list[Entry]) -> list[str]:
    """The alerts of some steps."""
    told = []
    for entry in journal:
        entry.apply(monitor)
        told += [each.alert_id for minute in monitor.judge() for each in minute.alerts]
    return told


def test_folded_batches_are_what_the_rows_are(watch: Watch, start: int) -> None:
    frame = events(start)
    whole, judged = watch(frame, dimensions=DIMENSIONS)
    monitor = Monitor(MonitorSpec(), DIMENSIONS)
    told = carried(monitor, entries(frame, 777))
    assert monitor.episodes.everything() == whole.episodes.everything() != []
    assert told == [each.alert_id for minute in judged for each in minute.alerts] != []


def test_a_batch_survives_its_way_through_bytes(start: int) -> None:
    folded = fold(events(start, 20), DIMENSIONS)
    again = unpacked(packed(folded))
    assert again.counts.equals(folded.counts)
    assert folded.latency is not None
    assert again.latency is not None
    assert again.latency.equals(folded.latency)
    bare = fold(events(start, 3).drop("amount", "latency_ms"), DIMENSIONS)
    assert unpacked(packed(bare)).amount is None


@settings(deadline=None, max_examples=6)
@given(cut=st.integers(0, 12))
def test_a_snapshot_goes_on_as_if_nothing_had_been(cut: int, start: int) -> None:
    journal = entries(events(start), 800)
    straight, stopped = Monitor(MonitorSpec(), DIMENSIONS), Monitor(MonitorSpec(), DIMENSIONS)
    expected = carried(straight, journal)
    told = carried(stopped, journal[:cut])
    again = restored(saved(stopped))
    told += carried(again, journal[cut:])
    assert told == expected
    assert again.episodes.everything() == straight.episodes.everything()
    assert np.array_equal(again.ring.events, straight.ring.events)


def test_the_clock_is_a_step_of_the_journal(start: int) -> None:
    monitor = Monitor(MonitorSpec(), DIMENSIONS)
    carried(monitor, entries(events(start, 120), 4800))
    Entry("", {}, clock=start + 140).apply(monitor)
    assert [minute.missing for minute in monitor.judge()][-1]


def test_late_counts_are_revised_and_told_of_no_more(start: int) -> None:
    monitor = Monitor(MonitorSpec(), DIMENSIONS)
    frame = events(start, 60)
    carried(monitor, entries(frame, 2400))
    before = int(monitor.ring.events[(start + 50) % monitor.ring.minutes, 0].sum())
    late = frame.filter(pl.col("minute") == start + 50)
    fed = Entry("p0", {}, packed(fold(late, DIMENSIONS))).apply(monitor)
    assert (fed.rows, fed.late, fed.too_late) == (40, 40, [])
    assert list(monitor.judge()) == []
    assert int(monitor.ring.events[(start + 50) % monitor.ring.minutes, 0].sum()) == before + 40


def test_counts_that_are_too_late_are_counted_nowhere(start: int) -> None:
    monitor = Monitor(MonitorSpec(), DIMENSIONS)
    frame = events(start, 90)
    carried(monitor, entries(frame, 3600))
    kept = monitor.ring.events.copy()
    stale = frame.filter(pl.col("minute") == start + 3)
    fed = Entry("p0", {}, packed(fold(stale, DIMENSIONS))).apply(monitor)
    assert fed.late == 0
    assert len(fed.too_late) > 0
    assert np.array_equal(monitor.ring.events, kept)


def test_the_slowest_partition_holds_minutes_open(start: int) -> None:
    monitor = Monitor(MonitorSpec(), DIMENSIONS)
    frame = events(start, 60)
    first = frame.filter(pl.col("minute") < start + 5)
    Entry("p1", {}, packed(fold(first, DIMENSIONS))).apply(monitor)
    Entry("p0", {}, packed(fold(frame, DIMENSIONS))).apply(monitor)
    assert [minute.minute for minute in monitor.judge()][-1] == start + 3


@pytest.mark.parametrize("data", [b"", b"nothing", b"PK\x03\x04 and so on"])
def test_other_bytes_are_no_snapshot(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        restored(data)


def test_a_snapshot_can_make_nothing_but_parts_of_a_monitor() -> None:
    import io
    import json

    tree = {"version": 1, "monitor": {"object": "os:system", "value": {}}}
    buffer = io.BytesIO()
    np.savez(buffer, tree=np.frombuffer(json.dumps(tree).encode(), dtype=np.uint8))
    with pytest.raises((SnapshotError, ModuleNotFoundError)):
        restored(buffer.getvalue())


def test_what_is_not_known_is_not_written(start: int) -> None:
    monitor = Monitor(MonitorSpec(), DIMENSIONS)
    monitor.late = object()  # type: ignore[assignment]
    with pytest.raises(TypeError, match="object has no place in a snapshot"):
        saved(monitor)
