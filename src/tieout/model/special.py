"""Special functions of few numbers, for which SciPy's import would take longer than they do.

They agree with SciPy's to some fourteen digits.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEW_MAX: Final = 50
_NEGLIGIBLE: Final = 1e-17
_ROOT: Final = math.sqrt(0.5)

Floats = NDArray[np.float64]


def log_beta(first: ArrayLike, second: ArrayLike) -> Floats:
    """Logarithm of the beta function of two numbers, elementwise; infinite where one is 0.

    Of more than 50 it is computed by SciPy.

    >>> log_beta([1.0, 2.0], 3.0).round(6)
    array([-1.098612, -2.484907])
    """
    left, right = np.broadcast_arrays(
        np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    )
    if left.size > FEW_MAX:
        from scipy.special import betaln

        return np.asarray(betaln(left, right))
    found = [
        math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b) if min(a, b) > 0 else math.inf
        for a, b in zip(left.ravel().tolist(), right.ravel().tolist(), strict=True)
    ]
    return np.reshape(np.array(found, dtype=np.float64), left.shape)


def normal_below(deviates: ArrayLike) -> Floats:
    """The chance that a standard normal deviate is below each of some numbers.

    >>> normal_below([-1.96, 0.0]).round(6)
    array([0.024998, 0.5     ])
    """
    numbers = np.asarray(deviates, dtype=np.float64)
    found = [0.5 * math.erfc(-number * _ROOT) for number in numbers.ravel().tolist()]
    return np.reshape(np.array(found, dtype=np.float64), numbers.shape)


def chance_above(count: int, mean: float) -> float:
    """The chance that a Poisson count with a mean above 0 is larger than `count`.

    >>> round(chance_above(0, 0.1), 6), round(chance_above(9, 3.0), 6)
    (0.095163, 0.001102)
    """
    if count < 0:
        return 1.0
    if count < mean:
        return max(0.0, 1.0 - _poisson(count, mean, falling=True))
    return min(1.0, _poisson(count + 1, mean, falling=False))


def _poisson(first: int, mean: float, *, falling: bool) -> float:
    """The chances of `first` and of all smaller (`falling`) or all larger counts together.

    Each is a multiple of the one before it, and the smaller the further from the mean.
    """
    place, term, total = first, 1.0, 1.0
    while term > _NEGLIGIBLE * total and (place > 0 or not falling):
        term *= place / mean if falling else mean / (place + 1)
        place += -1 if falling else 1
        total += term
    return total * math.exp(first * math.log(mean) - mean - math.lgamma(first + 1))
