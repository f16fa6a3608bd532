"""Counts that scatter more than independent trials do."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.explain.scan.betabinomial import (
    expit,
    log_beta_binomial,
    log_sum,
    log_weights,
    logit,
)


def likelihood(count: float, trials: float, mean: float, dispersion: float) -> float:
    found = log_beta_binomial(
        np.array([count]),
        np.array([trials]),
        np.array([[mean]]),
        np.array([[1 / dispersion - 1]]),
    )
    return float(found[0, 0, 0])


@pytest.mark.parametrize("dispersion", [1e-4, 0.01, 0.3])
def test_likelihoods_of_all_counts_sum_to_one(dispersion: float) -> None:
    total = sum(
        math.comb(12, count) * math.exp(likelihood(count, 12, 0.2, dispersion))
        for count in range(13)
    )
    assert total == pytest.approx(1.0, abs=1e-6)


def test_without_dispersion_it_is_the_binomial_distribution() -> None:
    expected = 3 * math.log(0.2) + 7 * math.log(0.8)
    assert likelihood(3, 10, 0.2, 1e-7) == pytest.approx(expected, abs=1e-4)


def test_a_far_count_is_likelier_the_more_counts_scatter() -> None:
    assert likelihood(60, 100, 0.1, 0.1) > likelihood(60, 100, 0.1, 0.001)
    assert likelihood(10, 100, 0.1, 0.1) < likelihood(10, 100, 0.1, 0.001)


def test_no_trials_say_nothing() -> None:
    assert likelihood(0, 0, 0.3, 0.01) == pytest.approx(0.0)


def test_every_effect_and_dispersion_gets_its_place() -> None:
    found = log_beta_binomial(
        np.array([3.0, 8.0]),
        np.array([10.0, 10.0]),
        np.array([[0.2, 0.5, 0.8]] * 2),
        np.array([[9.0, 99.0]] * 2),
    )
    assert found.shape == (2, 3, 2)
    assert found[1, 2, 1] == pytest.approx(likelihood(8, 10, 0.8, 0.01))


def test_the_logarithm_of_a_sum_survives_what_cannot_be() -> None:
    assert log_sum(np.array([-np.inf, -np.inf]), 0) == -np.inf
    assert log_sum(np.array([-1e300, 0.0]), 0) == 0.0


@given(st.lists(st.floats(-600, 600), min_size=1, max_size=6))
def test_weights_sum_to_one(densities: list[float]) -> None:
    assert np.exp(log_weights(np.array(densities))).sum() == pytest.approx(1.0)


@given(st.floats(1e-5, 1 - 1e-5))
def test_log_odds_go_there_and_back(rate: float) -> None:
    assert expit(logit(np.array([rate])))[0] == pytest.approx(rate, rel=1e-6)


def test_log_odds_of_certainties_are_finite() -> None:
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()
