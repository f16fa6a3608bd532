"""Which channels may speak of a row by the row alone, and which must be surer than that."""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from tieout.detect.detector import FloatArray

_LEVELS: Final = (1e-3, 1e-4, 1e-5)
_EXPECTED_MIN: Final = 1.0
_RATIO_MIN: Final = 1.5
_SIGMAS: Final = 3.0


def penalties(channels: Mapping[str, FloatArray]) -> dict[str, float]:
    """What is added to each channel's log p-values: 0 for a telling one, log(rows) for a weak one.

    channels: log p-values of the same rows, most of them usual, by name.

    A channel is telling when small p-values come up more often than chance gives: at one of the
    levels 1e-3, 1e-4 and 1e-5 at least 1.5 times as often, and by three standard deviations. One
    that is not has found nothing as a whole: its oddest rows are the oddest of usual ones, and
    would push down what other channels found. It has to prove each row by itself, as among so many
    rows (Bonferroni). The most telling channel always speaks freely; under a thousand rows, where
    no level can show anything, all channels do.
    """

    def speaks(found: float) -> bool:
        return found > 0.0 or found == -math.inf

    excess = {name: _excess(log_p) for name, log_p in channels.items()}
    if not excess:
        return {}
    # Of equally telling ones the first.
    best = max(excess, key=lambda name: excess[name])
    return {
        name: 0.0 if name == best or speaks(excess[name]) else math.log(max(len(log_p), 1))
        for name, log_p in channels.items()
    }


def _excess(log_p: FloatArray) -> float:
    """Standard deviations by which the most telling level is beyond what may be chance."""
    found = -math.inf
    for level in _LEVELS:
        expected = level * len(log_p)
        if expected < _EXPECTED_MIN:
            continue
        count = float(np.count_nonzero(log_p <= math.log(level)))
        surplus = count - max(_RATIO_MIN * expected, expected + _SIGMAS * math.sqrt(expected))
        found = max(found, surplus / math.sqrt(expected))
    return found
