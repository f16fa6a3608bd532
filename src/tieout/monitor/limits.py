"""How unlikely a count is: p-values of windows against what was usual. Pure and vectorised.

All counts are scaled by an overdispersion `phi` (variance over that of a Poisson count), which is
how quasi-likelihood widens a limit (Wedderburn 1974).
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]

P_MIN = 1e-300
_PRIOR = 0.5


def ratio_or_zero(above: FloatArray, below: FloatArray) -> FloatArray:
    """One over the other, which is as large or spreads to it; 0 where that is 0.

    >>> ratio_or_zero(np.array([3.0, 3.0]), np.array([2.0, 0.0])).tolist()
    [1.5, 0.0]
    """
    answer: FloatArray = np.divide(above, below, out=np.zeros(above.shape), where=below > 0)
    return answer


def rise_p(
    count: FloatArray,
    exposure: FloatArray,
    base_count: FloatArray,
    base_exposure: FloatArray,
    phi: FloatArray,
) -> FloatArray:
    """Chance of at least `count` events, were the rate that of the baseline. Arrays of one shape.

    The binomial test of two rates (Przyborowski and Wilenski 1940): of all events, the window's
    share is binomial with probability exposure / (exposure + base_exposure), so that a short or
    empty baseline is not trusted beyond what it holds (0.5 events are added to it). Exposure is
    the trials, or trials times the usual level of their hour.
    """
    from scipy.special import betainc

    answer: FloatArray = np.ones(count.shape)
    whole = exposure + base_exposure
    asked = (count > 0) & (base_exposure > 0)
    asked &= count * base_exposure > (base_count + _PRIOR) * exposure
    if not asked.any():
        return answer
    scale = phi[asked]
    found = betainc(
        count[asked] / scale,
        base_count[asked] / scale + _PRIOR,
        exposure[asked] / whole[asked],
    )
    answer[asked] = np.clip(found, P_MIN, 1.0)
    return answer


def rise_limit(
    exposure: FloatArray,
    base_count: FloatArray,
    base_exposure: FloatArray,
    phi: FloatArray,
    alpha: float,
) -> FloatArray:
    """The count from which `rise_p` is below alpha; NaN without a baseline."""
    from scipy.special import btdtria

    with np.errstate(all="ignore"):
        share = exposure / (exposure + base_exposure)
        found = phi * btdtria(alpha, base_count / phi + _PRIOR, share)
    known = (base_exposure > 0) & (exposure > 0)
    return np.where(known, found, np.nan)


def low_p(count: FloatArray, expected: FloatArray, phi: FloatArray) -> FloatArray:
    """Chance of at most `count` events of a Poisson count with mean `expected`."""
    from scipy.special import gammaincc

    known = np.isfinite(expected) & (expected > 0)
    mean = np.where(known, expected, 1.0)
    found = gammaincc(count / phi + 1.0, mean / phi)
    return np.where(known & (count < mean), np.clip(found, P_MIN, 1.0), 1.0)


def high_p(count: FloatArray, expected: FloatArray, phi: FloatArray) -> FloatArray:
    """Chance of at least `count` events of a Poisson count with mean `expected`."""
    from scipy.special import gammainc

    known = np.isfinite(expected) & (expected > 0) & (count > 0)
    mean = np.where(known, expected, 1.0)
    found = gammainc(np.where(known, count, 1.0) / phi, mean / phi)
    return np.where(known & (count > mean), np.clip(found, P_MIN, 1.0), 1.0)


def low_limit(expected: FloatArray, phi: FloatArray, alpha: float) -> FloatArray:
    """The count below which `low_p` is below alpha, at least 0."""
    from scipy.special import pdtrik

    with np.errstate(all="ignore"):
        found = phi * pdtrik(alpha, np.where(expected > 0, expected, 1.0) / phi)
    return np.where(np.isfinite(found), np.maximum(found, 0.0), 0.0)


def normal_p(z: FloatArray) -> FloatArray:
    """Upper tail of a standard normal."""
    from scipy.special import ndtr

    found: FloatArray = np.clip(ndtr(-z), P_MIN, 1.0)
    return found


def share_of(false_alarms_per_day: float, series: int) -> float:
    """The level of one series at a minute that keeps the false alarms of a day (Bonferroni).

    Minutes whose windows overlap are far from independent, so that the true number is smaller.

    >>> round(share_of(0.1, 7) * 7 * 1440, 9)
    0.1
    """
    return false_alarms_per_day / (1440.0 * max(series, 1))
