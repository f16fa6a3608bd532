"""Which minutes of a window belong to a breach."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.monitor.verdict import Best, Limits, evidence, onset

USUAL = np.full(15, 6.0)


def test_a_minute_belongs_to_what_it_fits_better() -> None:
    counts, ratio = np.array([6.0, 24.0]), np.array([4.0, 4.0])
    found = evidence(counts, np.array([6.0, 6.0]), ratio)
    assert found[0] < 0 < found[1]


def test_a_drop_has_evidence_as_well() -> None:
    counts, ratio = np.array([100.0, 20.0]), np.array([0.2, 0.2])
    found = evidence(counts, np.array([100.0, 100.0]), ratio)
    assert found[0] < 0 < found[1]


@pytest.mark.parametrize("since", [1, 4, 15])
def test_the_onset_is_where_the_counts_began_to_rise(since: int) -> None:
    counts = USUAL.copy()
    counts[-since:] = 24.0
    back, minutes, excess = onset(counts, USUAL, 4.0)
    assert (back, minutes) == (since - 1, since)
    assert excess == pytest.approx(18.0 * since)


def test_a_quiet_minute_in_between_is_no_part_of_it() -> None:
    counts = USUAL.copy()
    counts[-4:] = [24.0, 5.0, 24.0, 24.0]
    back, minutes, excess = onset(counts, USUAL, 4.0)
    assert (back, minutes, excess) == (3, 3, 54.0)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=15), st.floats(1.1, 20.0))
def test_an_onset_is_within_the_window_and_has_its_last_minute(
    counts: list[int], ratio: float
) -> None:
    values = np.array(counts, dtype=np.float64)
    back, minutes, _ = onset(values, np.full(len(values), 5.0), ratio)
    assert 0 <= back < len(values)
    assert 1 <= minutes <= back + 1


def considered(one: float, five: float, fifteen: float) -> Best:
    """A cell whose 15-minute window is out of limits; usual is 6 a minute."""
    best = Best.none((1, 1), (1, 5, 15))
    for window, count in ((1, one), (5, five), (15, fifteen)):
        values = (np.array([[count]]), np.array([[6.0 * window]]), np.array([[120.0 * window]]))
        best.consider(window, np.array([[1e-9 / window]]), np.array([[window == 15]]), values)
    return best


@pytest.mark.parametrize(
    ("one", "five", "lasting"),
    [(20.0, 100.0, True), (6.0, 100.0, False), (20.0, 30.0, False)],
)
def test_a_long_window_that_still_holds_an_incident_is_not_enough(
    one: float, five: float, lasting: bool
) -> None:
    best = considered(one, five, 300.0)
    assert bool(best.confirmed(np.array([[one]]), np.array([[6.0]]))[0, 0]) is lasting


def test_a_window_in_limits_is_never_chosen() -> None:
    best = Best.none((1, 1), (1,))
    nothing = np.array([[5.0]])
    best.consider(1, np.array([[1e-9]]), np.array([[False]]), (nothing, nothing, nothing))
    assert best.window[0, 0] == 0
    assert best.p_any[0, 0] == 1e-9
    assert not best.confirmed(nothing, nothing)[0, 0]


def test_a_series_pays_for_the_windows_that_it_is_judged_over() -> None:
    limits = Limits(np.full((2, 1), 3e-4), (1, 5, 15), 20, 3.0, (30, 60))
    assert limits.alpha * 5 == pytest.approx(limits.share)
    assert limits.alpha_short == pytest.approx(np.full((2, 1), 1e-4))
