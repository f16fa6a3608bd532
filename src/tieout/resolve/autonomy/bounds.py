"""How large an error rate may be, seen from a record of decisions."""

from math import lgamma, log
from typing import Final

# The prior of the mixture, a beta distribution. Whatever it is, the bound holds; it is tightest
# where about one decision in twenty is wrong.
_WRONG_AT_FIRST: Final = 1.0
_RIGHT_AT_FIRST: Final = 19.0
_HALVINGS: Final = 60


def upper_bound(errors: int, decisions: int, *, confidence: float) -> float:
    """The upper bound on an error rate that holds at all looks together.

    Whoever looks after each decision finds a lucky streak in the end, so a bound that is exact for
    one look (Clopper and Pearson 1934) is too low for many. This one is the end of the confidence
    sequence of a beta mixture (Robbins 1970): the chance that the rate is ever above it, however
    often one looks and whenever one stops, is at most 1 - confidence.

    >>> round(upper_bound(0, 39, confidence=0.95), 2), upper_bound(0, 0, confidence=0.95)
    (0.1, 1.0)
    """
    if errors >= decisions:
        return 1.0
    least, most = errors / decisions, 1.0
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        if log_evidence(errors, decisions, middle) < -log(1.0 - confidence):
            least = middle
        else:
            most = middle
    return most


def log_evidence(errors: int, decisions: int, rate: float) -> float:
    """How much better a record is explained by the mixture than by a rate, in nats.

    Under that rate its exponential is a martingale that begins at 1.

    >>> round(log_evidence(0, 0, 0.1), 6)
    0.0
    """
    right = decisions - errors
    mixture = _log_beta(_WRONG_AT_FIRST + errors, _RIGHT_AT_FIRST + right)
    mixture -= _log_beta(_WRONG_AT_FIRST, _RIGHT_AT_FIRST)
    return mixture - errors * _log(rate) - right * _log(1.0 - rate)


def chance_of_as_many(errors: int, decisions: int, rate: float) -> float:
    """The chance of at least so many errors at a rate: small where something has changed.

    >>> round(chance_of_as_many(3, 10, 0.05), 3)
    0.012
    """
    from scipy.stats import binom

    return float(binom.sf(errors - 1, decisions, rate))


def _log_beta(first: float, second: float) -> float:
    return lgamma(first) + lgamma(second) - lgamma(first + second)


def _log(value: float) -> float:
    return log(value) if value > 0 else -1e12
