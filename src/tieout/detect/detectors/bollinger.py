"""How far a value is from the last twenty of its key."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from tieout.detect.detector import FloatArray, Json, State
from tieout.detect.detectors.deviation import OTHERS_MIN, Baseline, DeviationDetector, Judged
from tieout.detect.detectors.keeping import number, part, placed
from tieout.detect.detectors.past import Past, at


@dataclass(frozen=True)
class _Window:
    past: Past
    window: int

    @cached_property
    def _statistics(self) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of the window that ends at each row of history.

        By lags, twice: sums of differences from the mean do not cancel as sums of squares do.
        """
        count = np.minimum(self.past.position + 1, self.window)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = np.zeros(len(count))
            for lag in range(self.window):
                rows = np.flatnonzero(count > lag)
                mean[rows] += self.past.values[rows - lag]
            mean /= np.maximum(count, 1)
            square = np.zeros(len(count))
            for lag in range(self.window):
                rows = np.flatnonzero(count > lag)
                square[rows] += (self.past.values[rows - lag] - mean[rows]) ** 2
            std = np.sqrt(square / np.maximum(count - 1, 1))
        # Equal values may leave rounding in their mean; that is no spread.
        std[std <= 1e-12 * np.abs(mean)] = 0.0
        std[count < OTHERS_MIN] = np.nan
        return mean, std

    def baseline(self, judged: Judged) -> Baseline:
        place = self.past.last_before(judged)
        mean, std = self._statistics
        count = np.zeros(len(place), dtype=np.int64)
        count[place >= 0] = np.minimum(self.past.position[place[place >= 0]] + 1, self.window)
        return Baseline(at(mean, place), at(std, place), count)

    def wording(self, judged: Judged, row: int, group: str) -> str:
        count = self.baseline(judged).count[row]
        return f"the mean of the {count} rows before it{group}"

    def state(self) -> State:
        return {"window": self.window, **placed("past", self.past.state())}


class Bollinger(DeviationDetector):
    """Standard deviations from the mean of the last `window` values of the key (Bollinger 2001).

    The window ends before the moment of the judged row and holds history only. With fewer than
    five values it says nothing.
    """

    name: ClassVar[str] = "bollinger"
    unit: ClassVar[str] = "standard deviations"
    needs_time: ClassVar[bool] = True

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        *,
        group: str | None = None,
        time: str | None = None,
        window: int = 20,
    ) -> None:
        super().__init__(columns, group=group, time=time)
        self.window = window

    def _column(self, judged: Judged, groups: int) -> _Window:  # noqa: ARG002
        return _Window(Past.of(judged), self.window)

    def _restored_column(self, state: State) -> _Window:
        return _Window(Past.restored(part(state, "past")), int(number(state, "window")))

    def _options(self) -> dict[str, Json]:
        return {"group": self.group, "time": self.time, "window": self.window}
