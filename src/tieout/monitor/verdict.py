"""What one minute says of every series: arrays of one row a cell and one column a metric."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.monitor.limits import FloatArray
from tieout.monitor.tally import Ints

Mask = NDArray[np.bool_]
Trail = Callable[[int, int, int], tuple[FloatArray, FloatArray]]

RATIO_MIN: Final = 1e-6


@dataclass(frozen=True)
class Limits:
    """How unlikely a window must be, and the windows in minutes.

    share: the level of all windows of one series together, of each cell (rows, 1). long: windows
    of rates alone.
    """

    share: FloatArray
    windows: tuple[int, ...]
    sample_min: int
    excess_min: float
    long: tuple[int, ...] = ()

    @property
    def alpha(self) -> FloatArray:
        """The level of one window of a series that is judged over the long ones too."""
        return self.share / (len(self.windows) + len(self.long))

    @property
    def alpha_short(self) -> FloatArray:
        """The level of one window of a series that is not judged over the long ones."""
        return self.share / len(self.windows)


@dataclass
class Verdict:
    """Arrays of (cells, metrics).

    cells: the number of the cell of each row. known: there was something to judge.
    breached: out of limits now. p_value: of the least likely window, of as many as `tests`;
    value, baseline, n and window: of that window where breached, else of this minute alone.
    observed, count, total, expected: of this minute. limit: the count from which it alone would
    be out of limits, where that was asked for.
    trail: counts and expected counts of the last minutes of one series, oldest first; asked with
    row, column and the number of minutes.
    """

    metrics: tuple[str, ...]
    cells: Ints
    known: Mask
    breached: Mask
    p_value: FloatArray
    value: FloatArray
    baseline: FloatArray
    n: FloatArray
    window: Ints
    observed: FloatArray
    count: FloatArray
    total: FloatArray
    expected: FloatArray
    limit: FloatArray
    trail: Trail
    tests: int


@dataclass
class Best:
    """The least likely window that is out of limits, series by series."""

    p: FloatArray
    p_any: FloatArray
    count: FloatArray
    expected: FloatArray
    n: FloatArray
    window: Ints
    middle: int
    recent: tuple[FloatArray, FloatArray]

    @classmethod
    def none(cls, shape: tuple[int, int], windows: tuple[int, ...]) -> "Best":
        """No window yet."""
        zeros = np.zeros(shape)
        return cls(
            np.ones(shape),
            np.ones(shape),
            zeros,
            zeros.copy(),
            zeros.copy(),
            np.zeros(shape, dtype=np.int64),
            windows[len(windows) // 2],
            (zeros, zeros),
        )

    def consider(
        self,
        window: int,
        p: FloatArray,
        out: Mask,
        values: tuple[FloatArray, FloatArray, FloatArray],
    ) -> None:
        """Take a window's p-values; `out` says where they are out of limits.

        values: its counts, expected counts and trials, each broadcast to (cells, metrics).
        """
        np.minimum(self.p_any, p, out=self.p_any)
        if window == self.middle:
            self.recent = (values[0], values[1])
        if not out.any():
            return
        better = out & (p < self.p)
        if not better.any():
            return
        self.p[better] = p[better]
        self.window[better] = window
        for mine, theirs in zip((self.count, self.expected, self.n), values, strict=True):
            mine[better] = np.broadcast_to(theirs, mine.shape)[better]

    def confirmed(self, count: FloatArray, expected: FloatArray) -> Mask:
        """Where it is out of limits still, given what this minute alone has.

        After an incident a long window still holds it: then the minute, and the middle one of the
        windows, fit the usual better.
        """
        found = self.window > 0
        if not found.any():
            return found
        ratio = self.ratio()
        lasting = (self.window <= self.middle) | (evidence(*self.recent, ratio) > 0)
        return found & lasting & (evidence(count, expected, ratio) > 0)

    def ratio(self) -> FloatArray:
        """How many times the usual the window has."""
        with np.errstate(all="ignore"):
            found = self.count / self.expected
        return np.maximum(np.nan_to_num(found, nan=1.0, posinf=1e6), RATIO_MIN)


def mask_of(cells: Ints, size: int) -> Mask:
    """Which of so many cells are among some.

    >>> mask_of(np.array([0, 2]), 3).tolist()
    [True, False, True]
    """
    answer: Mask = np.zeros(size, dtype=np.bool_)
    answer[cells] = True
    return answer


def evidence(count: FloatArray, expected: FloatArray, ratio: FloatArray) -> FloatArray:
    """How much better counts fit `ratio` times the usual than the usual (log-likelihood ratio of
    Poisson counts; Wald 1945). Above 0 a minute belongs to the breach, else it is quiet.
    """
    return count * np.log(ratio) - expected * (ratio - 1.0)


def onset(counts: FloatArray, expected: FloatArray, ratio: float) -> tuple[int, int, float]:
    """Since when: minutes before the last one at which the breach most likely began.

    Also how many minutes since then are part of it, and the events in them beyond the usual.
    Arrays are a few minutes, the oldest first.

    >>> onset(np.array([5.0, 6.0, 20.0, 22.0]), np.full(4, 6.0), 2.0)
    (1, 2, 30.0)
    """
    scores = evidence(counts, expected, np.full(len(counts), max(ratio, RATIO_MIN)))
    ends = np.cumsum(scores[::-1])
    length = int(np.argmax(ends)) + 1
    mine = scores[-length:] > 0
    mine[0] = mine[-1] = True
    excess = float((counts[-length:] - expected[-length:])[mine].sum())
    return length - 1, int(mine.sum()), excess
