"""How far a value is from what its key has at this time of day, week or month."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import Json, State
from tieout.detect.detectors.deviation import Baseline, DeviationDetector, Judged
from tieout.detect.detectors.grouped import GroupedValues, Others
from tieout.detect.detectors.keeping import floats, integers, part, placed, text
from tieout.detect.detectors.matrix import NO_MOMENT
from tieout.detect.detectors.robust import SIGMA_PER_MAD, SIGMA_PER_MEAN_DEVIATION

_CELL_ROWS_MIN: Final = 8
_HOUR: Final = 3_600_000_000
_DAY: Final = 24 * _HOUR
# How many positions each cycle has; "none" is the key's usual value at any time.
POSITIONS: Final = {
    "none": 1,
    "hour": 24,
    "weekday": 7,
    "weekday and hour": 168,
    "day of month": 31,
}
# A cycle has to be better than a plainer one by this much, or chance would choose it.
_GAIN_MIN: Final = 0.02
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def positions(moments: NDArray[np.int64], cycle: str) -> NDArray[np.int64]:
    """Where each moment stands in a cycle; the number of its positions for a missing one.

    moments: microseconds since 1970, without time zone. The day of month counts from its end (the
    last day is 0), since it is closings that months have in common.
    """
    known = moments != NO_MOMENT
    when = np.where(known, moments, 0)
    hour = when // _HOUR % 24
    # The first of January 1970 was a Thursday.
    weekday = (when // _DAY + 3) % 7
    if cycle == "hour":
        position = hour
    elif cycle == "weekday":
        position = weekday
    elif cycle == "weekday and hour":
        position = weekday * 24 + hour
    elif cycle == "day of month":
        days = when.astype("datetime64[us]").astype("datetime64[D]")
        after = (days.astype("datetime64[M]") + 1).astype("datetime64[D]")
        position = (after - days).astype(np.int64) - 1
    else:
        position = np.zeros_like(when)
    return np.where(known, position, POSITIONS[cycle])


@dataclass(frozen=True)
class SeasonalModel:
    """Medians and MADs by key and position in a cycle, then by key, then of all.

    cycle: the one of POSITIONS with the least mean distance from its medians on history, each
    value out of its own; plainer cycles win near ties.
    """

    cycle: str
    cells: GroupedValues
    keys: GroupedValues
    whole: GroupedValues

    @classmethod
    def learnt(cls, judged: Judged, groups: int) -> "SeasonalModel":
        """From the rows of history."""
        best = cls._with("none", judged, groups)
        least = best._distance(judged)
        for cycle in POSITIONS:
            model = cls._with(cycle, judged, groups)
            distance = model._distance(judged)
            if distance < least * (1.0 - _GAIN_MIN):
                best, least = model, distance
        return best

    def _distance(self, judged: Judged) -> float:
        distance = np.abs(judged.values - self.baseline(judged).centre)
        known = distance[~np.isnan(distance)]
        return float(known.mean()) if len(known) else 0.0

    @classmethod
    def _with(cls, cycle: str, judged: Judged, groups: int) -> "SeasonalModel":
        cells = _cells(judged, cycle)
        return cls(
            cycle,
            GroupedValues.of(cells, judged.values, groups * (POSITIONS[cycle] + 1)),
            GroupedValues.of(judged.codes, judged.values, groups),
            GroupedValues.of(np.zeros_like(judged.codes), judged.values, 1),
        )

    def baseline(self, judged: Judged) -> Baseline:
        """From the narrowest level with at least eight other values."""
        levels = self._levels(judged)
        centre = np.full(len(judged.values), np.nan)
        scale, count = centre.copy(), np.zeros(len(centre), dtype=np.int64)
        for others in levels:
            median = others.median()
            spread = SIGMA_PER_MAD * others.mad(median)
            flat = ~(spread > 0.0)
            spread[flat] = SIGMA_PER_MEAN_DEVIATION * others.mean_deviation()[flat]
            take = np.isnan(centre) & (others.count >= _CELL_ROWS_MIN)
            centre[take], scale[take] = median[take], spread[take]
            count[take] = others.count[take]
        return Baseline(centre, scale, count)

    def _levels(self, judged: Judged) -> tuple[Others, Others, Others]:
        return (
            self.cells.others(_cells(judged, self.cycle), judged.values),
            self.keys.others(judged.codes, judged.values),
            self.whole.others(np.zeros_like(judged.codes), judged.values),
        )

    def wording(self, judged: Judged, row: int, group: str) -> str:
        """The centre, as a reason says it, with the level that it is from."""
        cell, key, whole = (int(others.count[row]) for others in self._levels(judged))
        if cell >= _CELL_ROWS_MIN:
            position = int(positions(judged.moments, self.cycle)[row])
            return f"the usual value of {cell:,} other rows{group}{_on(self.cycle, position)}"
        if key >= _CELL_ROWS_MIN:
            return f"the usual value of {key:,} other rows{group}"
        return f"the usual value of all {whole:,} other rows"

    def state(self) -> State:
        """What `restored` needs."""
        return {
            "cycle": self.cycle,
            **placed("cells", _grouped_state(self.cells)),
            **placed("keys", _grouped_state(self.keys)),
            **placed("whole", _grouped_state(self.whole)),
        }

    @classmethod
    def restored(cls, state: State) -> "SeasonalModel":
        """From what `state` gave."""
        cells, keys, whole = (
            GroupedValues(floats(level, "values"), integers(level, "starts"))
            for level in (part(state, name) for name in ("cells", "keys", "whole"))
        )
        return cls(text(state, "cycle"), cells, keys, whole)


def _cells(judged: Judged, cycle: str) -> NDArray[np.int64]:
    width = POSITIONS[cycle] + 1
    return judged.codes.astype(np.int64) * width + positions(judged.moments, cycle)


def _grouped_state(grouped: GroupedValues) -> State:
    return {"values": grouped.values, "starts": grouped.starts}


def _on(cycle: str, position: int) -> str:
    if position == POSITIONS[cycle]:
        return " without a time"
    if cycle == "day of month":
        left = f" {position} days before the month's last"
        return " on a month's last day" if position == 0 else left
    words = {
        "hour": f" at hour {position}",
        "weekday": f" on a {_WEEKDAYS[position % 7]}",
        "weekday and hour": f" on a {_WEEKDAYS[position // 24 % 7]} at hour {position % 24}",
    }
    return words.get(cycle, "")


class Seasonal(DeviationDetector):
    """Robust sigma from the usual value of the key at this hour, weekday or day before month end.

    The cycle is chosen for each column on history (see `SeasonalModel`). A cell of key and
    position with fewer than eight other values falls back to its key, and that to all of history.
    """

    name: ClassVar[str] = "seasonal"
    unit: ClassVar[str] = "robust sigma"
    needs_time: ClassVar[bool] = True

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        *,
        group: str | None = None,
        time: str | None = None,
    ) -> None:
        super().__init__(columns, group=group, time=time)

    def _column(self, judged: Judged, groups: int) -> SeasonalModel:
        return SeasonalModel.learnt(judged, groups)

    def _restored_column(self, state: State) -> SeasonalModel:
        return SeasonalModel.restored(state)

    def _options(self) -> dict[str, Json]:
        return {"group": self.group, "time": self.time}
