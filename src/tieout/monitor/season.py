"""How an hour of the day or of the week differs from the average, as far as it is known."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tieout.monitor.limits import FloatArray
from tieout.monitor.ring import grown, widened

_HOURS = 168
_DAY_HOURS = 24
_EPOCH_WEEKDAY_HOURS = 72  # 1970-01-01 was a Thursday: weeks begin on Monday.
_WEIGHT = 30.0
_KEPT = 0.85


@dataclass
class Season:
    """Counts and exposures by hour of the week, (168, cells, columns) and as compact floats.

    A level is count over exposure of the hour over that of the whole week. It is shrunk (gamma
    prior of 30 events): the hour of the week towards the hour of the day, that towards 1. So a
    rare status has none, and a frequent one has it as soon as there are `days` days; the hour of
    the week begins to differ after `weeks` weeks. Weeks fade by 15 %.
    """

    days: int
    weeks: int
    counts: NDArray[np.float32] = field(init=False)
    exposures: NDArray[np.float32] = field(init=False)
    minutes: NDArray[np.int64] = field(init=False)
    _hour: int | None = None
    _levels: dict[int, FloatArray | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing is known."""
        self.counts = np.zeros((_HOURS, 1, 1), dtype=np.float32)
        self.exposures = np.zeros((_HOURS, 1, 1), dtype=np.float32)
        self.minutes = np.zeros(_HOURS, dtype=np.int64)

    @property
    def bytes(self) -> int:
        """Size of all arrays."""
        return self.counts.nbytes + self.exposures.nbytes

    def learn(self, minute: int, counts: FloatArray, exposures: FloatArray) -> None:
        """Add one minute; counts (cells, columns), exposures (cells, 1) or alike, 0 where gated."""
        hour = (minute // 60 + _EPOCH_WEEKDAY_HOURS) % _HOURS
        self._fit(counts.shape, exposures.shape)
        if self._hour != hour:
            self._hour = hour
            self._levels = {}
            self.counts[hour] *= _KEPT
            self.exposures[hour] *= _KEPT
        cells, columns = counts.shape
        self.counts[hour, :cells, :columns] += counts
        self.exposures[hour, : exposures.shape[0], : exposures.shape[1]] += exposures
        self.minutes[hour] += 1

    def level(self, minute: int) -> FloatArray | None:
        """The level of a minute, between those of the two nearest hours; None while unknown."""
        place = (minute - 30) / 60.0
        before = int(np.floor(place))
        first, second = self._of_hour(before), self._of_hour(before + 1)
        if first is None or second is None:
            return None
        share = place - before
        return (1.0 - share) * first + share * second

    def _of_hour(self, hour: int) -> FloatArray | None:
        place = (hour + _EPOCH_WEEKDAY_HOURS) % _HOURS
        if place not in self._levels:
            self._levels[place] = self._computed(place)
        return self._levels[place]

    def _computed(self, place: int) -> FloatArray | None:
        same = np.arange(place % _DAY_HOURS, _HOURS, _DAY_HOURS)
        if self.minutes[same].sum() < 60 * self.days:
            return None
        whole = self.exposures.sum(axis=0, dtype=np.float64)
        with np.errstate(all="ignore"):
            rate = self.counts.sum(axis=0, dtype=np.float64) / whole
        rate = np.nan_to_num(rate)
        counted = self.counts[same].sum(axis=0, dtype=np.float64)
        usual = self.exposures[same].sum(axis=0, dtype=np.float64) * rate
        level: FloatArray = (counted + _WEIGHT) / (usual + _WEIGHT)
        if self.minutes[place] >= 60 * self.weeks:
            own = self.exposures[place].astype(np.float64) * rate
            level = (self.counts[place] + _WEIGHT * level) / (own + _WEIGHT)
        return level

    def _fit(self, counts: tuple[int, ...], exposures: tuple[int, ...]) -> None:
        have = self.counts.shape
        self.counts = widened(grown(self.counts, 1, counts[0]), counts[1])
        self.exposures = widened(grown(self.exposures, 1, exposures[0]), exposures[1])
        if self.counts.shape != have:
            self._levels = {}
