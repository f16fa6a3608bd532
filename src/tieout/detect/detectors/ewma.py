"""How far a value is from the exponentially weighted mean of its key."""

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
class _Weighted:
    past: Past
    span: float

    @cached_property
    def _statistics(self) -> tuple[FloatArray, FloatArray]:
        """At each row of history: the weighted mean, and the weighted error of such means.

        The error is of forecasts: each value against the mean of those before it.
        """
        import polars as pl

        def weighted(name: str) -> pl.Expr:
            return pl.col(name).ewm_mean(span=self.span, adjust=True, ignore_nulls=True).over("key")

        frame = (
            pl.DataFrame({"key": self.past.codes, "value": self.past.values})
            .with_columns(mean=weighted("value"))
            .with_columns(square=(pl.col("value") - pl.col("mean").shift(1).over("key")).pow(2))
            .with_columns(error=weighted("square").sqrt())
        )
        mean, error = frame["mean"].to_numpy(), frame["error"].to_numpy().copy()
        error[error <= 1e-12 * np.abs(mean)] = 0.0
        error[self.past.position + 1 < OTHERS_MIN] = np.nan
        return mean, error

    def baseline(self, judged: Judged) -> Baseline:
        place = self.past.last_before(judged)
        mean, error = self._statistics
        count = np.zeros(len(place), dtype=np.int64)
        count[place >= 0] = self.past.position[place[place >= 0]] + 1
        return Baseline(at(mean, place), at(error, place), count)

    def wording(self, judged: Judged, row: int, group: str) -> str:
        count = self.baseline(judged).count[row]
        return f"the weighted mean of the {count:,} rows before it{group}"

    def state(self) -> State:
        return {"span": self.span, **placed("past", self.past.state())}


class Ewma(DeviationDetector):
    """Forecast errors from the exponentially weighted mean of the key (Roberts 1959).

    Weights fall by 2 / (span + 1) a row. The unit is the weighted root mean square of the errors
    that such means made on the rows before: what a series does not keep, it is not held to. The
    mean ends before the moment of the judged row and holds history only; with fewer than five
    values it says nothing.
    """

    name: ClassVar[str] = "ewma"
    unit: ClassVar[str] = "forecast errors"
    needs_time: ClassVar[bool] = True

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        *,
        group: str | None = None,
        time: str | None = None,
        span: float = 20.0,
    ) -> None:
        super().__init__(columns, group=group, time=time)
        self.span = span

    def _column(self, judged: Judged, groups: int) -> _Weighted:  # noqa: ARG002
        return _Weighted(Past.of(judged), self.span)

    def _restored_column(self, state: State) -> _Weighted:
        return _Weighted(Past.restored(part(state, "past")), number(state, "span"))

    def _options(self) -> dict[str, Json]:
        return {"group": self.group, "time": self.time, "span": self.span}
