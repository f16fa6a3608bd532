"""Centre and spread of everyone's values so far, brought up to date whenever rows double."""

import math
from typing import TypeAlias

import numpy as np

from tieout.detect.behaviour.amounts import (
    POOL_FROM,
    POOL_ROWS_CENTRE,
    POOL_ROWS_SPREAD,
    SPREAD_MIN,
    TO_SIGMA,
)
from tieout.detect.live.rows import Floats

# How many values, their median, and their median distance from it.
Spread: TypeAlias = tuple[int, float, float]
_UNKNOWN = float("nan")


class RunningPool:
    """As `behaviour.amounts.Pool` has it at its last row: of the first 2^k rows, k as it grows."""

    def __init__(self) -> None:
        self._step = -1
        self._known = (0, _UNKNOWN, _UNKNOWN)

    def at(self, rows: int, values: Floats) -> Spread:
        """How many count, centre and MAD for the row after the first `rows`, whose values stand
        in front."""
        step = rows.bit_length() - 1
        if step != self._step:
            self._step = step
            self._known = _spread_of(values[: 1 << step]) if step >= POOL_FROM else self._known
        return self._known


def _spread_of(values: Floats) -> Spread:
    seen = values[~np.isnan(values)]
    if not len(seen):
        return 0, _UNKNOWN, _UNKNOWN
    centre = float(np.median(seen))
    return len(seen), centre, float(np.median(np.abs(seen - centre)))


def deviation_of(value: float, pool: Spread, own: Spread) -> float:
    """As `behaviour.amounts.deviation`, of one value."""
    n = float(own[0])
    centre = _shrunk(n, own[1], pool[1], POOL_ROWS_CENTRE)
    width = _shrunk(n, own[2], pool[2], POOL_ROWS_SPREAD)
    if math.isnan(width):
        return _UNKNOWN
    return (value - centre) / (TO_SIGMA * max(width, SPREAD_MIN))


def _shrunk(n: float, own: float, everyone: float, weight: float) -> float:
    if math.isnan(own):
        return everyone
    if math.isnan(everyone):
        return own
    return (n * own + weight * everyone) / (n + weight)
