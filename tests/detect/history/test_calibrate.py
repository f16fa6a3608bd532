"""P-values of scores by the scores of the past."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from tieout.detect.history.calibrate import (
    PAST_MIN,
    calibrate,
    log_p_by_band,
    log_p_of_few,
)

scores = st.lists(st.floats(0, 1e6), min_size=1, max_size=30)


def test_within_the_past_it_is_the_share_that_is_at_least_as_large() -> None:
    past = np.arange(100.0)
    p_values = np.exp(calibrate(past, tail=False).log_p(np.array([99.0, 50.0, 0.0])))
    assert p_values.tolist() == pytest.approx([2 / 101, 51 / 101, 1.0])


def test_a_count_has_no_tail() -> None:
    log_p = calibrate(np.zeros(200), tail=False).log_p(np.array([3.0, 300.0]))
    assert np.exp(log_p).tolist() == pytest.approx([1 / 201, 1 / 201])


def test_a_measure_beyond_the_past_is_the_less_likely_the_further_it_is() -> None:
    past = np.random.default_rng(1).exponential(1.0, 200)
    p_values = np.exp(calibrate(past, tail=True).log_p(np.array([10.0, 30.0, 1_000.0])))
    assert p_values[0] < 1 / 201
    assert p_values[0] > 5 * p_values[1] > 25 * p_values[2] > 0


def test_a_few_odd_scores_do_not_make_each_other_look_usual() -> None:
    past = np.concatenate([np.random.default_rng(2).uniform(0, 2, 200), [900.0, 1_000.0]])
    assert calibrate(past, tail=True).log_p(np.array([950.0]))[0] < math.log(1e-5)


def test_a_tail_is_fitted_where_the_past_is_long() -> None:
    past = np.abs(np.random.default_rng(3).standard_t(4, 20_000))
    found = np.exp(calibrate(past, tail=True).log_p(np.array([8.0, 15.0])))
    expected = 2 * stats.t.sf([8.0, 15.0], 4)
    assert found == pytest.approx(expected, rel=0.7)


def test_a_past_without_any_measure_has_no_tail() -> None:
    log_p = calibrate(np.zeros(100), tail=True).log_p(np.array([2.0]))
    assert np.exp(log_p)[0] == pytest.approx(1 / 101)


@pytest.mark.parametrize("rows", [100, 5_000])
def test_scores_that_tie_still_let_what_is_far_beyond_be_odd(rows: int) -> None:
    past = np.resize([0.0, 1.0, 2.0], rows)
    near, far = np.exp(calibrate(past, tail=True).log_p(np.array([2.01, 300.0])))
    assert near > 0.01
    assert far < 1e-6


def test_nan_says_nothing() -> None:
    past = np.array([1.0, math.nan, 2.0])
    assert calibrate(past, tail=False).log_p(np.array([math.nan]))[0] == 0.0
    assert log_p_of_few(np.array([math.nan]), past)[0] == 0.0


def test_without_a_past_a_sigma_is_that_of_a_t_with_three_degrees() -> None:
    found = np.exp(log_p_of_few(np.array([5.0]), np.zeros(0)))
    assert found[0] == pytest.approx(2 * stats.t.sf(5.0, 3))


def test_a_wild_past_keeps_what_is_hardly_beyond_it_from_being_odd() -> None:
    past = np.array([0.5, 1.0, 2.0, 60.0])
    p_values = np.exp(log_p_of_few(np.array([70.0, 6_000.0]), past))
    assert p_values[0] == pytest.approx(0.2 * (60 / 70) ** 2)
    assert p_values[1] == pytest.approx(0.2 * (60 / 6_000) ** 2)


@given(past=scores, found=scores)
@example(past=[0.0, 0.1], found=[0.05, 0.2])
def test_few_or_none_give_p_values_that_fall_as_scores_rise(
    past: list[float], found: list[float]
) -> None:
    ordered = np.sort(np.array(found))
    log_p = log_p_of_few(ordered, np.array(past))
    assert (log_p <= 0.0).all()
    assert (np.diff(log_p) <= 1e-12).all()


def test_each_band_is_calibrated_by_its_own_past() -> None:
    random = np.random.default_rng(4)
    values = np.concatenate([random.uniform(0, 1, 100), random.uniform(0, 100, 100), [5.0, 5.0]])
    bands = np.array([0] * 100 + [1] * 100 + [0, 1])
    past = np.array([True] * 200 + [False] * 2)
    narrow, wide = np.exp(log_p_by_band(values, bands, past, tail=False)[-2:])
    assert narrow == pytest.approx(1 / 101)
    assert wide > 0.9


def test_only_judged_rows_are_asked_about() -> None:
    values = np.array([*range(PAST_MIN), 3.5, 70.0], np.float64)
    bands = np.zeros(len(values), np.int64)
    past = np.arange(len(values)) < PAST_MIN
    every = log_p_by_band(values, bands, past, tail=False)
    asked = log_p_by_band(values, bands, past, tail=False, judged=~past)
    assert asked[~past].tolist() == every[~past].tolist()
    assert not asked[past].any()
    assert every[past].any()


def test_a_band_with_little_past_is_calibrated_by_all_of_it() -> None:
    values = np.concatenate([np.arange(PAST_MIN), [3.5, PAST_MIN / 2]])
    bands = np.array([0] * PAST_MIN + [1, 1])
    past = np.array([True] * (PAST_MIN + 1) + [False])
    found = np.exp(log_p_by_band(values, bands, past, tail=False)[-1])
    assert found == pytest.approx((PAST_MIN / 2 + 1) / (PAST_MIN + 2))
