"""P-values against scipy's exact distributions, and limits as their inverses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tieout.monitor.limits import (
    FloatArray,
    high_p,
    low_limit,
    low_p,
    normal_p,
    rise_limit,
    rise_p,
    share_of,
)


def one(value: float) -> FloatArray:
    return np.array([value], dtype=np.float64)


def test_a_rise_is_the_exact_binomial_test_of_two_rates() -> None:
    found = rise_p(one(12), one(100), one(30), one(900), one(1.0))
    # Of 12 + 30 + 0.5 events, 12 or more in a tenth of the trials; the half event is a prior.
    low = stats.binom.sf(11, 41, 0.1)
    high = stats.binom.sf(11, 43, 0.1)
    assert low < found[0] < high


def test_a_rate_that_has_not_risen_is_never_unlikely() -> None:
    found = rise_p(one(3), one(100), one(30), one(900), one(1.0))
    assert found[0] == 1.0


def test_nothing_is_unlikely_without_a_baseline() -> None:
    assert rise_p(one(50), one(100), one(0), one(0), one(1.0))[0] == 1.0


def test_a_short_baseline_of_nothing_is_not_trusted() -> None:
    short = rise_p(one(3), one(100), one(0), one(200), one(1.0))
    long = rise_p(one(3), one(100), one(0), one(20_000), one(1.0))
    assert short[0] > 1e-2
    assert long[0] < 1e-5


def test_bursts_make_a_rise_more_likely() -> None:
    calm = rise_p(one(20), one(100), one(90), one(900), one(1.0))
    bursty = rise_p(one(20), one(100), one(90), one(900), one(4.0))
    assert calm[0] < bursty[0] < 0.5


@given(
    st.integers(1, 200), st.integers(1, 500), st.integers(0, 500), st.integers(1, 5000),
    st.floats(0.5, 10.0),
)  # fmt: skip
def test_more_events_are_never_more_likely(
    count: int, exposure: int, base: int, base_exposure: int, phi: float
) -> None:
    fewer, more = (
        rise_p(one(k), one(exposure), one(base), one(base_exposure), one(phi))[0]
        for k in (count, count + 1)
    )
    assert 0.0 < more <= fewer <= 1.0


@pytest.mark.parametrize(("base", "phi"), [(0.0, 1.0), (30.0, 1.0), (300.0, 2.5)])
def test_the_limit_of_a_rise_is_where_its_chance_is_alpha(base: float, phi: float) -> None:
    limit = rise_limit(one(120), one(base), one(6000), one(phi), 1e-6)
    below = rise_p(limit * 0.99, one(120), one(base), one(6000), one(phi))
    above = rise_p(limit * 1.01, one(120), one(base), one(6000), one(phi))
    assert above[0] < 1e-6 < below[0]


def test_there_is_no_limit_without_a_baseline() -> None:
    assert np.isnan(rise_limit(one(120), one(0), one(0), one(1.0), 1e-6)[0])


def test_a_drop_is_the_lower_tail_of_a_poisson_count() -> None:
    assert low_p(one(70), one(100), one(1.0))[0] == pytest.approx(stats.poisson.cdf(70, 100))
    assert low_p(one(130), one(100), one(1.0))[0] == 1.0


def test_a_surge_is_the_upper_tail_of_a_poisson_count() -> None:
    assert high_p(one(130), one(100), one(1.0))[0] == pytest.approx(stats.poisson.sf(129, 100))
    assert high_p(one(70), one(100), one(1.0))[0] == 1.0


def test_a_volume_that_is_not_known_is_in_limits() -> None:
    for expected in (np.nan, 0.0):
        assert low_p(one(0), one(expected), one(1.0))[0] == 1.0
        assert high_p(one(9), one(expected), one(1.0))[0] == 1.0


@pytest.mark.parametrize(("expected", "phi"), [(100.0, 1.0), (2000.0, 5.0)])
def test_the_limit_of_a_drop_is_where_its_chance_is_alpha(expected: float, phi: float) -> None:
    limit = low_limit(one(expected), one(phi), 1e-6)
    assert 0.0 < limit[0] < expected
    assert low_p(limit, one(expected), one(phi))[0] == pytest.approx(1e-6, rel=1e-3)


def test_a_small_volume_has_no_lower_limit() -> None:
    assert low_limit(one(3.0), one(1.0), 1e-6)[0] == 0.0


def test_no_chance_is_nought() -> None:
    assert rise_p(one(1e6), one(1e6), one(10), one(1e6), one(1.0))[0] > 0.0
    assert normal_p(one(60.0))[0] > 0.0
    assert normal_p(one(0.0))[0] == pytest.approx(0.5)


@given(st.floats(0.001, 10), st.integers(1, 10_000))
def test_all_series_of_a_day_share_the_false_alarms(budget: float, series: int) -> None:
    assert share_of(budget, series) * 1440 * series == pytest.approx(budget)
