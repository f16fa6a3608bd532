"""Curves from score to probability that never fall."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import expit

from tieout.detect.detector import FloatArray

_GRID: Final = 256
_REACH: Final = 4.0
_STEPS: Final = 50
_RIDGE: Final = 1e-3
_SMALLEST_LOG_P: Final = -700.0


@dataclass(frozen=True)
class Curve:
    """Straight lines between points; level before the first and after the last.

    points: scores, increasing. probabilities: of each, not decreasing, within 0 and 1.
    """

    points: FloatArray
    probabilities: FloatArray

    def at(self, scores: FloatArray) -> FloatArray:
        """The probability at each score; 0.0 for NaN."""
        found: FloatArray = np.interp(scores, self.points, self.probabilities)
        return np.where(np.isnan(scores), 0.0, found)


def isotonic(points: FloatArray, truth: FloatArray) -> Curve:
    """The non-decreasing steps nearest to the truths, joined from middle to middle.

    Steps at 0 or 1 are drawn in by half a row: so many rows cannot show that none is otherwise.
    """
    values, group, count = np.unique(points, return_inverse=True, return_counts=True)
    mean = np.bincount(group, weights=truth) / count
    level = np.asarray(isotonic_regression(mean, weights=count).x, dtype=np.float64)
    _, step = np.unique(level, return_inverse=True)
    rows = np.bincount(step, weights=count)
    middle = np.bincount(step, weights=values * count) / rows
    hits = np.bincount(step, weights=mean * count)
    drawn_in = np.maximum.accumulate((hits + 0.5) / (rows + 1.0))
    return Curve(middle, drawn_in)


def logistic(points: FloatArray, truth: FloatArray) -> Curve:
    """A logistic curve by penalised likelihood (Newton's method), on targets short of 0 and 1.

    A curve that would fall is made level. Drawn at 256 scores, out to four standard deviations
    beyond the labelled ones.
    """
    positives, negatives = float(truth.sum()), float((1.0 - truth).sum())
    target = np.where(truth > 0, (positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0))
    centre, spread = float(points.mean()), float(points.std())
    spread = spread if spread > 0.0 else 1.0
    design = np.column_stack([np.ones(len(points)), (points - centre) / spread])
    weights = np.zeros(2)
    for _ in range(_STEPS):
        said = expit(design @ weights)
        slope = design.T @ (said - target) + _RIDGE * weights
        bend = design.T @ (design * (said * (1.0 - said))[:, None]) + _RIDGE * np.eye(2)
        step = np.linalg.solve(bend, slope)
        # Newton's step is cut where it would overshoot a nearly separable likelihood.
        weights = weights - step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-10:
            break
    if weights[1] < 0.0:
        weights = np.array([np.log(target.mean()) - np.log1p(-target.mean()), 0.0])
    low, high = float(points.min()) - _REACH * spread, float(points.max()) + _REACH * spread
    grid = np.linspace(low, high, _GRID)
    return Curve(grid, expit(weights[0] + weights[1] * (grid - centre) / spread))


def false_discovery(log_p: FloatArray) -> Curve:
    """One less the local false-discovery rate by -log p; level where no p-value is unusual."""
    known = log_p[~np.isnan(log_p)]
    p = np.sort(np.exp(np.clip(known, _SMALLEST_LOG_P, 0.0)))
    if not len(p):
        return Curve(np.array([0.0]), np.array([0.0]))
    # Two standard errors are added: an underestimate would make every row a little suspect.
    usual = min((float((p > 0.5).sum()) + np.sqrt(len(p))) / (0.5 * len(p)), 1.0)
    places, count = np.unique(p, return_counts=True)
    # Half a row is taken off the smallest p-value: the density at 0 is otherwise too large.
    reached = (np.cumsum(count) - 0.5) / len(p)
    gap, gain = np.diff(places, prepend=0.0), np.diff(reached, prepend=0.0)
    density = np.asarray(
        isotonic_regression(gain / gap, weights=gap, increasing=False).x, dtype=np.float64
    )
    rate = np.clip(usual / np.maximum(density, usual), 0.0, 1.0)
    order = np.argsort(-places, kind="stable")
    sure = np.maximum.accumulate(1.0 - rate[order])
    points = -np.log(places[order])
    # What lies between two points of one height says nothing more.
    turns = np.ones(len(sure), dtype=np.bool_)
    turns[1:-1] = (sure[1:-1] != sure[:-2]) | (sure[1:-1] != sure[2:])
    return Curve(points[turns], sure[turns])
