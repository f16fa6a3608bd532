"""What every cell's rate usually is."""

import numpy as np
import pytest

from tieout.explain.scan.betabinomial import Floats
from tieout.explain.scan.history import Expectation, expect, main_effects
from tieout.explain.scan.options import RateOptions

GRID = RateOptions().dispersions
CODES = np.array([[a, b] for a in range(3) for b in range(4)], dtype=np.int64)


def usual(counts: Floats, trials: Floats, prior_trials: float = 40.0) -> Expectation:
    return expect(CODES, counts, trials, prior_trials=prior_trials, grid=GRID)


def test_a_steady_rate_is_expected_to_go_on() -> None:
    trials = np.full((12, 8), 1_000.0)
    found = usual(trials * 0.05, trials)
    assert found.rates == pytest.approx(np.full(12, 0.05), rel=0.02)
    assert found.trials.tolist() == [8_000.0] * 12


def test_a_moment_at_which_one_value_stood_out_is_dropped_for_it() -> None:
    trials = np.full((12, 8), 1_000.0)
    counts = trials * 0.05
    counts[CODES[:, 0] == 1, 2] = 600
    found = usual(counts, trials)
    assert found.rates == pytest.approx(np.full(12, 0.05), rel=0.05)
    assert found.trials[CODES[:, 0] == 1].tolist() == [7_000.0] * 4


def test_a_moment_that_fell_stays() -> None:
    trials = np.full((12, 8), 1_000.0)
    counts = trials * 0.05
    counts[0, 3] = 0
    assert usual(counts, trials).trials.tolist() == [8_000.0] * 12


def test_a_cell_that_was_never_seen_is_expected_by_its_values() -> None:
    trials = np.full((12, 5), 2_000.0)
    counts = trials * np.where(CODES[:, :1] == 2, 0.2, 0.02)
    trials[11], counts[11] = 0, 0
    found = usual(counts, trials)
    assert found.rates[11] == pytest.approx(0.2, rel=0.15)
    assert found.trials[11] == 0


def test_few_trials_are_pulled_towards_the_main_effects() -> None:
    trials = np.full((12, 4), 500.0)
    counts = trials * 0.05
    trials[0], counts[0] = 1, 1
    found = usual(counts, trials)
    assert 0.05 < found.rates[0] < 0.25


def test_scatter_from_moment_to_moment_shows_as_dispersion() -> None:
    random = np.random.default_rng(1)
    trials = np.full((12, 10), 400.0)
    calm = random.binomial(400, 0.1, (12, 10)).astype(float)
    rough = random.binomial(400, np.clip(random.normal(0.1, 0.04, (12, 10)), 0, 1)).astype(float)
    assert usual(calm, trials).dispersion <= 1e-3
    assert usual(rough, trials).dispersion >= 3e-3


def test_nothing_before_gives_a_middling_dispersion_and_no_warning() -> None:
    nothing = np.zeros((12, 2))
    found = usual(nothing, nothing)
    assert found.dispersion == GRID[len(GRID) // 2]
    assert np.isfinite(found.rates).all()


def test_main_effects_multiply() -> None:
    trials = np.full(12, 100_000.0)
    factors = np.where(CODES[:, 0] == 1, 3.0, 1.0) * np.where(CODES[:, 1] == 2, 2.0, 1.0)
    found = main_effects(CODES, trials * 0.01 * factors, trials)
    assert found == pytest.approx(0.01 * factors, rel=0.01)


def test_the_order_of_leaves_does_not_matter() -> None:
    random = np.random.default_rng(2)
    trials = random.integers(50, 500, (12, 6)).astype(float)
    counts = np.floor(trials * random.uniform(0, 0.2, (12, 6)))
    shuffled = random.permutation(12)
    one = expect(CODES, counts, trials, prior_trials=40.0, grid=GRID)
    other = expect(
        CODES[shuffled], counts[shuffled], trials[shuffled], prior_trials=40.0, grid=GRID
    )
    assert other.rates == pytest.approx(one.rates[shuffled], rel=1e-9)
    assert other.dispersion == one.dispersion
