"""How much more than dice counts scatter, learnt from what forecasts missed by."""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.monitor.limits import FloatArray, ratio_or_zero
from tieout.monitor.ring import Ring, grown, widened

Window: TypeAlias = int | slice

_MEMORY_MINUTES = 720.0
_PHI_START = 1.3
_SQUARE_MAX = 6.0
_SQUARE_SUSPECT_MAX = 2.0
_SUSPECT_P = 1e-3


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
        phi += np.where(kept, (square - phi) / _MEMORY_MINUTES, 0.0)

    def _fit(self, shape: tuple[int, int]) -> None:
        have = self.phi.shape[1]
        if have < shape[0]:
            self.phi = grown(self.phi, 1, shape[0])
            self.phi[:, have:] = self.first[:, None, None]
        self.phi = widened(self.phi, shape[1])


@dataclass
class Wander:
    """How far levels wander by themselves: their relative variance, (windows, cells, columns).

    Rates drift and volumes come in bursts by a share of themselves: a count has the variance
    m + c * m * m (negative binomial; Lawless, Can. J. Stat. 15, 1987). What a busy hour would
    teach as a multiple of the count is too much for a quiet one, and the other way round. c is
    found by moments, as that of `starts` by window at first, and is at least `least`.
    """

    starts: tuple[float, ...]
    least: float = 0.0
    squares: FloatArray = field(init=False)
    scale: FloatArray = field(init=False)
    variance: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Room for one cell."""
        self.first = np.array(self.starts)[:, None, None]
        self.squares = np.zeros((len(self.starts), 1, 1))
        self.scale = np.zeros((len(self.starts), 1, 1))
        self.variance = np.maximum(self.first, self.least)

    @property
    def windows(self) -> int:
        """How many windows each series is judged over."""
        return len(self.starts)

    def of(self, shape: tuple[int, int]) -> FloatArray:
        """The relative variance of each window and series."""
        self._fit(shape)
        return self.variance[:, : shape[0], : shape[1]]

    def phi(self, expected: FloatArray) -> FloatArray:
        """Variance over that of Poisson counts with these means, (windows, cells, columns)."""
        shape = (expected.shape[1], expected.shape[2])
        return 1.0 + self.of(shape)[: len(expected)] * np.nan_to_num(expected)

    def learn(self, count: FloatArray, expected: FloatArray, p_value: FloatArray) -> None:
        """Take all windows of each series into account, little of a window that is suspect.

        expected: NaN or 0 where unknown.
        """
        shape = (count.shape[1], count.shape[2])
        wander = self.of(shape)
        mean = np.where(expected > 0, expected, 0.0)
        kept = mean > 0
        square = mean**2
        times = np.where(p_value < _SUSPECT_P, _SQUARE_SUSPECT_MAX, _SQUARE_MAX)
        beyond = np.minimum((count - mean) ** 2, times * (mean + wander * square)) - mean
        squares, scale = (each[:, : shape[0], : shape[1]] for each in (self.squares, self.scale))
        new = kept & (scale == 0)
        if new.any():
            squares[:] = np.where(new, self.first * square, squares)
            scale[:] = np.where(new, square, scale)
        squares += np.where(kept, (beyond - squares) / _MEMORY_MINUTES, 0.0)
        scale += np.where(kept, (square - scale) / _MEMORY_MINUTES, 0.0)
        wander[:] = np.maximum(
            np.where(scale > 0, ratio_or_zero(squares, scale), self.first), self.least
        )

    def _fit(self, shape: tuple[int, int]) -> None:
        have = self.squares.shape[1]
        if have < shape[0]:
            self.squares, self.scale, self.variance = (
                grown(each, 1, shape[0]) for each in (self.squares, self.scale, self.variance)
            )
            self.variance[:, have:] = np.maximum(self.first, self.least)
        if self.squares.shape[2] < shape[1]:
            self.squares, self.scale, self.variance = (
                widened(each, shape[1]) for each in (self.squares, self.scale, self.variance)
            )


def usual_windows(
    ring: Ring, minute: int, windows: tuple[int, ...], left_out: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which windows that end with a minute hold no minute of an episode, (windows, cells).

    left_out: those minutes, (minutes, cells).
    """
    if not left_out[ring.rows(minute, max(windows))].any():
        return np.ones((len(windows), left_out.shape[1]), dtype=np.bool_)
    usual: NDArray[np.bool_] = ring.windows(minute, windows, left_out.__getitem__) == 0
    return usual
