"""How large an error rate may be, seen from a record of decisions."""

from math import log2
from typing import Final

_LEAST: Final = 1e-12


def upper_bound(errors: int, decisions: int, *, confidence: float) -> float:
    """The exact upper confidence bound on an error rate (Clopper and Pearson 1934).

    >>> round(upper_bound(0, 59, confidence=0.95), 2), upper_bound(0, 0, confidence=0.95)
    (0.05, 1.0)
    """
    from scipy.stats import beta

    if errors >= decisions:
        return 1.0
    return float(beta.ppf(confidence, errors + 1, decisions - errors))


def confidence_of_look(confidence: float, *, decisions: int, first: int) -> float:
    """The confidence to use at a look, so that all looks together keep the stated one.

    Whoever looks after each decision finds a lucky streak in the end. Looks count at each doubling
    of the decisions, and the k-th may be wrong with chance (1 - confidence) / (k (k + 1)), which
    sums to 1 - confidence.

    >>> [round(confidence_of_look(0.95, decisions=n, first=30), 4) for n in (30, 60, 120)]
    [0.975, 0.9917, 0.9958]
    """
    look = 1 + int(log2(max(decisions, first) / first))
    return 1.0 - max((1.0 - confidence) / (look * (look + 1)), _LEAST)


def chance_of_as_many(errors: int, decisions: int, rate: float) -> float:
    """The chance of at least so many errors at a rate: small where something has changed.

    >>> round(chance_of_as_many(3, 10, 0.05), 3)
    0.012
    """
    from scipy.stats import binom

    return float(binom.sf(errors - 1, decisions, rate))
