"""Partitions that have gone quiet, catch up, or have a clock of their own."""

from stream_outage import MINUTES, START, ListedStream, follow, outage, told

from tieout.pipeline.monitoring.pace import Pace
from tieout.pipeline.monitoring.store import MemoryStore
from tieout.sources.streams.stream import StreamBatch


class NamedStream(ListedStream):
    """Events of a partition that has a name."""

    name = "one"

    def poll_batch(self, timeout_seconds: float) -> StreamBatch | None:
        batch = super().poll_batch(timeout_seconds)
        return batch and StreamBatch(self.name, batch.position, batch.lines, token=batch.token)


def steady(pace: Pace, names: str, minutes: range, behind: int = 0) -> dict[str, int]:
    """Each partition has events of the minute, or of one so far behind, each minute."""
    latest: dict[str, int] = {}
    for minute in minutes:
        for name in names:
            latest[name] = minute - behind
            pace.hear(name, latest[name], minute * 60.0)
    return latest


def test_partitions_that_come_along_are_waited_for() -> None:
    pace = Pace(90.0, 30)
    latest = steady(pace, "ab", range(100, 110))
    assert pace.reached(latest, 109 * 60.0) is None
    assert pace.reached(latest, 109 * 60.0 + 89) is None


def test_a_partition_that_has_gone_quiet_is_waited_for_no_longer() -> None:
    pace = Pace(90.0, 30)
    latest = steady(pace, "ab", range(100, 110)) | steady(pace, "b", range(110, 112))
    assert pace.reached(latest, 110 * 60.0) is None
    assert pace.reached(latest, 111 * 60.0) == 111


def test_where_all_are_quiet_the_clock_goes_on_from_the_last_event() -> None:
    pace = Pace(90.0, 30)
    latest = steady(pace, "ab", range(100, 110))
    assert pace.reached(latest, 109 * 60.0 + 600) == 119


def test_while_a_backlog_is_read_nobody_is_left_behind() -> None:
    pace = Pace(90.0, 30)
    latest = steady(pace, "ab", range(100, 102))
    now = 102 * 60.0
    for second in range(300):
        latest["b"] += 3
        pace.hear("b", latest["b"], now + second)
    assert pace.reached(latest, now + 300) is None
    latest |= steady(pace, "b", range(1004, 1008))
    assert pace.reached(latest, 1007 * 60.0) == 1007


def test_a_partition_whose_clock_is_an_hour_behind_is_not_waited_for() -> None:
    pace = Pace(90.0, 30)
    for minutes in (range(100, 105), range(105, 110)):
        latest = steady(pace, "a", minutes) | steady(pace, "b", minutes, behind=60)
    assert pace.reached(latest, 109 * 60.0) == 109


def test_after_a_restart_under_another_name_events_are_judged_at_once() -> None:
    """As a Redis consumer does, whose name tells its process."""
    events, store = outage(), MemoryStore()
    cut = next(at for at, each in enumerate(events) if str((START + 60) * 60).encode() in each)
    old = NamedStream(events[:cut])
    first = follow(old, store)
    first.start()
    while first.step(0):
        pass
    now = [(START + 60) * 60.0]
    new = NamedStream(events[cut:], size=20)
    new.name = "two"
    second = follow(new, store, clock=lambda: now[0])
    second.start()
    for half in range(2 * (MINUTES - 60)):
        now[0] = (START + 60) * 60.0 + 30 * half
        second.step(0)
    assert store.minutes == list(range(START, START + MINUTES - 1))
    assert told(store) == [("fired", "info"), ("resolved", "info")]


def test_a_source_that_is_silent_since_before_a_restart_is_missed_all_the_same() -> None:
    store, now = MemoryStore(), [(START + MINUTES) * 60.0]
    first = follow(ListedStream(outage()), store, clock=lambda: now[0])
    first.start()
    while first.step(0):
        pass
    second = follow(ListedStream([]), store, clock=lambda: now[0])
    second.start()
    for _ in range(3):
        second.step(0)
        now[0] += 600
    [missing] = [e for e in second.monitor.episodes.open.values() if e.metric == "missing_data"]
    assert missing.started == START + MINUTES
