"""What is usual: a trailing rate and a trailing volume, learnt from minutes that are in limits."""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.monitor.limits import FloatArray, ratio_or_zero
from tieout.monitor.ring import grown, widened

Window: TypeAlias = int | slice

SLOW: int = 6
LONG: int = 3
FAST_MEMORY, SLOW_MEMORY, LONG_MEMORY = 0, 1, 2
_PHI_MEMORY_MINUTES = 720.0
_PHI_START = 1.3
_SQUARE_MAX = 6.0
_SQUARE_SUSPECT_MAX = 2.0
_SUSPECT_P = 1e-3
_SLOPE_SIGMAS = 2.0
_RATIO_MAX = 3.0
_RELATIVE_VARIANCE_MIN = 0.005


@dataclass
class Dispersion:
    """Variance of windows over that of Poisson counts, (windows, cells, columns).

    The mean square of what forecasts missed by, over the expected count, of windows that were in
    limits: drift and bursts that the baseline does not know are in it.
    """

    windows: int
    least: float = 1.0
    starts: tuple[float, ...] = ()
    phi: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Room for one cell; `starts` are of the last windows."""
        usual = [_PHI_START] * (self.windows - len(self.starts))
        self.first = np.array([*usual, *self.starts])
        self.phi = self.first[:, None, None].copy()

    def of(self, window: Window, shape: tuple[int, int]) -> FloatArray:
        """The dispersion of a window, or of some."""
        self._fit(shape)
        return np.maximum(self.phi[window, : shape[0], : shape[1]], self.least)

    def learn(
        self, window: Window, count: FloatArray, expected: FloatArray, p_value: FloatArray
    ) -> None:
        """Take a window, or some, of each series into account, little of it where it is suspect.

        So what grows into an incident does not widen its own limits, and yet a dispersion that is
        too small finds its way up.
        """
        shape = (count.shape[-2], count.shape[-1])
        self._fit(shape)
        phi = self.phi[window, : shape[0], : shape[1]]
        kept = np.isfinite(expected) & (expected > 0)
        mean = np.where(kept, expected, 1.0)
        times = np.where(p_value < _SUSPECT_P, _SQUARE_SUSPECT_MAX, _SQUARE_MAX)
        most = times * np.maximum(phi, 1.0)
        square = np.minimum((count - mean) ** 2 / np.maximum(mean, 0.5), most)
        phi += np.where(kept, (square - phi) / _PHI_MEMORY_MINUTES, 0.0)

    def _fit(self, shape: tuple[int, int]) -> None:
        have = self.phi.shape[1]
        if have < shape[0]:
            self.phi = grown(self.phi, 1, shape[0])
            self.phi[:, have:] = self.first[:, None, None]
        self.phi = widened(self.phi, shape[1])


@dataclass
class Bursts:
    """Variance of a volume beyond Poisson's, over the square of the volume; (windows, cells).

    Traffic comes in bursts that grow with it: what a quiet night teaches as a multiple of the
    count is too little by day (negative binomial variance, m + c * m * m).
    """

    windows: int
    squares: FloatArray = field(init=False)
    scale: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Room for one cell."""
        self.squares = np.zeros((self.windows, 1))
        self.scale = np.zeros((self.windows, 1))

    def of(self, window: Window, size: int) -> FloatArray:
        """The relative variance of each cell, at least 0.005 (bursts of 7 %)."""
        self._fit(size)
        return np.maximum(
            ratio_or_zero(self.squares[window, :size], self.scale[window, :size]),
            _RELATIVE_VARIANCE_MIN,
        )

    def learn(
        self, window: Window, count: FloatArray, expected: FloatArray, keep: NDArray[np.bool_]
    ) -> None:
        """Take a window, or some, of each cell into account where `keep`."""
        size = count.shape[-1]
        least = self.of(window, size)
        kept = keep & np.isfinite(expected) & (expected > 0)
        mean = np.where(kept, expected, 1.0)
        most = _SQUARE_MAX * (mean + least * mean**2)
        beyond = np.minimum((count - mean) ** 2, most) - mean
        for sums, now, first in (
            (self.squares, beyond, _RELATIVE_VARIANCE_MIN * mean**2),
            (self.scale, mean**2, mean**2),
        ):
            mine = sums[window, :size]
            new = kept & (mine == 0)
            if new.any():
                mine[:] = np.where(new, first, mine)
            mine += np.where(kept, (now - mine) / _PHI_MEMORY_MINUTES, 0.0)

    def _fit(self, size: int) -> None:
        self.squares = grown(self.squares, 1, size)
        self.scale = grown(self.scale, 1, size)


@dataclass
class TrailingRate:
    """Decayed counts and exposures of minutes in limits, in a fast, a slow and a long memory.

    A rate is out of limits only when it is so against fast and slow: the fast one follows the day,
    the slow one knows more of what is rare. The long one ends an hour ago, so that what creeps up
    is not in it. A minute that is left out does not fade what is known.
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
    """Level and slope of events a minute, by least squares that forget exponentially.

    moments: weight, ages, squared ages, events, events times age; (5, cells). Ages grow in minutes
    that are left out too, but nothing fades. A slope counts by how far it is beyond two standard
    errors.
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

    def forecast(
        self, cells: int, ahead_minutes: float, phi: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Events a minute, so long after the last minute learnt: by slope, and by level alone.

        NaN where nothing was learnt.
        """
        self.moments = grown(self.moments, 1, cells)
        weight, ages, squares, events, product = self.moments[:, :cells]
        with np.errstate(all="ignore"):
            mean = events / weight
            age = ages / weight
            spread = squares / weight - age**2
            slope = -(product / weight - mean * age) / spread
            error = phi * mean / (weight * spread)
            sure = np.clip(1.0 - _SLOPE_SIGMAS**2 * error / slope**2, 0.0, 1.0)
            rising = slope * sure
            risen = mean + np.where(np.isnan(rising), 0.0, rising) * (age + ahead_minutes)
        return np.clip(risen, mean / _RATIO_MAX, mean * _RATIO_MAX), mean
