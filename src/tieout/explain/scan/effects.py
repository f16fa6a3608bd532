"""How much more often something happens in a part than in the rest."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.model.special import normal_below

Floats = NDArray[np.float64]

_NORMAL_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class RiskRatio:
    """Ratio of two rates, its 95 % interval, and a one-sided p-value of its being above one."""

    ratio: Floats
    low: Floats
    high: Floats
    p_value: Floats


def risk_ratio(
    counts: Floats, trials: Floats, counts_rest: Floats, trials_rest: Floats, *, inflation: Floats
) -> RiskRatio:
    """Rate inside over the rate outside, by the normal limits of its logarithm.

    counts, trials: outcomes and trials inside, one per part; the rest likewise. Half an outcome
        is added to each side, so that a part with none has a ratio too.
    inflation: how many times larger the variance is than that of independent trials, at least 1.

    The limits of Katz, Baptista, Azen and Pike (Biometrics 34, 1978).

    >>> found = risk_ratio(*map(np.array, ([30.0], [100.0], [10.0], [100.0])),
    ...                    inflation=np.ones(1))
    >>> found.ratio.round(2), found.low.round(2), found.high.round(2)
    (array([2.9]), array([1.52]), array([5.54]))
    """
    inside, all_inside = counts + 0.5, trials + 0.5
    outside, all_outside = counts_rest + 0.5, trials_rest + 0.5
    logarithm = np.log(inside / all_inside) - np.log(outside / all_outside)
    variance = 1 / inside - 1 / (all_inside + 0.5) + 1 / outside - 1 / (all_outside + 0.5)
    error = np.sqrt(np.maximum(variance, 1e-12) * inflation)
    reach = _NORMAL_95 * error
    return RiskRatio(
        np.exp(logarithm),
        np.exp(logarithm - reach),
        np.exp(np.minimum(logarithm + reach, 700.0)),
        normal_below(-logarithm / error),
    )
