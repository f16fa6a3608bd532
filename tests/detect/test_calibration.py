import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from tieout.detect.calibration import TailCalibration


def test_a_score_inside_history_has_its_conformal_p_value() -> None:
    calibration = TailCalibration.fitted(np.arange(1.0, 100.0))
    assert np.exp(calibration.log_p(np.array([50.0])))[0] == pytest.approx(51 / 100)


def test_p_values_of_new_scores_are_uniform() -> None:
    random = np.random.default_rng(1)
    calibration = TailCalibration.fitted(random.standard_t(4, 20_000))
    p = np.exp(calibration.log_p(random.standard_t(4, 20_000)))
    assert stats.kstest(p, "uniform").statistic < 0.02


def test_rare_p_values_are_as_rare_as_they_say() -> None:
    random = np.random.default_rng(2)
    calibration = TailCalibration.fitted(random.standard_t(4, 20_000))
    p = np.exp(calibration.log_p(random.standard_t(4, 1_000_000)))
    for level in (1e-2, 1e-3, 1e-4):
        assert (p <= level).mean() == pytest.approx(level, rel=0.6)


def test_scores_beyond_all_of_history_still_differ() -> None:
    calibration = TailCalibration.fitted(np.random.default_rng(3).normal(size=5_000))
    near, far = calibration.log_p(np.array([6.0, 60.0]))
    assert far < near < np.log(1 / 5_000)


def test_larger_scores_never_have_larger_p_values() -> None:
    calibration = TailCalibration.fitted(np.random.default_rng(4).normal(size=5_000))
    log_p = calibration.log_p(np.linspace(-5.0, 12.0, 1_000))
    assert (np.diff(log_p) <= 1e-12).all()


def test_no_score_says_nothing() -> None:
    calibration = TailCalibration.fitted(np.random.default_rng(5).normal(size=5_000))
    assert calibration.log_p(np.array([np.nan]))[0] == 0.0


def test_with_little_history_the_p_value_is_no_smaller_than_one_in_n_and_one() -> None:
    calibration = TailCalibration.fitted(np.arange(9.0))
    assert np.exp(calibration.log_p(np.array([1e9])))[0] == pytest.approx(0.1)


def test_without_history_nothing_is_odd() -> None:
    calibration = TailCalibration.fitted(np.array([]))
    assert calibration.log_p(np.array([1.0, np.nan])).tolist() == [0.0, 0.0]


def test_constant_scores_have_no_tail() -> None:
    calibration = TailCalibration.fitted(np.zeros(5_000))
    assert calibration.log_p(np.array([0.0]))[0] == 0.0


def test_saved_and_restored_it_says_the_same() -> None:
    calibration = TailCalibration.fitted(np.random.default_rng(6).normal(size=5_000))
    again = TailCalibration.restored(calibration.state())
    scores = np.linspace(-3.0, 9.0, 50)
    assert again.log_p(scores).tolist() == calibration.log_p(scores).tolist()


def test_infinite_scores_are_the_oddest_and_break_nothing() -> None:
    scores = np.append(np.random.default_rng(7).normal(size=2_000), [np.inf, np.inf])
    calibration = TailCalibration.fitted(scores)
    usual, odd = calibration.log_p(np.array([0.0, np.inf]))
    assert np.isfinite(odd)
    assert odd < usual


@given(
    arrays.arrays(np.float64, 200, elements=st.floats(-50, 50)),
    st.floats(-60, 500) | st.just(float("nan")) | st.just(float("inf")),
)
@example(np.array([0.0] * 199 + [2.3e-311]), 1.0)
def test_one_score_has_the_p_value_that_it_has_among_others(
    history: np.ndarray, score: float
) -> None:
    calibration = TailCalibration.fitted(history)
    (expected,) = calibration.log_p(np.array([score]))
    assert calibration.log_p_of(score) == pytest.approx(expected, abs=1e-12)


def test_of_scores_that_are_not_in_the_tail_the_p_value_is_told_by_rank() -> None:
    history = np.random.default_rng(8).normal(size=400).round(1)
    calibration = TailCalibration.fitted(history)
    by_rank = calibration.log_p_by_rank()
    assert len(by_rank) == 401
    for score in (-9.0, -0.3, 0.0, 0.85, calibration.threshold):
        below = int((history < score).sum())
        expected = calibration.log_p(np.array([score]))[0]
        assert by_rank[below] == expected
        assert calibration.log_p_of(score) == expected
