import numpy as np
import pytest

from tieout.practice.rates.cells import CELLS, CHANNEL_OF, Condition, where
from tieout.practice.rates.incidents import Effect, Incident
from tieout.practice.rates.world import World, draw_world


def small_world(*happenings: Incident) -> World:
    """An hour of ten events a minute, one quarter of them on each channel."""
    return World(np.full((60, 4), 2.5), np.ones((60, 8)), happenings)


def drop(volume: float, condition: Condition) -> Incident:
    return Incident("VOLUME_DROP", "volume", 20, 10, condition, Effect("sudden", volume=volume))


def test_so_many_events_are_expected_as_are_asked_for() -> None:
    world = draw_world(rows=5_000, seed=1)
    assert world.minutes == 7 * 1_440
    assert world.volume.sum() == pytest.approx(5_000)
    assert world.levels.shape == (world.minutes, 8)


def test_happenings_are_in_order_and_some_are_incidents() -> None:
    world = draw_world(rows=5_000, seed=1)
    begins = [each.first_minute for each in world.happenings]
    assert begins == sorted(begins)
    assert 0 < len(world.incidents) < len(world.happenings)


def test_cells_share_what_their_channel_has() -> None:
    expected = small_world().expected(np.arange(5))
    assert expected.shape == (5, CELLS)
    assert np.bincount(CHANNEL_OF, weights=expected[0]) == pytest.approx([2.5] * 4)


def test_a_drop_takes_from_its_cells_while_it_lasts() -> None:
    condition = where(channel="pos")
    plain, less = small_world(), small_world(drop(0.1, condition))
    minute = np.arange(60)
    ratio = less.expected(minute).sum(axis=1) / plain.expected(minute).sum(axis=1)
    assert ratio[[19, 30]] == pytest.approx([1, 1])
    assert ratio[22:30] == pytest.approx(np.full(8, 1 - 0.25 * 0.9))
    others = ~condition.cells
    assert (less.expected(minute)[:, others] == plain.expected(minute)[:, others]).all()


def test_a_happening_is_found_by_any_of_its_minutes() -> None:
    each = drop(0.1, Condition())
    world = small_world(each)
    for first, last, found in [(0, 19, []), (0, 20, [each]), (29, 40, [each]), (30, 59, [])]:
        assert world.during(np.arange(first, last + 1)) == found
