import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.practice.breaks.arrays import Floats
from tieout.practice.rates.answers import AUTH_CODES
from tieout.practice.rates.cells import Condition, where
from tieout.practice.rates.events import Events, draw_events
from tieout.practice.rates.incidents import Effect, Incident
from tieout.practice.rates.statuses import APPROVED, DENIED, FAILED, TIMEOUT, draw_levels
from tieout.practice.rates.world import World

A2 = where(acquirer="A2")


def happening(effect: Effect, condition: Condition = A2, kind: str | None = "SLOW_DRIFT") -> World:
    """Two hours at noon, of which the second half hour has an incident."""
    minutes = 1_440
    incident = Incident(kind, "any", 750, 30, condition, effect)
    return World(np.full((minutes, 4), 25.0), np.ones((minutes, 8)), (incident,))


def events_of(world: World, *, per_minute: int = 100, seed: int = 1) -> Events:
    minute = np.arange(720, 840)
    counts = np.full(120, per_minute)
    return draw_events(world, minute, counts, np.random.default_rng(seed))


def inside(events: Events) -> np.ndarray:
    minute = events.time // 60_000
    return (minute >= 752) & (minute < 780) & A2.cells[events.cell]


@settings(max_examples=15, deadline=None)
@given(
    counts=st.lists(st.integers(0, 30), min_size=1, max_size=20),
    first=st.integers(0, 1_400),
    seed=st.integers(0, 2**32),
)
def test_each_minute_has_as_many_as_counted(counts: list[int], first: int, seed: int) -> None:
    world = happening(Effect("sudden", volume=3.0))
    minute = np.arange(first, first + len(counts))
    events = draw_events(world, minute, np.array(counts), np.random.default_rng(seed))
    assert len(events) == sum(counts)
    found = np.bincount(events.time // 60_000 - first, minlength=len(counts))
    assert found.tolist() == counts
    assert (np.diff(events.time) >= 0).all()


def test_no_events_are_no_events(generator: np.random.Generator) -> None:
    events = draw_events(
        happening(Effect("sudden")), np.arange(5), np.zeros(5, np.int64), generator
    )
    assert len(events) == 0
    assert events.kind.dtype == np.int8


def test_turned_rows_are_marked_and_get_their_code() -> None:
    effect = Effect("sudden", turned=((TIMEOUT, 0.5), (FAILED, 0.2)), auth_code="68")
    events = events_of(happening(effect))
    here = inside(events)
    assert (events.status[here] == TIMEOUT).mean() == pytest.approx(0.46, abs=0.06)
    assert (events.status[here] == FAILED).mean() == pytest.approx(0.19, abs=0.05)
    marked = events.kind > 0
    assert set(events.status[marked]) == {TIMEOUT, FAILED}
    assert {AUTH_CODES[code] for code in events.auth_code[marked]} == {"68"}
    assert not marked[~A2.cells[events.cell]].any()


def test_rows_that_nothing_turned_are_the_same_as_without_it() -> None:
    """The same chance falls on the same rows, so that a label means a difference."""
    turned = events_of(happening(Effect("sudden", turned=((DENIED, 0.5),), auth_code="91")))
    plain = events_of(happening(Effect("sudden", turned=((DENIED, 0.0),))))
    same = turned.kind == 0
    assert (turned.time == plain.time).all()
    assert (turned.status[same] == plain.status[same]).all()
    assert set(plain.status[~same]) == {APPROVED}


def test_slowed_rows_are_marked() -> None:
    slow = events_of(happening(Effect("creeping", slower=4.0)))
    plain = events_of(happening(Effect("creeping")))
    different = slow.duration != plain.duration
    assert different.sum() > 300
    assert (slow.kind[different] > 0).all()
    assert not (slow.kind[~A2.cells[slow.cell]] > 0).any()


def test_what_a_surge_adds_is_marked() -> None:
    """Three of four rows would not be there; so many of each minute are given here."""
    events = events_of(happening(Effect("sudden", volume=4.0)))
    assert (events.kind[inside(events)] > 0).mean() == pytest.approx(0.75, abs=0.03)
    before = (events.time // 60_000 < 750) & A2.cells[events.cell]
    assert inside(events).sum() / 28 > 1.5 * before.sum() / 30


def test_what_a_drop_leaves_is_ordinary() -> None:
    events = events_of(happening(Effect("sudden", volume=0.05)))
    assert not events.kind.any()
    assert inside(events).sum() < 300


def test_what_only_looks_like_an_incident_marks_nothing() -> None:
    effect = Effect("sudden", volume=2.0, slower=3.0, turned=((DENIED, 0.5),))
    events = events_of(happening(effect, kind=None))
    assert not events.kind.any()
    assert (events.status[inside(events)] == DENIED).mean() > 0.4


def test_events_can_be_taken_by_position() -> None:
    events = events_of(happening(Effect("sudden")), per_minute=2)
    some = events.take(slice(10, 13))
    assert len(some) == 3
    assert some.time.tolist() == events.time[10:13].tolist()
    assert some.amount.tolist() == events.amount[10:13].tolist()


def scatter_of_denials(levels: Floats) -> float:
    """Variance of denials by quarter of an hour, against the binomial one, over two hours."""
    world = World(np.full((1_440, 4), 25.0), levels, ())
    events = events_of(world, per_minute=500)
    quarter = events.time // (15 * 60_000) - 48
    total, denied = (
        np.bincount(quarter[rows], minlength=8)
        for rows in (events.status >= 0, events.status == DENIED)
    )
    rate = denied.sum() / total.sum()
    return float(np.mean((denied - rate * total) ** 2 / (rate * (1 - rate) * total)))


def test_denials_scatter_more_than_independent_events_would() -> None:
    levels = draw_levels(1_440, np.random.default_rng(1))
    assert scatter_of_denials(np.ones((1_440, 8))) < 2
    assert scatter_of_denials(levels) > 3
