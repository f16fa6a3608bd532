"""Risk ratios and their limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.explain.scan.effects import RiskRatio, risk_ratio


def ratio(
    inside: tuple[float, float], outside: tuple[float, float], inflation: float = 1.0
) -> RiskRatio:
    counts, trials = (np.array([each]) for each in inside)
    counts_rest, trials_rest = (np.array([each]) for each in outside)
    return risk_ratio(counts, trials, counts_rest, trials_rest, inflation=np.array([inflation]))


def test_a_rate_that_is_three_times_the_other_has_a_ratio_near_three() -> None:
    found = ratio((300, 1_000), (1_000, 10_000))
    assert found.ratio[0] == pytest.approx(3.0, rel=0.01)
    assert found.low[0] < 3 < found.high[0]
    assert found.p_value[0] < 1e-9


def test_equal_rates_have_one_within_their_limits_and_an_even_chance() -> None:
    found = ratio((50, 500), (500, 5_000))
    assert found.low[0] < 1 < found.high[0]
    assert 0.3 < found.p_value[0] < 0.7


def test_a_part_without_outcomes_has_finite_limits() -> None:
    found = ratio((0, 10), (5, 1_000))
    assert all(np.isfinite(each[0]) for each in (found.ratio, found.low, found.high))
    assert found.high[0] > 1


def test_a_part_that_is_the_whole_has_finite_limits() -> None:
    found = ratio((7, 70), (0, 0))
    assert all(np.isfinite(each[0]) for each in (found.ratio, found.low, found.high))
    assert found.p_value[0] > 0.05


def test_more_scatter_widens_the_limits_and_raises_the_p_value() -> None:
    calm, rough = ratio((30, 100), (100, 1_000)), ratio((30, 100), (100, 1_000), inflation=4.0)
    assert rough.ratio[0] == calm.ratio[0]
    assert rough.low[0] < calm.low[0] < calm.high[0] < rough.high[0]
    assert rough.p_value[0] > calm.p_value[0]


@given(
    counts=st.integers(0, 1_000),
    more=st.integers(0, 1_000),
    counts_rest=st.integers(0, 1_000),
    more_rest=st.integers(0, 1_000),
)
def test_limits_always_enclose_the_ratio(
    counts: int, more: int, counts_rest: int, more_rest: int
) -> None:
    found = ratio((counts, counts + more), (counts_rest, counts_rest + more_rest))
    assert 0 < found.low[0] <= found.ratio[0] <= found.high[0]
    assert 0 <= found.p_value[0] <= 1
