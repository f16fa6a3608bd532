"""A stream followed over failures, restarts and clocks that jump: counted once, told once."""

from collections.abc import Callable
from typing import Any

import pytest
from stream_outage import MINUTES, START, ListedStream, drained, follow, outage, told

from tieout.model.errors import InputError
from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.flags import Silence
from tieout.monitor.spec import LiveSpec, MonitorSpec
from tieout.pipeline.monitoring.live import shape_of
from tieout.pipeline.monitoring.store import Judged, Kept, LostLeaseError, MemoryStore, People

EXPECTED = [("fired", "info"), ("resolved", "info")]


class Killed(BaseException):
    """The process is gone."""


def straight() -> MemoryStore:
    """What a monitor keeps to which nothing happens."""
    store = MemoryStore()
    drained(follow(ListedStream(outage()), store))
    return store


def counts(store: MemoryStore) -> tuple[int, list[str]]:
    """How far a store is, and the alerts that it told."""
    return store.state.judged, [each.alert_id for each in store.alerts]


def test_an_outage_is_told_once() -> None:
    store = straight()
    assert told(store) == EXPECTED
    assert store.minutes == list(range(START, START + MINUTES - 1))


def test_the_same_input_again_is_silent() -> None:
    store = straight()
    before = counts(store)
    again = ListedStream(outage())
    live = follow(again, store)
    live.start()
    again.start({})  # As a source that forgot what was committed.
    while live.step(0):
        pass
    assert told(store) == EXPECTED
    assert store.minutes == list(range(START, START + MINUTES - 1))
    assert counts(store)[1] == before[1]


@pytest.mark.parametrize("at", range(0, 16, 3))
def test_a_restart_in_the_middle_changes_nothing(at: int) -> None:
    store, stream = MemoryStore(), ListedStream(outage())
    first = follow(stream, store)
    first.start()
    for _ in range(at):
        first.step(0)
    drained(follow(stream, store))
    assert counts(store) == counts(straight())
    assert told(store) == EXPECTED


STEPS = ("add", "leads", "entries", "people", "told", "keep", "save", "commit")


def breaking(
    store: MemoryStore, stream: ListedStream, step: str, after: int, error: type[BaseException]
) -> None:
    """Let a step fail once, when it is called for the so-many-th time."""
    target: Any = stream if step == "commit" else store
    whole: Callable[..., Any] = getattr(target, step)
    calls = [0]

    def broken(*words: Any) -> Any:
        calls[0] += 1
        if calls[0] == after:
            raise error("as asked")
        return whole(*words)

    vars(target)[step] = broken


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [1, 2])
def test_a_process_that_dies_at_any_step_leaves_no_trace(step: str, after: int) -> None:
    store, stream = MemoryStore(), ListedStream(outage())
    first = follow(stream, store)
    breaking(store, stream, step, after, Killed)
    with pytest.raises(Killed):
        drained(first)
    vars(stream if step == "commit" else store).pop(step)
    drained(follow(stream, store))
    assert counts(store) == counts(straight())
    assert told(store) == EXPECTED


@pytest.mark.parametrize("step", [step for step in STEPS if step != "commit"])
def test_what_fails_once_succeeds_the_second_time(step: str) -> None:
    store, stream = MemoryStore(), ListedStream(outage())
    breaking(store, stream, step, 2, RuntimeError)
    drained(follow(stream, store))
    assert counts(store) == counts(straight())
    assert told(store) == EXPECTED


def test_what_fails_for_good_is_said() -> None:
    store = MemoryStore()

    def broken(_: Judged) -> None:
        raise RuntimeError("the disk is full")

    vars(store)["keep"] = broken
    with pytest.raises(RuntimeError, match="the disk is full"):
        drained(follow(ListedStream(outage()), store))
    assert store.state.judged == 0
    assert store.journal == []


def test_two_that_judge_tell_everything_once() -> None:
    store, stream = MemoryStore(), ListedStream(outage(), size=100)
    one, two = follow(stream, store), follow(stream, store)
    one.start()
    two.start()
    stream.start({})
    steps = 0
    while (one if steps % 3 else two).step(0):
        steps += 1
    assert told(store) == EXPECTED
    assert store.minutes == list(range(START, START + MINUTES - 1))


def test_who_was_too_slow_judges_nothing() -> None:
    store = MemoryStore()
    store.keep(Judged(0, 3, [], [], Monitor(MonitorSpec())))
    with pytest.raises(LostLeaseError):
        store.keep(Judged(0, 2, [], [], Monitor(MonitorSpec())))


def test_who_is_too_slow_every_time_says_so_and_commits_nothing() -> None:
    store, stream = MemoryStore(), ListedStream(outage())

    def lost(_: Judged) -> None:
        raise LostLeaseError

    vars(store)["keep"] = lost
    with pytest.raises(LostLeaseError):
        drained(follow(stream, store))
    assert (stream.committed, store.journal) == (0, [])


def test_events_of_a_batch_that_was_kept_before_are_not_counted_again() -> None:
    store, stream = MemoryStore(), ListedStream(outage()[:600])
    first, second = follow(stream, store), follow(ListedStream(outage()[:600]), store)
    drained(first)
    second.start()
    second.stream.start({"list": {"at": 300}})
    second.step(0)
    assert (second.counted.batches, second.counted.again, second.counted.events) == (1, 1, 0)


def test_who_does_not_lead_folds_and_leaves_judging_to_the_one_who_does() -> None:
    store, stream = MemoryStore(), ListedStream(outage())
    follower = follow(stream, store)
    vars(store)["leads"] = lambda: False
    drained(follower)
    assert store.minutes == []
    assert len(store.journal) == len(outage()) // stream.size
    vars(store).pop("leads")
    leader = follow(ListedStream([]), store, clock=lambda: (START + MINUTES) * 60.0)
    leader.start()
    leader.step(0)
    assert told(store) == EXPECTED


def test_the_clock_closes_minutes_of_a_source_gone_quiet() -> None:
    now = [(START + MINUTES) * 60.0]
    store = MemoryStore()
    live = drained(follow(ListedStream(outage()), store, clock=lambda: now[0]))
    now[0] += 89
    live.step(0)
    assert store.minutes[-1] == START + MINUTES - 2
    now[0] += 20 * 60
    live.step(0)
    assert store.minutes[-1] == START + MINUTES - 1 + 20
    [missing] = [e for e in live.monitor.episodes.open.values() if e.metric == "missing_data"]
    assert missing.started == START + MINUTES


@pytest.mark.parametrize("jump", [-86_400.0, -90.0])
def test_a_clock_that_jumps_back_moves_nothing(jump: float) -> None:
    now = [(START + MINUTES) * 60.0]
    store = MemoryStore()
    live = drained(follow(ListedStream(outage()), store, clock=lambda: now[0]))
    before = list(store.minutes)
    now[0] += jump
    live.step(0)
    assert store.minutes == before


def test_a_clock_that_is_set_ahead_closes_nothing() -> None:
    now = [(START + MINUTES) * 60.0]
    stream, store = ListedStream(outage()[:4000], size=500), MemoryStore()
    live = drained(follow(stream, store, clock=lambda: now[0], elapsed=lambda: 0.0))
    now[0] += 90 * 60
    live.step(0)
    stream.events = outage()
    while live.step(0):
        pass
    assert (live.counted.late, live.counted.lost) == (0, 0)
    assert told(store) == EXPECTED


@pytest.mark.parametrize("minutes", [25, 90])
def test_what_comes_after_a_long_silence_is_late_and_counted_as_that(minutes: int) -> None:
    now = [(START + MINUTES) * 60.0]
    events = outage()
    stream, store = ListedStream(events[:4000], size=500), MemoryStore()
    live = drained(follow(stream, store, clock=lambda: now[0]))
    now[0] += minutes * 60
    live.step(0)
    stream.events = events
    while live.step(0):
        pass
    late, lost = live.counted.late, live.counted.lost
    assert (late > 0, lost > 0) == (minutes == 25, minutes == 90)
    assert live.counted.events == len(events)


def test_events_ahead_of_the_clock_are_rejected_and_hold_nothing_up() -> None:
    store = MemoryStore()
    far = b'{"timestamp": 4102444800, "status": "approved"}'
    live = drained(follow(ListedStream([*outage(), far]), store))
    assert live.counted.rejected == 1
    assert told(store) == EXPECTED


def test_lines_that_are_no_events_are_counted_as_rejected() -> None:
    store = MemoryStore()
    events = outage()
    live = drained(follow(ListedStream([*events[:50], b"{oops", *events[50:]]), store))
    assert (live.counted.events, live.counted.rejected) == (len(events), 1)
    assert told(store) == EXPECTED


def test_what_people_silenced_is_not_told_even_after_a_restart() -> None:
    silence = Silence(None, None, START, START + MINUTES, "maintenance")
    store, stream = MemoryStore(said=People((silence,))), ListedStream(outage())
    first = follow(stream, store)
    first.start()
    for _ in range(13):
        first.step(0)
    drained(follow(stream, store))
    assert told(store) == []


def test_an_acknowledged_episode_is_quiet_until_then() -> None:
    store, stream = MemoryStore(), ListedStream(outage(), size=40)
    live = follow(stream, store)
    live.start()
    while live.step(0) and not live.monitor.episodes.open:
        pass
    [episode] = live.monitor.episodes.open.values()
    store.said = People((), {episode.episode_id: START + MINUTES})
    while live.step(0):
        pass
    assert told(store) == []


def test_whoever_watches_is_told_of_minutes_that_were_kept() -> None:
    seen: list[int] = []

    def watch(minute: Minute, _: Monitor) -> None:
        seen.append(minute.minute)

    drained(follow(ListedStream(outage()), MemoryStore(), watch=watch))
    assert seen == list(range(START, START + MINUTES - 1))


def test_it_runs_until_it_is_stopped_and_lets_go_of_the_source() -> None:
    stream, store = ListedStream(outage()), MemoryStore()
    live = follow(stream, store)
    live.run(stop=lambda: stream.committed == len(stream.events))
    assert stream.closed
    assert told(store) == EXPECTED


def test_a_snapshot_of_another_version_is_learnt_anew() -> None:
    spec = MonitorSpec(live=LiveSpec(snapshot_minutes=5))
    store = MemoryStore(state=Kept(snapshot=b"of another version"))
    drained(follow(ListedStream(outage()), store, spec=spec))
    assert told(store) == EXPECTED
    assert store.state.snapshot != b"of another version"


def test_snapshots_forget_the_journal_behind_them() -> None:
    spec = MonitorSpec(live=LiveSpec(snapshot_minutes=5))
    store = MemoryStore()
    drained(follow(ListedStream(outage()), store, spec=spec))
    assert store.state.snapshot is not None
    assert len(store.journal) <= 2
    assert told(store) == EXPECTED


def away(store: MemoryStore, times: int) -> None:
    """Let a store be out of reach so many times."""
    whole, left = store.keep, [times]

    def keep(judged: Judged) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise ConnectionError("the server is restarted")
        whole(judged)

    vars(store)["keep"] = keep


def test_a_store_that_is_away_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    away(store, times=12)
    drained(follow(ListedStream(outage()), store))
    assert counts(store) == counts(straight())
    said = "the state cannot be kept, trying again: the server is restarted"
    assert caplog.messages.count(said) == 12


@pytest.mark.parametrize("more", [{"is_patient": False}, {"stopping": lambda: True}])
def test_who_is_to_stop_does_not_wait_for_a_store(more: dict[str, Any]) -> None:
    store = MemoryStore()
    away(store, times=1000)
    with pytest.raises(InputError, match="the state cannot be kept: the server is restarted"):
        drained(follow(ListedStream(outage()), store, **more))


def failing(stream: ListedStream, step: str, *, times: int) -> None:
    """Let a source fail so many times, once it was started."""
    whole, left = getattr(stream, step), [times]

    def broken(*words: Any) -> Any:
        left[0] -= 1
        if left[0] >= 0:
            raise OSError("connection refused")
        return whole(*words)

    vars(stream)[step] = broken


@pytest.mark.parametrize("step", ["poll_batch", "commit"])
def test_a_source_that_fails_is_opened_anew_until_it_answers(
    step: str, caplog: pytest.LogCaptureFixture
) -> None:
    store, stream = MemoryStore(), ListedStream(outage())
    live = follow(stream, store)
    live.start()
    live.step(0)
    failing(stream, step, times=3)
    steps = 0
    while live.step(0) or steps < 5:
        steps += 1
    assert counts(store)[1] == counts(straight())[1]
    assert (live.counted.events, live.counted.again) == (len(outage()), 0)
    assert "the source fails, trying again: connection refused" in caplog.text
    assert "the source answers again" in caplog.text


def test_a_source_that_cannot_be_opened_anew_yet_is_asked_again() -> None:
    store, stream = MemoryStore(), ListedStream(outage())
    live = follow(stream, store)
    live.start()
    failing(stream, "poll_batch", times=1)
    failing(stream, "start", times=2)
    assert [live.step(0) for _ in range(4)] == [False, False, False, True]


def test_the_clock_goes_on_while_a_source_fails() -> None:
    now = [(START + MINUTES) * 60.0]
    store, stream = MemoryStore(), ListedStream(outage())
    live = drained(follow(stream, store, clock=lambda: now[0]))
    failing(stream, "poll_batch", times=3)
    now[0] += 20 * 60
    live.step(0)
    assert [each.metric for each in live.monitor.episodes.open.values()] == ["missing_data"]


def test_who_is_not_patient_says_at_once_that_a_source_fails() -> None:
    stream = ListedStream(outage())
    live = follow(stream, MemoryStore(), is_patient=False)
    live.start()
    failing(stream, "poll_batch", times=1)
    with pytest.raises(InputError, match="the source fails: connection refused"):
        live.step(0)


def test_a_source_that_is_not_there_yet_is_waited_for_but_not_a_wrong_one() -> None:
    store, stream = MemoryStore(), ListedStream(outage())
    live = follow(stream, store)
    failing(stream, "start", times=2)
    live.start()
    assert [live.step(0) for _ in range(2)] == [False, True]

    def wrong(_: Any) -> None:
        raise InputError("the table has no column 'when'")

    vars(stream)["start"] = wrong
    with pytest.raises(InputError, match="no column 'when'"):
        live.start()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"request_time": "sent"}, "`request_time` and `response_time` go together"),
        ({"count": "n", "amount": "amount"}, "rows with a `count` have no amounts"),
    ],
)
def test_fields_that_a_live_stream_cannot_have_are_said(wanted: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        shape_of(MonitorSpec.model_validate({"input": wanted}))


def test_all_fields_of_the_spec_are_read_live() -> None:
    wanted = {"request_time": "sent", "response_time": "back", "amount": "amount"}
    shape = shape_of(MonitorSpec.model_validate({"input": wanted}))
    assert (shape.request, shape.response, shape.amount) == ("sent", "back", "amount")
    assert shape_of(MonitorSpec.model_validate({"input": {"count": "n"}})).count == "n"
