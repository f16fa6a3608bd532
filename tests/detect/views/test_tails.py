import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tieout.detect.views.student import HalfStudent
from tieout.detect.views.tails import Recalibration, Tails


def test_p_values_of_the_same_law_are_uniform() -> None:
    random = np.random.default_rng(1)
    tails = Tails.fitted(random.standard_t(3, 30_000))
    p = np.exp(tails.log_p(random.standard_t(3, 30_000)))
    assert stats.kstest(p, "uniform").statistic < 0.02


def test_each_side_is_judged_by_its_own_tail() -> None:
    random = np.random.default_rng(2)
    drawn = random.standard_t(3, 40_000)
    drawn[drawn < 0.0] *= 5.0
    tails = Tails.fitted(drawn)
    left, right = tails.log_p(np.array([-10.0, 10.0]))
    assert right < left
    p = np.exp(tails.log_p(drawn))
    for side in (drawn < 0.0, drawn > 0.0):
        assert (p[side] < 0.01).mean() == pytest.approx(0.01, rel=0.3)


def test_nothing_is_said_of_a_row_at_its_centre() -> None:
    tails = Tails.fitted(np.random.default_rng(3).normal(size=500))
    assert tails.log_p(np.array([0.0]))[0] == 0.0


def test_a_missing_residual_has_no_p_value() -> None:
    tails = Tails.fitted(np.random.default_rng(4).normal(size=500))
    assert np.isnan(tails.log_p(np.array([np.nan]))[0])


def test_where_most_rows_are_at_the_centre_any_other_is_rare() -> None:
    residuals = np.zeros(1_000)
    residuals[:10] = [1.0, -1.0, 2.0, -2.0, 1.5, 0.5, -0.5, 3.0, -1.0, 1.0]
    tails = Tails.fitted(residuals)
    assert tails.apart == 0.01
    assert tails.log_p(np.array([1e-9]))[0] == pytest.approx(np.log(0.01), abs=1e-6)


def test_where_all_rows_are_at_the_centre_any_other_is_as_rare_as_can_be_told() -> None:
    tails = Tails.fitted(np.zeros(99))
    assert tails.log_p(np.array([5.0]))[0] < np.log(0.01)


def test_a_side_with_few_rows_takes_the_law_of_both() -> None:
    tails = Tails.fitted(np.append(np.random.default_rng(5).exponential(1.0, 1_000), -3.0))
    assert tails.left.freedom == pytest.approx(tails.right.freedom, rel=0.5)


def test_tails_are_restored_from_their_numbers() -> None:
    tails = Tails(HalfStudent(3.0, 0.5), HalfStudent(2.0, 0.7), 0.9)
    assert Tails.of(tails.numbers()) == tails


@given(st.integers(0, 1_000), st.floats(0.01, 100.0))
def test_further_out_is_never_likelier(seed: int, factor: float) -> None:
    drawn = np.random.default_rng(seed).standard_t(2, 200) * factor
    tails = Tails.fitted(drawn)
    for sign in (-1.0, 1.0):
        log_p = tails.log_p(sign * np.linspace(1e-6, 50.0 * factor, 200))
        assert (np.diff(log_p) <= 1e-12).all()


def test_a_mean_of_p_values_is_made_a_p_value_again() -> None:
    random = np.random.default_rng(6)
    means = np.log(random.uniform(size=(3, 60_000))).mean(axis=0)
    assert (means < np.log(0.01)).mean() < 0.001
    recalibrated = Recalibration.fitted(means[:30_000]).log_p(means[30_000:])
    for share in (0.3, 0.1, 0.01):
        assert (recalibrated < np.log(share)).mean() == pytest.approx(share, rel=0.2)


def test_few_rows_leave_p_values_as_they_are() -> None:
    log_p = np.array([-9.0, -1.0, 0.0])
    assert Recalibration.fitted(log_p).log_p(log_p).tolist() == log_p.tolist()


def test_beyond_the_last_anchor_rows_still_differ_by_as_much() -> None:
    uniform = np.log(np.random.default_rng(7).uniform(size=50_000))
    recalibration = Recalibration.fitted(uniform)
    far, farther = recalibration.log_p(np.array([-50.0, -60.0]))
    assert far - farther >= 10.0 - 1e-9


def test_recalibration_keeps_the_order_of_rows() -> None:
    combined = np.minimum(np.random.default_rng(8).normal(-2.0, 2.0, 5_000), 0.0)
    log_p = Recalibration.fitted(combined).log_p(np.sort(combined))
    assert (np.diff(log_p) >= -1e-12).all()


def test_a_missing_combination_stays_missing() -> None:
    recalibration = Recalibration.fitted(np.log(np.random.default_rng(9).uniform(size=1_000)))
    assert np.isnan(recalibration.log_p(np.array([np.nan]))[0])


def test_a_recalibration_is_restored_from_its_state() -> None:
    recalibration = Recalibration.fitted(np.log(np.random.default_rng(10).uniform(size=1_000)))
    again = Recalibration.restored(recalibration.state())
    at = np.array([-20.0, -3.0, -0.1])
    assert again.log_p(at).tolist() == recalibration.log_p(at).tolist()
