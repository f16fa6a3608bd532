"""Several detectors' p-values become one, and one score."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray

# A p-value of 1 in 100 scores one half; each further power of ten halves what is left or less.
_HALF_AT: Final = 2.0
_CHUNK_ROWS: Final = 100_000  # of what is computed of so many, most stays close to the processor
_LOG_OF_TEN: Final = math.log(10.0)


@dataclass(frozen=True)
class Fused:
    """What all channels say together.

    log_p: natural logarithm of the fused p-value. score: 0 to 1, in the same order.
    strongest: for each row the channel (its place among `names`) that decided; -1 for none.
    """

    names: tuple[str, ...]
    log_p: FloatArray
    score: FloatArray
    strongest: NDArray[np.int64]


def fuse(
    channels: Mapping[str, FloatArray], *, rows: int, counted: Collection[str] | None = None
) -> Fused:
    """The smallest p-value of a row times the number of channels (Bonferroni).

    channels: logarithms of p-values by name, 0.0 where a channel has nothing to say. counted:
    channels that count at every row, whether or not they say something here; any other counts
    where it speaks. None: those that speak of any of these rows, so that one that says nothing of
    them costs the others nothing. Valid under any dependence between channels (Dunn, Multiple
    Comparisons Among Means, 1961); ranks are never averaged, because one channel that is sure must
    not be outvoted by several that are not.
    """
    spoken = {name: log_p for name, log_p in channels.items() if (log_p < 0.0).any()}
    if not spoken:
        nothing = np.zeros(rows)
        return Fused((), nothing, nothing.copy(), np.full(rows, -1, dtype=np.int64))
    fused = Fused(tuple(spoken), np.empty(rows), np.empty(rows), np.full(rows, -1, dtype=np.int64))
    for start in range(0, rows, _CHUNK_ROWS):
        part = slice(start, start + _CHUNK_ROWS)
        smallest = np.zeros(len(fused.log_p[part]))
        for place, log_p in enumerate(spoken.values()):
            fused.strongest[part][log_p[part] < smallest] = place
            smallest = np.minimum(smallest, log_p[part])
        number = _number({name: log_p[part] for name, log_p in spoken.items()}, counted)
        fused.log_p[part] = np.minimum(smallest + np.log(number), 0.0)
        fused.score[part] = score_of(smallest, channels=number)
    return fused


def fuse_one(log_p: float, *, channels: int) -> tuple[float, float]:
    """As `fuse`, of one channel at one row where so many count: log of the p-value, and score.

    >>> log_p, score = fuse_one(math.log(1e-6), channels=2)
    >>> round(math.exp(log_p), 9), round(score, 2)
    (2e-06, 0.74)
    """
    log, surplus = _logs_of(channels)
    powers = abs(log_p) / _LOG_OF_TEN
    corrected = powers - surplus if powers > 2 * surplus else powers / 2
    return min(log_p + log, 0.0), corrected / (corrected + _HALF_AT)


@lru_cache(maxsize=256)
def _logs_of(channels: int) -> tuple[float, float]:
    """Natural and common logarithm."""
    return float(np.log(channels)), float(np.log10(channels))


def _number(spoken: Mapping[str, FloatArray], counted: Collection[str] | None) -> FloatArray:
    """How many channels count, at each row or everywhere; where none speaks, at least one."""
    if counted is None:
        return np.array([float(len(spoken))])
    number = np.array([float(len(counted))])
    for name, log_p in spoken.items():
        if name not in counted:
            number = number + (log_p < 0.0)
    at_least_one: FloatArray = np.maximum(number, 1.0)
    return at_least_one


def score_of(log_p: FloatArray, *, channels: int | FloatArray = 1) -> FloatArray:
    """A score from 0 (as usual) to 1 that keeps the order of p-values however small they are.

    `log_p` is that of the strongest of as many channels as `channels` says. Rows that Bonferroni
    leaves at 1 still differ: below a half of a power of ten the score goes on, only the p-value
    stops.

    >>> score_of(np.log([1.0, 1e-2, 1e-6])).round(2).tolist()
    [0.0, 0.5, 0.75]
    """
    powers = np.abs(log_p) / math.log(10.0)
    surplus = np.log10(channels)
    # Beyond the correction a power of ten counts whole, before it little: continuous, increasing.
    corrected = np.where(powers > 2 * surplus, powers - surplus, powers / 2)
    score: FloatArray = corrected / (corrected + _HALF_AT)
    return score
