"""Levels that wander, so that rates and volumes scatter more than independent events would."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats

_KNOT_MINUTES: Final = 6


def wander(
    minutes: int, spreads: Floats, generator: np.random.Generator, *, memory: float
) -> Floats:
    """Factors around 1 (minutes x spreads), each a series of its own.

    The logarithm is a first-order autoregression over knots six minutes apart, with straight
    lines between them. spreads: its standard deviation by series. memory: how much of a knot is
    kept at the next, from 0 to less than 1.
    """
    knots = minutes // _KNOT_MINUTES + 2
    fresh = generator.normal(0, 1, (knots, len(spreads)))
    level = np.empty_like(fresh)
    level[0] = fresh[0]
    for knot in range(1, knots):
        level[knot] = memory * level[knot - 1] + np.sqrt(1 - memory**2) * fresh[knot]
    at = np.arange(minutes) / _KNOT_MINUTES
    lines = np.stack([np.interp(at, np.arange(knots), series) for series in level.T], axis=1)
    factors: Floats = np.exp(spreads * lines - spreads**2 / 2)
    return factors
