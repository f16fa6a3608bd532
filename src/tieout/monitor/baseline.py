"""What is usual: a trailing rate and a trailing volume, learnt from minutes that are in limits."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tieout.monitor.limits import FloatArray, ratio_or_zero
from tieout.monitor.ring import grown, widened

SLOW: int = 6
LONG: int = 3
FAST_MEMORY, SLOW_MEMORY, LONG_MEMORY = 0, 1, 2
_OLDER_EVENTS_MAX = 40.0
_SHARE_MAX = 2.0 / 3.0
_GROWN_MAX = 2.0
_RATIO_MAX = 3.0
# A slope by weights that fade as exp(-age / memory) has the error of one by four times as many
# events as they sum up to, weighed alike.
_MORE_EVENTS = 4.0


@dataclass
class TrailingRate:
    """Decayed counts and exposures of minutes in limits, in a fast, a slow and a long memory.

    A rate is out of limits only when it is so against `recent` and slow: the fast memory follows
    the day, the slow one knows more of what is rare. The long one ends an hour ago, so that what
    creeps up is not in it. A minute that is left out does not fade what is known.
    """

    memory_minutes: int
    count: FloatArray = field(init=False)
    exposure: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Room for one cell."""
        self.count = np.zeros((3, 1, 1))
        self.exposure = np.zeros((3, 1, 1))

    def of(self, memory: int | list[int], shape: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
        """Counts and exposures of the fast (0), the slow (1) or the long (2) memory, or of some."""
        self._fit(shape)
        return (
            self.count[memory, : shape[0], : shape[1]],
            self.exposure[memory, : shape[0], : shape[1]],
        )

    def recent(self, shape: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
        """Counts and exposures of the fast memory, and of older minutes as far as they tell.

        What is older than the fast memory weighs as at most 40 events: a gamma prior of the rate
        whose relative variance, 1 / 40, is how far an hour departs from those before it (Clayton
        and Kaldor, Biometrics 43, 1987). So a frequent status has the rate of the last hour, and
        one that occurs ten times an hour is not judged by ten events alone.
        """
        (fast, slow), (fast_exposure, slow_exposure) = self.of([FAST_MEMORY, SLOW_MEMORY], shape)
        older = slow - fast
        share = np.minimum(_OLDER_EVENTS_MAX / np.maximum(older, _OLDER_EVENTS_MAX), 1.0)
        return fast + share * older, fast_exposure + share * (slow_exposure - fast_exposure)

    def learn(
        self,
        count: FloatArray,
        exposure: FloatArray,
        keep: NDArray[np.bool_],
        memories: tuple[int, ...] = (FAST_MEMORY, SLOW_MEMORY),
    ) -> None:
        """Add one minute to some memories; arrays are (cells, columns)."""
        shape = (count.shape[0], count.shape[1])
        self._fit(shape)
        for memory in memories:
            minutes = self.memory_minutes * (1, SLOW, LONG)[memory]
            stay = np.where(keep & (exposure > 0), 1.0 - 1.0 / minutes, 1.0)
            counts, exposures = self.of(memory, shape)
            counts *= stay
            exposures *= stay
            counts += np.where(keep, count, 0.0)
            exposures += np.where(keep, exposure, 0.0)

    def rescale(self, level: FloatArray) -> None:
        """Exposures from now on are times a level; those so far had it in their counts."""
        shape = (level.shape[0], level.shape[1])
        self._fit(shape)
        self.exposure[:, : shape[0], : shape[1]] *= level

    def _fit(self, shape: tuple[int, int]) -> None:
        self.count = widened(grown(self.count, 1, shape[0]), shape[1])
        self.exposure = widened(grown(self.exposure, 1, shape[0]), shape[1])


@dataclass
class TrailingVolume:
    """Level and trend of events a minute, by least squares that forget exponentially.

    Volumes grow and fall by shares of themselves, as night becomes morning. A level that grows by
    g a minute has, weighed by exp(-age / m), the mean n / (1 + g m) of its last level n, and a
    slope that is g / (1 + g m) of that mean. So the trend in logs is read off the same sums as a
    line, and no minute without events needs a logarithm. It is shrunk as one of those that are
    usual (normal, with mean 0) by its standard error.

    moments: weight, ages, squared ages, events, events times age; (5, cells). Ages grow in minutes
    that are left out too, but nothing fades.
    """

    memory_minutes: int
    moments: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Room for one cell."""
        self.moments = np.zeros((5, 1))

    def learn(self, count: FloatArray, keep: NDArray[np.bool_]) -> None:
        """Add one minute; arrays are (cells,)."""
        self.moments = grown(self.moments, 1, len(count))
        weight, age, square, events, product = self.moments[:, : len(count)]
        square += 2.0 * age + weight
        age += weight
        product += events
        stay = np.where(keep, 1.0 - 1.0 / self.memory_minutes, 1.0)
        self.moments[:, : len(count)] *= stay
        weight += keep
        events += np.where(keep, count, 0.0)

    def level(self, cells: int) -> FloatArray:
        """Events a minute of the minutes learnt, 0 where nothing was."""
        self.moments = grown(self.moments, 1, cells)
        return ratio_or_zero(self.moments[3, :cells], self.moments[0, :cells])

    def later(self, count: FloatArray, keep: NDArray[np.bool_]) -> "TrailingVolume":
        """What would be known after some more minutes, (minutes, cells), the oldest first."""
        minutes, cells = count.shape
        self.moments = grown(self.moments, 1, cells)
        weight, age, square, events, product = self.moments[:, :cells]
        stay = 1.0 - 1.0 / self.memory_minutes
        after = np.cumsum(keep[::-1], axis=0)[::-1]
        share = np.where(keep, stay ** (after - keep), 0.0)
        known = np.where(keep, count, 0.0) * share
        ages = np.arange(minutes - 1.0, -1.0, -1.0)
        older = stay ** after[0]
        answer = TrailingVolume(self.memory_minutes)
        answer.moments = np.stack(
            [
                weight * older + share.sum(axis=0),
                (age + minutes * weight) * older + ages @ share,
                (square + 2.0 * minutes * age + minutes**2 * weight) * older + ages**2 @ share,
                events * older + known.sum(axis=0),
                (product + minutes * events) * older + ages @ known,
            ]
        )
        return answer

    def forecast(
        self, cells: int, ahead_minutes: float, phi: FloatArray, growth_usual: float
    ) -> tuple[FloatArray, FloatArray]:
        """Events a minute, so long after the last minute learnt: by trend, and by level alone.

        growth_usual: how much of itself a level usually grows or falls in a minute. NaN where
        nothing was learnt.
        """
        self.moments = grown(self.moments, 1, cells)
        weight, ages, squares, events, product = self.moments[:, :cells]
        with np.errstate(all="ignore"):
            mean = events / weight
            age = ages / weight
            spread = squares / weight - age**2
            slope = -(product / weight - mean * age) / spread
            error = phi / (_MORE_EVENTS * mean * weight * spread)
            share = slope / mean * growth_usual**2 / (growth_usual**2 + error)
            share = np.where(np.isfinite(share), share, 0.0)
            share = np.minimum(share, _SHARE_MAX / np.maximum(age, 1.0))
            times = 1.0 / (1.0 - share * age)
            growth = np.clip(share * times * ahead_minutes, -_GROWN_MAX, _GROWN_MAX)
            risen = mean * times * np.exp(growth)
        return np.clip(risen, mean / _RATIO_MAX, mean * _RATIO_MAX), mean
