"""What an hour held, cell by cell: the past that forecasts are made from."""

from dataclasses import dataclass, field

import numpy as np

from tieout.monitor.limits import FloatArray
from tieout.monitor.ring import grown
from tieout.monitor.verdict import Mask

HOUR_MINUTES = 60
_MINUTES_MIN = 15


@dataclass
class Hours:
    """Sums and weights of each hour, (hours, cells); the oldest are dropped beyond `most`.

    minutes: how many minutes of the hour were in limits. first: the hour since 1970 of row 0.
    """

    most: int
    first: int = -1
    sums: FloatArray = field(default_factory=lambda: np.zeros((0, 1)))
    weights: FloatArray = field(default_factory=lambda: np.zeros((0, 1)))
    minutes: FloatArray = field(default_factory=lambda: np.zeros((0, 1)))

    def learn(self, minute: int, sums: FloatArray, weights: FloatArray, keep: Mask) -> None:
        """Add a minute; arrays are (cells,)."""
        hour = minute // HOUR_MINUTES
        if self.first < 0:
            self.first = hour
        self._reach(hour, len(sums))
        for mine, new in (
            (self.sums, sums), (self.weights, weights), (self.minutes, np.ones(len(sums))),
        ):  # fmt: skip
            mine[hour - self.first, : len(sums)] += np.where(keep, new, 0.0)

    def means(self, cell: int) -> FloatArray:
        """The mean of each whole hour, the oldest first; NaN where less than 15 minutes tell."""
        if cell >= self.sums.shape[1]:
            return np.full(max(len(self.sums) - 1, 0), np.nan)
        enough = (self.minutes[:-1, cell] >= _MINUTES_MIN) & (self.weights[:-1, cell] > 0)
        with np.errstate(all="ignore"):
            return np.where(enough, self.sums[:-1, cell] / self.weights[:-1, cell], np.nan)

    @property
    def whole(self) -> int:
        """How many hours are over."""
        return max(len(self.sums) - 1, 0)

    @property
    def next_hour(self) -> int:
        """The hour after the last whole one."""
        return self.first + self.whole

    def keep_only(self, cells: list[int]) -> None:
        """Forget all cells but these, which are then numbered by their place."""
        for name in ("sums", "weights", "minutes"):
            held = grown(getattr(self, name), 1, max(cells) + 1)
            setattr(self, name, held[:, cells])

    def _reach(self, hour: int, cells: int) -> None:
        more = hour - self.first + 1 - len(self.sums)
        for name in ("sums", "weights", "minutes"):
            held = grown(getattr(self, name), 1, cells)
            if more > 0:
                empty = np.zeros((min(more, self.most), held.shape[1]))
                held = np.concatenate([held, empty])[-self.most :]
            setattr(self, name, held)
        if more > 0:
            self.first = hour + 1 - len(self.sums)
