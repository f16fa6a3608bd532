"""The last minutes as arrays: sums over several windows at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.monitor.ring import Ring
from tieout.monitor.tally import Tally


def ring_of(counts: list[int], minutes: int = 64) -> Ring:
    """A ring of one cell and one status whose minutes begin at 0."""
    ring = Ring(minutes)
    for minute, count in enumerate(counts):
        ring.begin(minute)
        ring.events[minute % minutes, 0, 1] = count
    return ring


def test_windows_end_with_the_minute_and_hold_what_shorter_ones_do() -> None:
    ring = ring_of([1, 2, 4, 8])
    found = ring.windows(3, (1, 2, 4), ring.events.__getitem__)
    assert found[:, 0, 1].tolist() == [8, 12, 15]


def test_windows_come_in_the_order_asked_for() -> None:
    ring = ring_of([1, 2, 4, 8])
    found = ring.windows(3, (4, 1, 2, 1), ring.events.__getitem__)
    assert found[:, 0, 1].tolist() == [15, 8, 12, 8]


@pytest.mark.parametrize("minute", [63, 64, 100])
def test_windows_go_around_the_end_of_the_ring(minute: int) -> None:
    counts = list(range(minute + 1))
    ring = ring_of(counts)
    found = ring.windows(minute, (5, 60), ring.events.__getitem__)
    assert found[:, 0, 1].tolist() == [sum(counts[-5:]), sum(counts[-60:])]


def test_sums_do_not_overflow_their_counts() -> None:
    most = int(np.iinfo(np.uint32).max)
    ring = ring_of([most, most, most])
    found = ring.windows(2, (1, 3), ring.events.__getitem__)
    assert found[:, 0, 1].tolist() == [most, 3 * most]


@settings(deadline=None, max_examples=30)
@given(
    counts=st.lists(st.integers(0, 1000), min_size=40, max_size=90),
    windows=st.lists(st.integers(1, 40), min_size=1, max_size=5),
)
def test_each_window_is_the_sum_of_its_minutes(counts: list[int], windows: list[int]) -> None:
    ring = ring_of(counts)
    found = ring.windows(len(counts) - 1, windows, ring.events.__getitem__)
    assert found[:, 0, 1].tolist() == [sum(counts[-window:]) for window in windows]


def test_counts_beyond_what_can_be_held_do_not_begin_anew() -> None:
    ring = Ring(10)
    for count in (3_000_000_000, 3_000_000_000, 5):
        events = np.array([[3], [0], [1], [count]], dtype=np.int64)
        empty = np.zeros((4, 0), dtype=np.int64)
        ring.add(3, Tally(events, empty, np.zeros((5, 0), dtype=np.int64)), known_from=3)
    assert ring.events[3].tolist() == [[0, 4_000_000_005]]
