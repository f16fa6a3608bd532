"""What detectors share that see the numbers of a row together."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from tieout.detect.calibration import TailCalibration
from tieout.detect.detector import FloatArray, Json, Scores, State
from tieout.detect.detectors.keeping import (
    calibrated,
    calibration_state,
    learnt,
    part,
    placed,
    restored_calibration,
    texts,
)
from tieout.detect.detectors.matrix import number_matrix, number_names
from tieout.model.facts import Reason
from tieout.model.table import Table


class VectorModel(Protocol):
    """What a detector keeps of history."""

    def oddness(self, matrix: FloatArray) -> FloatArray:
        """The score of each row, larger for odder; every row has at least one value."""
        ...

    def state(self) -> State:
        """What the detector's `_restored_model` needs."""
        ...


Model = TypeVar("Model", bound=VectorModel)


@dataclass(frozen=True)
class _Fitted(Generic[Model]):
    names: tuple[str, ...]
    model: Model
    calibration: TailCalibration


class VectorDetector(ABC, Generic[Model]):
    """Judges all number columns of a row at once. Rows without any number say nothing."""

    name: ClassVar[str]
    version: ClassVar[int] = 1

    def __init__(self, columns: Sequence[str] | None = None, *, seed: int = 0) -> None:
        self.columns = None if columns is None else tuple(columns)
        self.seed = seed
        self._fitted: _Fitted[Model] | None = None

    @abstractmethod
    def _learn(self, matrix: FloatArray) -> tuple[Model, FloatArray]:
        """The model of history, and scores that rows of history got without being learnt from."""

    @abstractmethod
    def _restored_model(self, state: State) -> Model:
        """What `VectorModel.state` gave, as a model again."""

    @abstractmethod
    def _explained(
        self, model: Model, matrix: FloatArray, names: Sequence[str]
    ) -> list[tuple[Reason, ...]]:
        """Why each row scored as it did."""

    def _options(self) -> dict[str, Json]:
        """What the constructor is called with when the detector is restored."""
        return {"seed": self.seed}

    def fit(self, history: Table) -> Self:
        """Learn what is usual. Raises ValueError when a chosen column is missing."""
        names = number_names(history, self.columns)
        matrix = number_matrix(history, names)
        model, scores = self._learn(matrix[_known(matrix)])
        self._fitted = _Fitted(names, model, calibrated(scores))
        return self

    def score(self, current: Table) -> Scores:
        """The model's score of each row; NaN without numbers."""
        fitted = learnt(self._fitted)
        matrix = number_matrix(current, fitted.names)
        known = _known(matrix)
        score = np.full(len(matrix), np.nan)
        if known.any():
            score[known] = fitted.model.oddness(matrix[known])
        return Scores(score, fitted.calibration.log_p(score))

    def reasons(self, current: Table, indices: Sequence[int]) -> list[tuple[Reason, ...]]:
        """As the detector tells them; none for rows without numbers."""
        fitted = learnt(self._fitted)
        rows = current.take(np.asarray(indices, dtype=np.int64))
        matrix = number_matrix(rows, fitted.names)
        known = _known(matrix)
        told = iter(self._explained(fitted.model, matrix[known], fitted.names))
        return [next(told) if row else () for row in known]

    def state(self) -> State:
        """The options, the model and the calibration."""
        fitted = learnt(self._fitted)
        return {
            "options": {**self._options(), "columns": list(fitted.names)},
            "names": list(fitted.names),
            **placed("model", fitted.model.state()),
            **placed("calibration", calibration_state(fitted.calibration)),
        }

    @classmethod
    def restored(cls, state: State) -> Self:
        """From what `state` gave."""
        options: Any = state["options"]
        result = cls(**options)
        result._fitted = _Fitted(
            texts(state, "names"),
            result._restored_model(part(state, "model")),
            restored_calibration(part(state, "calibration")),
        )
        return result


def _known(matrix: FloatArray) -> NDArray[np.bool]:
    return np.asarray(~np.isnan(matrix).all(axis=1))


# Further off than any amount, and its square is still a float.
_FURTHEST: Final = 1e100


@dataclass(frozen=True)
class Scaling:
    """Columns brought to one size: less the mean, by the standard deviation of history.

    Not by quartiles, though these are robust: a column with long tails would then rule every
    distance. A column that never varies is 0, as are missing values: the middle.
    """

    centre: FloatArray
    scale: FloatArray

    @classmethod
    def of(cls, matrix: FloatArray) -> "Scaling":
        """From the rows of history; every column may have missing values."""
        columns = [column[~np.isnan(column)] for column in matrix.T]
        largest = np.array([np.abs(column).max(initial=0.0) or 1.0 for column in columns])
        # In units of the largest, since squares of large values leave what floats hold.
        units = [column / size for column, size in zip(columns, largest, strict=True)]
        centre = largest * [unit.mean() if len(unit) else 0.0 for unit in units]
        scale = largest * [unit.std() if len(unit) else 0.0 for unit in units]
        # Equal values may leave rounding in their mean; that is no spread.
        return cls(centre, np.where(scale > 1e-12 * np.abs(centre), scale, 0.0))

    def apply(self, matrix: FloatArray) -> FloatArray:
        """The same rows, scaled."""
        divisor = np.where(self.scale > 0.0, self.scale, np.inf)
        with np.errstate(over="ignore"):
            scaled = np.nan_to_num((matrix - self.centre) / divisor, nan=0.0)
        result: FloatArray = np.clip(scaled, -_FURTHEST, _FURTHEST)
        return result

    def state(self) -> State:
        """What `restored` needs."""
        return {"centre": self.centre, "scale": self.scale}

    @classmethod
    def restored(cls, state: State) -> "Scaling":
        """From what `state` gave."""
        return cls(
            np.asarray(state["centre"], dtype=np.float64),
            np.asarray(state["scale"], dtype=np.float64),
        )
