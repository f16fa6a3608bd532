"""How far deviations are divided by the scale of their group."""

from typing import Final

import numpy as np

from tieout.detect.detector import FloatArray

_ALPHAS: Final = np.arange(0.0, 1.01, 0.05)
_EXTREME_SHARE: Final = 0.01
_DECILES: Final = 10


def even_alpha(deviation: FloatArray, scale: FloatArray) -> float:
    """The power of the scale, 0 to 1, that spreads the extreme rows evenly over scales.

    With 0, groups of a large scale have all the extremes; with 1, those whose scale is small by
    chance. Chosen is the power at which the largest hundredth of |deviation| / scale^alpha falls
    most evenly (least chi-square) on the tenths of rows by scale; the smallest of equals. Both
    arrays by row, no NaN; 0 without rows, or where all scales are equal or one is zero.
    """
    if len(scale) == 0:
        return 0.0
    edges = np.quantile(scale, np.linspace(0.0, 1.0, _DECILES + 1)[1:-1])
    decile = np.searchsorted(edges, scale, side="right")
    rows = np.bincount(decile, minlength=_DECILES)
    if np.count_nonzero(rows) < 2 or scale.min() <= 0.0:
        return 0.0
    extremes = max(int(len(deviation) * _EXTREME_SHARE), 1)
    expected = rows[rows > 0] * (extremes / len(deviation))
    log_scale = np.log(scale)
    with np.errstate(divide="ignore"):
        log_distance = np.log(np.abs(deviation))
    uneven: list[float] = []
    for alpha in _ALPHAS:
        residual = log_distance - alpha * log_scale
        top = np.argpartition(-residual, extremes - 1)[:extremes]
        counts = np.bincount(decile[top], minlength=_DECILES)[rows > 0]
        uneven.append(float(((counts - expected) ** 2 / expected).sum()))
    return round(float(_ALPHAS[int(np.argmin(uneven))]), 2)
