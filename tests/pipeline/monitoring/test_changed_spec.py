"""A spec that is changed between two starts holds from then on, and leaves nothing open behind."""

import pytest
from stream_outage import (
    MINUTES,
    PER_MINUTE,
    SPEC,
    START,
    ListedStream,
    drained,
    follow,
    outage,
    told,
)

from tieout.monitor.chosen_spec import ForecastSpec, ForestSpec
from tieout.monitor.decode import EventShape
from tieout.monitor.spec import (
    LimitSpec,
    MetricSpec,
    MonitorSpec,
    SeveritySpec,
    SilenceSpec,
    WindowSpec,
)
from tieout.pipeline.monitoring.store import MemoryStore

UNTIL_FIRING = (80 + 17) * PER_MINUTE


def until_firing() -> MemoryStore:
    """An outage that has fired and goes on; there is a snapshot from before it."""
    store = MemoryStore()
    drained(follow(ListedStream(outage()[:UNTIL_FIRING], size=PER_MINUTE), store))
    assert told(store) == [("fired", "info")]
    assert store.state.snapshot is not None
    return store


def changed(**more: object) -> MonitorSpec:
    return MonitorSpec.model_validate(SPEC.model_dump() | more)


def test_severities_are_those_of_the_new_spec() -> None:
    store = until_firing()
    spec = changed(severity={"info": 5, "warning": 10, "critical": 15, "severe": 19})
    drained(follow(ListedStream(outage(), size=PER_MINUTE), store, spec=spec))
    assert [severity for _, severity in told(store)] == ["info", "critical", "severe", "severe"]


def test_a_silence_of_the_new_spec_holds() -> None:
    store = MemoryStore()
    drained(follow(ListedStream(outage()[: 60 * PER_MINUTE]), store))
    silence = SilenceSpec(start="2025-01-01", until="2030-01-01", reason="moved")
    drained(follow(ListedStream(outage()), store, spec=changed(silences=[silence.model_dump()])))
    assert told(store) == []


@pytest.mark.parametrize(
    "more",
    [
        {"metrics": {"denied_rate": {"method": "sigma", "k": 6}}},
        {"forest": ForestSpec().model_dump()},
        {"forecast": ForecastSpec(series_max=3).model_dump()},
        {"limits": LimitSpec(false_alarms_per_day=1).model_dump()},
    ],
)
def test_what_was_learnt_is_kept_where_it_holds(more: dict[str, object]) -> None:
    store = until_firing()
    live = follow(ListedStream(outage(), size=PER_MINUTE), store, spec=changed(**more))
    drained(live)
    assert live.monitor.rates.trailing.count.sum() > 50
    assert live.monitor.spec == changed(**more)
    assert live.monitor.rates.spec == changed(**more)
    assert ("resolved", "info") in told(store)


def test_where_windows_change_what_is_out_of_limits_is_the_episode_that_it_was() -> None:
    store = until_firing()
    [before] = store.left
    spec = changed(windows=WindowSpec(minutes=(1, 5)).model_dump())
    live = drained(follow(ListedStream(outage(), size=PER_MINUTE), store, spec=spec))
    assert told(store) == [("fired", "info"), ("resolved", "info")]
    assert live.monitor.episodes.open == {}
    assert store.alerts[-1].episode.episode_id == before.episode_id
    assert store.alerts[-1].episode.last_breach > before.last_breach


def test_an_episode_that_nobody_follows_any_more_ends_and_is_told_of() -> None:
    store = until_firing()
    denied = {"approved": ["denied"]}
    live = drained(
        follow(ListedStream(outage(), size=PER_MINUTE), store, spec=changed(statuses=denied))
    )
    assert told(store) == [("fired", "info"), ("resolved", "info")]
    [over] = live.monitor.episodes.over
    assert over.ended == START + 80 + 16
    assert store.left == []


def test_a_dimension_more_is_counted_from_then_on() -> None:
    store = until_firing()
    events = [line.replace(b"}", b', "acquirer": "A1"}') for line in outage()]
    live = follow(ListedStream(events, size=PER_MINUTE), store)
    live.shape = EventShape(dimensions=("acquirer",))
    drained(live)
    assert told(store) == [("fired", "info"), ("resolved", "info")]
    words = {live.monitor.cells.words(cell) for cell in range(len(live.monitor.cells))}
    assert "acquirer=A1" in words
    assert store.minutes == list(range(START, START + MINUTES - 1))


def test_before_the_first_snapshot_a_dimension_more_is_unknown_of_what_was() -> None:
    store = MemoryStore()
    drained(follow(ListedStream(outage()[: 10 * PER_MINUTE]), store))
    events = [line.replace(b"}", b', "acquirer": "A1"}') for line in outage()]
    live = follow(ListedStream(events, size=PER_MINUTE), store)
    live.shape = EventShape(dimensions=("acquirer",))
    drained(live)
    assert store.minutes == list(range(START, START + MINUTES - 1))


def test_settings_of_metrics_and_severities_do_not_need_to_be_learnt() -> None:
    graded = changed(severity=SeveritySpec(info=5).model_dump())
    assert SPEC.learns_as(graded)
    assert SPEC.learns_as(changed(metrics={"*": MetricSpec(k=5).model_dump()}))
    assert not SPEC.learns_as(changed(windows=WindowSpec(grace_minutes=2).model_dump()))
    assert not SPEC.learns_as(changed(limits=LimitSpec(memory_minutes=90).model_dump()))
    assert not SPEC.learns_as(changed(statuses={"denied": ["no"]}))
