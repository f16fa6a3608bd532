"""What every cell's rate usually is, from the moments before."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.explain.scan.betabinomial import Floats, log_beta_binomial
from tieout.explain.scan.groups import Codes, cuboid, cuboids

_RATE_RANGE: Final = (1e-5, 0.95)
_ROUNDS: Final = 20
_MARGIN_TRIALS: Final = 5.0
_QUANTILE: Final = 0.4
_OUTLYING_SIGMAS: Final = 5.0
_OUTLYING_RATIO: Final = 1.5
_DRIFT_RELATIVE: Final = 0.15
_MOMENTS_LEFT_MIN: Final = 2


@dataclass(frozen=True)
class Expectation:
    """The usual rate of each leaf.

    rates: of each leaf. trials: earlier ones that it rests on. dispersion: intraclass
        correlation of the earlier counts around it.
    """

    rates: Floats
    trials: Floats
    dispersion: float


def expect(
    codes: Codes, counts: Floats, trials: Floats, *, prior_trials: float, grid: Iterable[float]
) -> Expectation:
    """Expected rates of leaves from their counts and trials (leaves x earlier moments).

    Moments at which a cell of no, one or two attributes lay far above its usual rate are dropped
    for the leaves in it. What is left is shrunk towards main effects by `prior_trials` trials.
    """
    kept = ~_outlying(codes, counts, trials)
    kept[(kept & (trials > 0)).sum(axis=1) < np.minimum(_MOMENTS_LEFT_MIN, (trials > 0).sum(1))] = (
        True
    )
    hits = np.where(kept, counts, 0.0).sum(axis=1)
    tries = np.where(kept, trials, 0.0).sum(axis=1)
    rates = (hits + prior_trials * main_effects(codes, hits, tries)) / (tries + prior_trials)
    rates = np.clip(rates, *_RATE_RANGE)
    return Expectation(rates, tries, _dispersion(counts, trials, kept, rates, tuple(grid)))


def main_effects(codes: Codes, counts: Floats, trials: Floats) -> Floats:
    """Rates as a product of one factor per attribute value, fitted to all single attributes.

    Iterative proportional fitting (Deming and Stephan, Ann. Math. Stat. 11, 1940), with a few
    expected outcomes added to each value so that rare values keep near the rest.
    """
    base = (counts.sum() + 0.5) / (trials.sum() + 1.0)
    factors = np.full(len(codes), base)
    for _ in range(_ROUNDS):
        for attribute in range(codes.shape[1]):
            column = codes[:, attribute]
            seen = np.bincount(column, counts) + _MARGIN_TRIALS
            fitted = np.bincount(column, factors * trials) + _MARGIN_TRIALS
            factors = factors * (seen / fitted)[column]
    return np.asarray(np.clip(factors, _RATE_RANGE[0], 0.9))


def _outlying(codes: Codes, counts: Floats, trials: Floats) -> NDArray[np.bool_]:
    """Where a leaf is in a cell that stood out at an earlier moment."""
    whole = cuboid(codes, (), ())
    found = np.zeros(counts.shape, dtype=bool)
    for cells in (whole, *cuboids(codes, depth_max=2)):
        hits, tries = cells.sums(counts), cells.sums(trials)
        usual = _usual_rates(hits, tries)[:, None]
        fitted = tries * usual
        # Beside chance a rate may drift, by a part of itself.
        variance = fitted * (1 - usual) + (_DRIFT_RELATIVE * fitted) ** 2 + 1
        far = hits - fitted > _OUTLYING_SIGMAS * np.sqrt(variance)
        found |= cells.spread(far & (hits > _OUTLYING_RATIO * fitted))
    return found


def _usual_rates(counts: Floats, trials: Floats) -> Floats:
    """A quantile over the moments at which a cell had trials: rises are outliers, falls are not."""
    seen = trials > 0
    rates = np.where(seen, (counts + 0.5) / (trials + 1.0), np.inf)
    rates.sort(axis=1)
    number = seen.sum(axis=1)
    place = _QUANTILE * np.maximum(number - 1, 0)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(number - 1, 0))
    rows = np.arange(len(rates))
    low, high = rates[rows, below], rates[rows, above]
    usual = np.where(number > 0, low, 0.5)
    apart = np.where(number > 0, high, 0.5) - usual
    return np.asarray(usual + apart * (place - below))


def _dispersion(
    counts: Floats,
    trials: Floats,
    kept: NDArray[np.bool_],
    rates: Floats,
    grid: tuple[float, ...],
) -> float:
    """The most likely dispersion of a grid."""
    leaves, moments = np.nonzero((trials > 0) & kept)
    if len(leaves) == 0:
        return grid[len(grid) // 2]
    precision = np.broadcast_to(1 / np.array(grid) - 1, (len(leaves), len(grid)))
    likelihood = log_beta_binomial(
        counts[leaves, moments], trials[leaves, moments], rates[leaves, None], precision
    )
    return grid[int(np.argmax(likelihood.sum(axis=(0, 1))))]
