"""Student's t on one side of zero: fitted to distances, and its tail far beyond floats."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy import special

from tieout.detect.detector import FloatArray
from tieout.detect.views.lookup import EvenTable

_FREEDOMS: Final = 2.0 ** np.arange(-1.0, 6.01, 0.25)  # 0.5 to 64 degrees of freedom
_KNOTS: Final = 1_024
_ROUNDS: Final = 25
_SMALLEST: Final = 1e-9
_TABLE_END: Final = 1e6
_TABLE_SIZE: Final = 4_097


@dataclass(frozen=True)
class HalfStudent:
    """The law of |x| where x / scale follows Student's t around zero.

    freedom: degrees of freedom; the smaller, the heavier the tail. scale: in units of x.
    """

    freedom: float
    scale: float

    @classmethod
    def fitted(cls, distances: FloatArray, *, freedoms: FloatArray = _FREEDOMS) -> "HalfStudent":
        """By maximum likelihood on distances (not negative, no NaN; at least one).

        The scale by the EM algorithm of Lange, Little and Taylor (1989, JASA 84) for each of the
        degrees of freedom tried, on at most 1,024 quantiles of the distances with the largest
        ones kept: the fit follows the law, not the number of rows.
        """
        values, weights = _condensed(distances)
        squares = values * values
        scale = np.full(len(freedoms), max(float(weights @ squares), _SMALLEST))
        freedom = freedoms[:, None]
        for _ in range(_ROUNDS):
            pull = (freedom + 1.0) / (freedom + squares / scale[:, None])
            scale = np.maximum((pull * squares) @ weights, _SMALLEST**2)
        density = _log_density(squares / scale[:, None], freedom) - 0.5 * np.log(scale)[:, None]
        best = int(np.argmax(density @ weights))
        return cls(float(freedoms[best]), float(np.sqrt(scale[best])))

    def log_density(self, distances: FloatArray) -> FloatArray:
        """Logarithm of the density of x (two-sided, so that it compares with that of a column)."""
        ratio = distances / self.scale
        density: FloatArray = _log_density(ratio * ratio, self.freedom) - np.log(self.scale)
        return density

    def log_p(self, distances: FloatArray) -> FloatArray:
        """Logarithm of the chance of a distance at least as large; NaN for NaN.

        Looked up in a table of the exact logarithm, along the power law beyond it.
        """
        ratio = np.abs(distances) / self.scale
        at = np.arcsinh(np.minimum(ratio, _TABLE_END))
        inside = self._table.at(at)
        beyond = ratio > _TABLE_END
        if beyond.any():
            with np.errstate(over="ignore"):
                inside[beyond] -= self.freedom * np.log(ratio[beyond] / _TABLE_END)
        return inside

    @cached_property
    def _table(self) -> EvenTable:
        at = np.linspace(0.0, np.arcsinh(_TABLE_END), _TABLE_SIZE)
        return EvenTable(at, two_sided_log_p(np.sinh(at), self.freedom))


def two_sided_log_p(ratio: FloatArray, freedom: float) -> FloatArray:
    """log P(|T| >= ratio) for T of Student's t, without underflow.

    P is the regularised incomplete beta function I_y(freedom / 2, 1 / 2) at
    y = freedom / (freedom + ratio^2) (Abramowitz and Stegun 26.5.27), for small y by its
    hypergeometric series (26.5.4, in logarithms).
    """
    y = freedom / (freedom + ratio * ratio)
    half = 0.5 * freedom
    result = np.zeros_like(y)
    near = y > 0.25
    with np.errstate(divide="ignore"):
        result[near] = np.log(special.betainc(half, 0.5, y[near]))
    far = y[~near]
    series = special.hyp2f1(half, 0.5, half + 1.0, far)
    constant = np.log(half) + special.betaln(half, 0.5)
    # The integral of t^(a-1) (1-t)^(-1/2) from 0 to y is y^a / a 2F1(a, 1/2; a + 1; y).
    result[~near] = half * np.log(far) - constant + np.log(series)
    return result


def _log_density(squares: FloatArray, freedom: FloatArray | float) -> FloatArray:
    constant = special.gammaln((freedom + 1.0) / 2.0) - special.gammaln(freedom / 2.0)
    constant = constant - 0.5 * np.log(freedom * np.pi)
    density: FloatArray = constant - (freedom + 1.0) / 2.0 * np.log1p(squares / freedom)
    return density


def _condensed(distances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """At most 1,024 means of neighbours in order of size, and the share of rows in each.

    The rows of the largest hundredth are split finer than the rest: they are the tail.
    """
    ordered = np.sort(distances)
    n = len(ordered)
    if n <= _KNOTS:
        return ordered, np.full(n, 1.0 / n)
    tail = max(n // 100, 1)
    head_edges = np.linspace(0, n - tail, 3 * _KNOTS // 4, endpoint=False).astype(np.int64)
    tail_edges = np.linspace(n - tail, n, _KNOTS // 4, endpoint=False).astype(np.int64)
    edges = np.unique(np.concatenate([head_edges, tail_edges]))
    counts = np.diff(np.append(edges, n))
    return np.add.reduceat(ordered, edges) / counts, counts / n
