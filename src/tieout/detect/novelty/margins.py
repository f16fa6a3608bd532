"""Each column on one scale: a value becomes the normal score that is as rare as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
from scipy.special import ndtri, ndtri_exp

from tieout.detect.detector import FloatArray

TAIL_SHARE: Final = 0.10
SHAPE_MAX: Final = 0.9
_Tail: TypeAlias = tuple[float, float, float, float, float]
_EXPONENTIAL_BELOW: Final = 1e-6
_LOWEST_LOG: Final = -1e6
_FARTHEST: Final = 1e100
_SPREAD_MIN: Final = 1e-100
_SCALE_MIN: Final = 1e-9  # of the spread: below, values differ by rounding


@dataclass(frozen=True)
class _Tails:
    """One end of every column: where the tail starts, the share beyond, and its Pareto law."""

    start: FloatArray
    log_share: FloatArray
    shape: FloatArray
    scale: FloatArray
    slope: FloatArray  # normal scores per unit between the median and the start

    def scores(self, beyond: FloatArray, from_median: FloatArray) -> FloatArray:
        """Normal scores, at least 0, of values `from_median` >= 0 units away on this side."""
        excess = np.maximum(beyond, 0.0) / self.scale
        heavy = self.shape > _EXPONENTIAL_BELOW
        shape = np.where(heavy, self.shape, 1.0)
        log_survival = self.log_share - np.where(heavy, np.log1p(shape * excess) / shape, excess)
        tail = -ndtri_exp(np.maximum(log_survival, _LOWEST_LOG))
        score: FloatArray = np.where(beyond > 0.0, tail, from_median * self.slope)
        return score


@dataclass(frozen=True)
class Margins:
    """How the values of each column are spread.

    Between its 10 % and 90 % quantiles a value stays on a straight line on either side of the
    median, so that gaps between clusters stay gaps. Beyond, the excess follows a generalised
    Pareto law of its own (Pickands 1975; probability-weighted moments, Hosking and Wallis 1987)
    and the score is the normal quantile of that probability. What is far out in a column that is
    always wild then counts less than half of it in a column that never is: it is this, not the
    distance measure behind it, that lifts a model of card payments. Known as a semi-parametric
    normal-score transform, as in Gaussian copulas with Pareto tails.
    """

    median: FloatArray
    upper: _Tails
    lower: _Tails

    @classmethod
    def fitted(cls, values: FloatArray) -> Self:
        """From rows x columns; NaN is left out. Each column must have two different values."""
        known = [column[~np.isnan(column)] for column in values.T]
        median = np.array([np.median(column) for column in known])
        scale = np.array([_fallback_scale(column) for column in known])
        upper = [_tail(column, m, s) for column, m, s in zip(known, median, scale, strict=True)]
        lower = [_tail(-column, -m, s) for column, m, s in zip(known, median, scale, strict=True)]
        return cls(median, _stacked(upper), _stacked(lower))

    def filled(self, values: FloatArray) -> FloatArray:
        """The values with the column's median where one is missing."""
        return np.where(np.isnan(values), self.median, values)

    def scores(self, values: FloatArray) -> FloatArray:
        """Normal scores of rows x columns; 0 for the median and for what is missing."""
        filled = self.filled(values)
        # What overflows is as far out as a number can be; its tail probability is cut above 0.
        with np.errstate(over="ignore"):
            gap = filled - self.median
            up = self.upper.scores(filled - self.upper.start, np.maximum(gap, 0.0))
            down = self.lower.scores(-filled - self.lower.start, np.maximum(-gap, 0.0))
        result: FloatArray = np.where(gap >= 0.0, up, -down)
        result[gap == 0.0] = 0.0
        return result

    def straight(self, values: FloatArray) -> FloatArray:
        """Distance from the median in units of the body's spread, without the law of the tails.

        What a first look at a history that may hold anomalies can rest on: the tails of such a
        history are what the anomalies have made of them, its body is not.
        """
        with np.errstate(over="ignore"):
            gap = self.filled(values) - self.median
            far = np.where(gap >= 0.0, gap * self.upper.slope, -gap * self.lower.slope)
        return np.minimum(far, _FARTHEST)

    def state(self) -> dict[str, FloatArray]:
        """What `restored` needs: the median and five rows for either tail."""
        return {
            "median": self.median,
            "upper": _packed(self.upper),
            "lower": _packed(self.lower),
        }

    @classmethod
    def restored(cls, state: Mapping[str, object]) -> Self:
        """From what `state` gave."""
        upper, lower = (np.asarray(state[end], dtype=np.float64) for end in ("upper", "lower"))
        return cls(np.asarray(state["median"], dtype=np.float64), _Tails(*upper), _Tails(*lower))


def _packed(tails: _Tails) -> FloatArray:
    return np.stack([tails.start, tails.log_share, tails.shape, tails.scale, tails.slope])


def _stacked(tails: list[_Tail]) -> _Tails:
    return _Tails(*np.array(tails, dtype=np.float64).T)


def _tail(column: FloatArray, median: float, spread: float) -> _Tail:
    """Start, log share, shape, scale and slope of the upper end of one column."""
    start = float(np.quantile(column, 1.0 - TAIL_SHARE, method="lower"))
    excess = np.sort(column[column > start] - start)
    # With no value beyond, going there has never been seen: rarer than one in all rows.
    share = min(max(len(excess), 0.5) / len(column), TAIL_SHARE)
    shape, scale = pareto(excess) if len(excess) else (0.0, spread)
    scale = max(scale, _SCALE_MIN * spread)
    reach = start - median
    slope = float(-ndtri(TAIL_SHARE)) / (reach if reach > _SCALE_MIN * spread else spread)
    return start, float(np.log(share)), shape, scale, slope


def _fallback_scale(column: FloatArray) -> float:
    """A spread that is never 0: the mean distance from the median."""
    return max(float(np.abs(column - np.median(column)).mean()), _SPREAD_MIN)


def pareto(excess: FloatArray) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto law for sorted positive excesses.

    By probability-weighted moments; the shape is kept within 0 and 0.9: a bounded tail would call
    everything beyond its end impossible, and a heavier one has no mean to be fitted by.
    """
    n = len(excess)
    mean = float(excess.mean())
    if n < 2:
        return 0.0, mean
    weights = (n - np.arange(1.0, n + 1.0)) / (n - 1.0)
    gap = mean - 2.0 * float((weights * excess).mean())
    shape = min(max(2.0 - mean / gap, 0.0), SHAPE_MAX) if gap > 0.0 else 0.0
    return shape, mean * (1.0 - shape)
