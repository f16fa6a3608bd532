"""What detectors share that judge a value by a centre and a spread."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray, Json, Scores, State
from tieout.detect.detectors.combined import Combined
from tieout.detect.detectors.encoding import CodeArray, Vocabulary, vocabularies
from tieout.detect.detectors.group_calibration import GroupCalibration
from tieout.detect.detectors.keeping import learnt, part, placed, texts
from tieout.detect.detectors.matrix import group_codes, moments, number_matrix, number_names
from tieout.detect.detectors.wording import direction, figure
from tieout.model.facts import Reason
from tieout.model.table import Kind, Table, TableRole

OTHERS_MIN: Final = 5
_REASON_LOG_P: Final = float(np.log(0.05))
_REASONS_MAX: Final = 3


@dataclass(frozen=True)
class Judged:
    """One column of the rows that are judged.

    codes: the group of each row. moments: microseconds since 1970, the least int64 where missing;
    empty for detectors that need no time.
    """

    codes: CodeArray
    moments: NDArray[np.int64]
    values: FloatArray


@dataclass(frozen=True)
class Baseline:
    """What is usual for each judged row: centre and spread, and from how many values.

    scale: NaN or 0.0 where nothing can be said.
    """

    centre: FloatArray
    scale: FloatArray
    count: NDArray[np.int64]

    def deviations(self, values: FloatArray) -> FloatArray:
        """How many spreads each value is from its centre.

        NaN where the value is missing, or where the spread is missing or 0.
        """
        usable = self.scale > 0.0
        result = np.full(len(values), np.nan)
        with np.errstate(over="ignore"):
            np.divide(values - self.centre, self.scale, out=result, where=usable)
        result[np.isinf(result)] = np.nan
        return result


class ColumnModel(Protocol):
    """What a detector keeps of one column of history."""

    def baseline(self, judged: Judged) -> Baseline:
        """What is usual for each row, never made from the row itself."""
        ...

    def wording(self, judged: Judged, row: int, group: str) -> str:
        """What the centre is, as a reason says it: "the mean of 412 other rows of A"."""
        ...

    def state(self) -> State:
        """What the detector's `_restored_column` needs."""
        ...


@dataclass(frozen=True)
class _Fitted:
    names: tuple[str, ...]
    time: str | None
    groups: Vocabulary
    models: tuple[ColumnModel, ...]
    calibrations: tuple[GroupCalibration, ...]
    combined: Combined


class DeviationDetector(ABC):
    """Judges each number column by a centre and a spread, then takes the oddest column.

    The score is the largest number of spreads that a value of the row lies off. Its p-value is
    calibrated for each column on history's own deviations, by group where a group has 1,250 rows,
    and once more over the columns. Missing values, and those without enough others to compare with,
    say nothing.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    unit: ClassVar[str]
    needs_time: ClassVar[bool] = False

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        *,
        group: str | None = None,
        time: str | None = None,
    ) -> None:
        self.columns = None if columns is None else tuple(columns)
        self.group = group
        self.time = time
        self._fitted: _Fitted | None = None

    @abstractmethod
    def _column(self, judged: Judged, groups: int) -> ColumnModel:
        """Learn one column."""

    @abstractmethod
    def _restored_column(self, state: State) -> ColumnModel:
        """What `ColumnModel.state` gave, as a model again."""

    def _options(self) -> dict[str, Json]:
        """What the constructor is called with when the detector is restored."""
        return {"group": self.group}

    def fit(self, history: Table) -> Self:
        """Learn what is usual, and how far history strays from it.

        Raises ValueError when a chosen column, or a time column that is needed, is missing.
        """
        names = number_names(history, self.columns)
        time = self._time(history)
        groups = vocabularies(history, (self.group,))[0] if self.group else Vocabulary(("",))
        judged = _judged(history, names, self.group, time, groups)
        models = tuple(self._column(column, groups.size) for column in judged)
        deviations = _deviations(models, judged)
        calibrations = tuple(
            GroupCalibration.fitted(column.codes, np.abs(deviation))
            for column, deviation in zip(judged, deviations, strict=True)
        )
        log_p = np.zeros((history.height, len(names)))
        for place, (calibration, column) in enumerate(zip(calibrations, judged, strict=True)):
            log_p[:, place] = calibration.log_p_of_history(column.codes, np.abs(deviations[place]))
        combined = Combined.fitted(log_p)
        self._fitted = _Fitted(names, time, groups, models, calibrations, combined)
        return self

    def score(self, current: Table) -> Scores:
        """The largest deviation of each row, in spreads; NaN where no column can be judged."""
        fitted = learnt(self._fitted)
        judged = self._judged(current)
        deviations = _deviations(fitted.models, judged)
        log_p = _log_p(fitted.calibrations, judged, deviations, current.height)
        score = np.full(current.height, np.nan)
        for deviation in deviations:
            score = np.fmax(score, np.abs(deviation))
        return Scores(score, fitted.combined.log_p(log_p))

    def reasons(self, current: Table, indices: Sequence[int]) -> list[tuple[Reason, ...]]:
        """The columns that are odd by themselves (p at most .05), at most three.

        values: the value, its deviation in spreads (signed), centre, spread, and how many values
        they were made from.
        """
        fitted = learnt(self._fitted)
        rows = current.take(np.asarray(indices, dtype=np.int64))
        judged = self._judged(rows)
        deviations = _deviations(fitted.models, judged)
        log_p = _log_p(fitted.calibrations, judged, deviations, rows.height)
        result = []
        for row in range(rows.height):
            group = str(rows.frame[self.group][row]) if self.group else ""
            order = np.argsort(log_p[row], kind="stable")[:_REASONS_MAX]
            result.append(
                tuple(
                    self._reason(int(column), judged[column], row, group)
                    for column in order
                    if log_p[row, column] <= _REASON_LOG_P
                )
            )
        return result

    def _reason(self, column: int, judged: Judged, row: int, group: str) -> Reason:
        fitted = learnt(self._fitted)
        one = Judged(
            judged.codes[row : row + 1], judged.moments[row : row + 1], judged.values[row : row + 1]
        )
        baseline = fitted.models[column].baseline(one)
        value, centre, scale = (
            float(array[0]) for array in (one.values, baseline.centre, baseline.scale)
        )
        deviation = (value - centre) / scale
        of_group = f" of {self.group} {group}" if self.group else ""
        usual = fitted.models[column].wording(one, 0, of_group)
        text = (
            f"{fitted.names[column]} {figure(value)} is {abs(deviation):,.1f} {self.unit} "
            f"{direction(value, centre)} {figure(centre)}, {usual}"
        )
        return Reason(text, (value, deviation, centre, scale, float(baseline.count[0])))

    def state(self) -> State:
        """The options, the models and the calibrations."""
        fitted = learnt(self._fitted)
        result: dict[str, Json | NDArray[np.generic]] = {
            "options": {**self._options(), "columns": list(fitted.names)},
            "names": list(fitted.names),
            "time": fitted.time,
            "groups": list(fitted.groups.labels),
            **placed("combined", fitted.combined.state()),
        }
        for place, (model, calibration) in enumerate(
            zip(fitted.models, fitted.calibrations, strict=True)
        ):
            result.update(placed(f"model{place}", model.state()))
            result.update(placed(f"calibration{place}", calibration.state()))
        return result

    @classmethod
    def restored(cls, state: State) -> Self:
        """From what `state` gave."""
        options: Any = state["options"]
        names, time = texts(state, "names"), state["time"]
        result = cls(**options)
        result._fitted = _Fitted(
            names,
            None if time is None else str(time),
            Vocabulary(texts(state, "groups")),
            tuple(result._restored_column(part(state, f"model{i}")) for i in range(len(names))),
            tuple(
                GroupCalibration.restored(part(state, f"calibration{i}")) for i in range(len(names))
            ),
            Combined.restored(part(state, "combined")),
        )
        return result

    def _judged(self, current: Table) -> list[Judged]:
        fitted = learnt(self._fitted)
        return _judged(current, fitted.names, self.group, fitted.time, fitted.groups)

    def _time(self, history: Table) -> str | None:
        if not self.needs_time or self.time is not None:
            return self.time
        times = history.names(Kind.TIME)
        found = history.roles.get(TableRole.TIME, times[0] if times else None)
        if found is None:
            raise ValueError(f"{self.name} needs a time column")
        return found


def _judged(
    table: Table, names: Sequence[str], group: str | None, time: str | None, groups: Vocabulary
) -> list[Judged]:
    codes = group_codes(table, group, groups)
    when = np.zeros(0, dtype=np.int64) if time is None else moments(table, time)
    matrix = number_matrix(table, names)
    return [Judged(codes, when, matrix[:, column]) for column in range(len(names))]


def _deviations(models: Sequence[ColumnModel], judged: Sequence[Judged]) -> list[FloatArray]:
    return [
        model.baseline(column).deviations(column.values)
        for model, column in zip(models, judged, strict=True)
    ]


def _log_p(
    calibrations: Sequence[GroupCalibration],
    judged: Sequence[Judged],
    deviations: Sequence[FloatArray],
    rows: int,
) -> FloatArray:
    result = np.zeros((rows, len(deviations)))
    for place, (calibration, column) in enumerate(zip(calibrations, judged, strict=True)):
        result[:, place] = calibration.log_p(column.codes, np.abs(deviations[place]))
    return result
