"""Hours of minutes, and the gaps between them."""

import numpy as np
from numpy.typing import NDArray

from tieout.monitor.hours import Hours

HOUR = 500_000
KEEP = np.ones(2, dtype=np.bool_)


def pair(first: float, second: float) -> NDArray[np.float64]:
    return np.array([first, second])


def hours_of(*levels: float, most: int = 48) -> Hours:
    """Hours whose minutes have so many events of 100; the second cell twice as many."""
    hours = Hours(most)
    for place, level in enumerate(levels):
        for minute in range(60):
            now = (HOUR + place) * 60 + minute
            hours.learn(now, pair(level, 2 * level), pair(100, 100), KEEP)
    return hours


def test_an_hour_is_sum_over_weight_and_the_last_one_is_not_over() -> None:
    hours = hours_of(3, 5, 7)
    assert hours.means(0).tolist() == [0.03, 0.05]
    assert hours.means(1).tolist() == [0.06, 0.1]
    assert (hours.first, hours.whole, hours.next_hour) == (HOUR, 2, HOUR + 2)


def test_an_hour_of_less_than_fifteen_minutes_in_limits_is_unknown() -> None:
    hours = hours_of(3)
    for minute in range(60, 120):
        kept = np.array([minute < 74, True])
        hours.learn(HOUR * 60 + minute, pair(9, 9), pair(100, 100), kept)
    hours.learn((HOUR + 2) * 60, pair(1, 1), pair(100, 100), KEEP)
    assert np.isnan(hours.means(0)).tolist() == [False, True]
    assert hours.means(1).tolist() == [0.06, 0.09]


def test_hours_of_silence_are_unknown() -> None:
    hours = hours_of(3)
    hours.learn((HOUR + 4) * 60, pair(1, 1), pair(100, 100), KEEP)
    assert np.isnan(hours.means(0)).tolist() == [False, True, True, True]


def test_old_hours_are_forgotten() -> None:
    hours = hours_of(1, 2, 3, 4, 5, most=3)
    assert (hours.first, hours.means(0).tolist()) == (HOUR + 2, [0.03, 0.04])
    hours.learn((HOUR + 90) * 60, pair(1, 1), pair(100, 100), KEEP)
    assert (hours.first, hours.whole) == (HOUR + 88, 2)


def test_some_cells_can_be_kept_alone() -> None:
    hours = hours_of(3, 5)
    hours.keep_only([1])
    assert hours.means(0).tolist() == [0.06]


def test_a_cell_that_was_never_seen_is_unknown() -> None:
    assert np.isnan(hours_of(3, 5).means(7)).all()
