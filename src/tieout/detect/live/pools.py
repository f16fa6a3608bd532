"""Centre and spread of everyone's values so far, brought up to date whenever rows double."""

import numpy as np

from tieout.detect.behaviour.amounts import POOL_FROM, POOL_KNOWN_MIN
from tieout.detect.live.rows import Floats, Rows


class RunningPool:
    """As `behaviour.amounts.Pool` has it at its last row: of the first 2^k rows, k as it grows.

    which: the numbers, as `layout` orders them.
    """

    def __init__(self, which: int) -> None:
        self._which = which
        self._step = -1

    def renew(self, rows: Rows, spread: Floats) -> None:
        """Write how many count, their centre and MAD, for the row after those there are."""
        step = rows.height.bit_length() - 1
        if step != self._step:
            self._step = step
            spread[:] = 0.0, np.nan, np.nan
            if step >= POOL_FROM:
                spread[:] = _spread_of(rows.number_table[: 1 << step, self._which])


def _spread_of(values: Floats) -> tuple[float, float, float]:
    seen = values[~np.isnan(values)]
    if len(seen) < POOL_KNOWN_MIN:
        return float(len(seen)), np.nan, np.nan
    centre = float(np.median(seen))
    return float(len(seen)), centre, float(np.median(np.abs(seen - centre)))
