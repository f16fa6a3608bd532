"""Two processes have the same partition for a while: each event counts once, by whomever."""

from pathlib import Path

import pytest
from stream_outage import ListedStream, follow, journal_of, outage, stalls, told

from tieout.monitor.journal import Entry
from tieout.monitor.spec import LiveSpec, MonitorSpec
from tieout.pipeline.monitoring.live import Live
from tieout.pipeline.monitoring.replayed import ReplayedStream
from tieout.pipeline.monitoring.store import MemoryStore, MovedOnError


def reader(store: MemoryStore, size: int, events: list[bytes]) -> Live:
    """A process that takes so many events at a time, and began where the store stood."""
    live = follow(ListedStream(events, size=size, is_chained=True), store)
    live.start()
    return live


def test_a_batch_of_which_another_one_kept_a_part_is_refused_as_a_whole() -> None:
    store, events = MemoryStore(), outage()[:300]
    old = reader(store, 100, events)
    old.step(0)
    new = reader(store, 50, events)
    stalls(old.stream, lambda: new.step(0))
    assert old.step(0)
    assert (old.counted.events, old.counted.batches, old.counted.refused) == (100, 1, 1)
    assert journal_of(store.journal) == [({"at": 100}, 100), ({"at": 150}, 50)]
    assert old.stream.committed == 100  # type: ignore[attr-defined]
    old.step(0)
    assert journal_of(store.journal)[2:] == [({"at": 250}, 100)]


def test_who_had_taken_over_is_refused_in_turn_where_the_old_one_was_quicker() -> None:
    store, events = MemoryStore(), outage()[:300]
    old = reader(store, 100, events)
    old.step(0)
    new = reader(store, 50, events)
    stalls(new.stream, lambda: old.step(0))
    new.step(0)
    new.step(0)
    assert (old.counted.refused, new.counted.refused) == (0, 1)
    expected = [({"at": 100}, 100), ({"at": 200}, 100), ({"at": 250}, 50)]
    assert journal_of(store.journal) == expected


def test_what_another_one_kept_whole_is_left_out_and_committed() -> None:
    store, events = MemoryStore(), outage()[:200]
    old, new = reader(store, 200, events), reader(store, 100, events)
    stalls(old.stream, lambda: (new.step(0), new.step(0)))
    old.step(0)
    assert (old.counted.again, old.counted.refused) == (1, 0)
    assert old.stream.committed == 200  # type: ignore[attr-defined]
    assert journal_of(store.journal) == [({"at": 100}, 100), ({"at": 200}, 100)]


def test_nothing_may_be_left_out_between_two_batches() -> None:
    store = MemoryStore()
    with pytest.raises(MovedOnError, match=r"topic/0 stands at \{\}"):
        store.add(Entry("topic/0", {"offset": 20}, begins={"offset": 10}))
    assert store.add(Entry("topic/0", {"offset": 10}, begins={}))
    assert store.add(Entry("topic/0", {"offset": 20}, begins={"offset": 10}))
    with pytest.raises(MovedOnError):
        store.add(Entry("topic/0", {"offset": 30}, begins={}))
    assert store.state.positions == {"topic/0": {"offset": 20}}
    assert len(store.journal) == 2


def test_two_processes_that_take_turns_tell_everything_once() -> None:
    store, events = MemoryStore(), outage()
    readers = [reader(store, 70, events), reader(store, 110, events)]
    turn = 0
    while readers[turn // 2 % 2].step(0):
        turn += 1
    assert told(store) == [("fired", "info"), ("resolved", "info")]
    assert sum(each.counted.events for each in readers) == len(events)
    assert all(each.counted.refused for each in readers)


def test_two_that_replay_one_file_count_it_once(tmp_path: Path) -> None:
    rows = [f"2025-02-01 00:{minute:02d}:00,approved,90" for minute in range(60)]
    (tmp_path / "minutes.csv").write_text("\n".join(["time,status,count", *rows]), "utf-8")
    store, spec = MemoryStore(), MonitorSpec(live=LiveSpec(snapshot_minutes=1000))

    def replaying(rows: int) -> Live:
        stream = ReplayedStream(tmp_path / "minutes.csv", spec, None, rows, pause=lambda _: None)
        live = follow(stream, store, spec=spec)
        live.start()
        return live

    one, two = replaying(20), replaying(25)
    stalls(one.stream, lambda: two.step(0))
    while one.step(0):
        pass
    assert one.counted.refused == 1
    assert journal_of(store.journal) == [
        ({"rows": 25}, 25 * 90), ({"rows": 45}, 20 * 90), ({"rows": 60}, 15 * 90)
    ]  # fmt: skip
