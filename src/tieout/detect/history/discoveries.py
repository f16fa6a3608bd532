"""Which breaks are out of pattern, by their p-values."""

from typing import Final

import numpy as np

from tieout.detect.detector import FloatArray

FALSE_DISCOVERIES: Final = 0.05
P_MAX: Final = 0.01
_LOG_P_MIN: Final = -690.0  # A float holds nothing smaller.


def p_of(log_p: FloatArray) -> FloatArray:
    """The p-value; at least the smallest that a float tells from 0."""
    result: FloatArray = np.exp(np.maximum(log_p, _LOG_P_MIN))
    return result


def discoveries(log_p: FloatArray) -> np.ndarray:
    """Which rows are out of pattern, at most 5 % of them expected to be so by chance.

    Benjamini and Hochberg (1995), and never beyond a p-value of 1 %: where most rows are odd,
    the procedure alone would let through what is quite usual.
    """
    rows = len(log_p)
    if not rows:
        return np.zeros(0, np.bool_)
    ordered = np.sort(log_p)
    allowed = np.log(FALSE_DISCOVERIES * np.arange(1, rows + 1) / rows)
    passing = np.flatnonzero(ordered <= allowed)
    if not len(passing):
        return np.zeros(rows, np.bool_)
    flagged: np.ndarray = log_p <= min(ordered[passing[-1]], np.log(P_MAX))
    return flagged
