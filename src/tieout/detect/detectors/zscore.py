"""How many standard deviations a value is from its group's mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tieout.detect.detector import FloatArray, Json, State
from tieout.detect.detectors.deviation import OTHERS_MIN, Baseline, DeviationDetector, Judged
from tieout.detect.detectors.grouped import GroupedValues
from tieout.detect.detectors.keeping import floats, integers, learnt
from tieout.model.table import Table

_LIMIT_ROWS_MIN: Final = 100


@dataclass(frozen=True)
class _Moments:
    grouped: GroupedValues

    def baseline(self, judged: Judged) -> Baseline:
        others = self.grouped.others(judged.codes, judged.values)
        mean, std = others.mean_std()
        std[others.count < OTHERS_MIN] = np.nan
        return Baseline(mean, std, others.count)

    def wording(self, judged: Judged, row: int, group: str) -> str:
        count = self.grouped.others(judged.codes, judged.values).count[row]
        return f"the mean of {count:,} other rows{group}"

    def state(self) -> State:
        return {"values": self.grouped.values, "starts": self.grouped.starts}


class ZScore(DeviationDetector):
    """Standard deviations from the mean of the group, the judged value taken out of both.

    With the value inside, |z| cannot exceed (n - 1) / sqrt(n) (Shiffler, "Maximum z scores and
    outliers", 1988), so that 2.5 sigma could not fire below nine values; what is left after
    taking it out is the externally studentised deviation (without the factor for the mean's own
    error). `limit` is in sigma of a normal law: each group gets the limit beyond which as many of
    its own values lie as lie beyond `limit` in a normal law.
    """

    name: ClassVar[str] = "zscore"
    unit: ClassVar[str] = "standard deviations"

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        *,
        group: str | None = None,
        limit: float = 2.5,
    ) -> None:
        super().__init__(columns, group=group)
        self.limit = limit

    def limits(self, column: str) -> dict[str, float]:
        """The calibrated limit of each group, in its own standard deviations.

        Groups with under 1,250 values share one; where all of history has under 100, it is `limit`
        itself. Without groups the only key is "".
        """
        fitted = learnt(self._fitted)
        calibration = fitted.calibrations[fitted.names.index(column)]
        return {
            label: self._limit(calibration.of(code).scores)
            for code, label in enumerate(fitted.groups.labels)
        }

    def flags(self, current: Table) -> NDArray[np.bool]:
        """Rows with a value beyond the limit of its group."""
        fitted = learnt(self._fitted)
        result = np.zeros(current.height, dtype=np.bool)
        for model, column, name in zip(
            fitted.models, self._judged(current), fitted.names, strict=True
        ):
            deviation = np.abs(model.baseline(column).deviations(column.values))
            shared = self._limit(fitted.calibrations[fitted.names.index(name)].pooled.scores)
            limits = np.array([*self.limits(name).values(), shared, shared])
            result |= deviation > limits[column.codes]
        return result

    def _limit(self, scores: FloatArray) -> float:
        if len(scores) < _LIMIT_ROWS_MIN:
            return self.limit
        return float(np.quantile(scores, 1.0 - 2.0 * float(stats.norm.sf(self.limit))))

    def _column(self, judged: Judged, groups: int) -> _Moments:
        return _Moments(GroupedValues.of(judged.codes, judged.values, groups))

    def _restored_column(self, state: State) -> _Moments:
        return _Moments(GroupedValues(floats(state, "values"), integers(state, "starts")))

    def _options(self) -> dict[str, Json]:
        return {"group": self.group, "limit": self.limit}
