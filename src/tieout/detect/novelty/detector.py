"""The detector of rows that are like no usual row, for any table with numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final, Self

import numpy as np

from tieout.detect.calibration import TailCalibration
from tieout.detect.detector import FloatArray, Scores, State
from tieout.detect.novelty.matrix import number_matrix, usable_columns, varying
from tieout.detect.novelty.model import REFERENCE_ROWS_MAX, NoveltyModel
from tieout.detect.novelty.reasons import Usual, reasons_of
from tieout.model.facts import Reason
from tieout.model.table import Table

ROWS_MIN: Final = 30
FIT_ROWS_MAX: Final = 20_000
FOLDS: Final = 4


class Novelty:
    """Density of whole rows, all number columns together; categories and times are not used.

    Each column's values become normal scores with Pareto tails, the columns are whitened, and a
    row's distance to its nearest usual rows is compared with theirs (`NoveltyModel`). p-values
    come from rows of history scored by models that had not seen them, in four folds.

    Missing values stand at the median of their column, where nothing is said of them. Rows with
    no number at all, and tables with fewer than thirty rows of history, get no score.
    """

    name: ClassVar[str] = "novelty"
    version: ClassVar[int] = 1

    def __init__(
        self,
        *,
        seed: int = 0,
        fit_rows_max: int = FIT_ROWS_MAX,
        reference_rows_max: int = REFERENCE_ROWS_MAX,
    ) -> None:
        """seed: draws the rows of a long history that are learnt from and compared with."""
        self._seed = seed
        self._fit_rows_max = fit_rows_max
        self._reference_rows_max = reference_rows_max
        self._columns: tuple[str, ...] = ()
        self._model: NoveltyModel | None = None
        self._calibration = TailCalibration.fitted(np.array([]))
        self._usual: Usual | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The number columns that it compares, known once fitted."""
        return self._columns

    def fit(self, history: Table) -> Self:
        """Learn what is usual. Raises ValueError when no column of numbers varies."""
        self._columns = usable_columns(history)
        if not self._columns:
            message = "no column of numbers with different values, which novelty needs"
            raise ValueError(message)
        values = number_matrix(history, self._columns)
        values = values[~np.isnan(values).all(axis=1)]
        if len(values) > self._fit_rows_max:
            random = np.random.default_rng(self._seed)
            values = values[np.sort(random.choice(len(values), self._fit_rows_max, replace=False))]
        varies = varying(values)
        self._columns = tuple(np.array(self._columns)[varies].tolist())
        self._model, self._usual = None, None
        if len(values) >= ROWS_MIN and self._columns:
            self._learn(values[:, varies])
        return self

    def _learn(self, values: FloatArray) -> None:
        self._model = self._fitted(values)
        held_out = cross_scores(values, self._fitted, folds=FOLDS, seed=self._seed)
        self._calibration = TailCalibration.fitted(held_out)
        self._usual = Usual.of(self._columns, values, self._model)

    def _fitted(self, values: FloatArray) -> NoveltyModel:
        return NoveltyModel.fitted(values, seed=self._seed, reference_rows=self._reference_rows_max)

    def score(self, current: Table) -> Scores:
        """Judge rows; a column that is not there counts as missing throughout."""
        return self.score_values(number_matrix(current, self._columns))

    def score_values(self, values: FloatArray) -> Scores:
        """As `score`, for the values of `columns` in their order (rows x columns, NaN missing)."""
        if self._model is None:
            return Scores(np.full(len(values), np.nan), np.zeros(len(values)))
        score = self._model.scores(values)
        return Scores(score, self._calibration.log_p(score))

    def reasons(self, current: Table, indices: Sequence[int]) -> list[tuple[Reason, ...]]:
        """The columns that set a row apart most, then how far the nearest usual row is."""
        if self._model is None or self._usual is None or not len(indices):
            return [() for _ in indices]
        chosen = current.take(np.asarray(indices, dtype=np.int64))
        return reasons_of(number_matrix(chosen, self._columns), self._model, self._usual)

    def state(self) -> State:
        """Settings, columns, the model's arrays, calibration; no pickles."""
        state: dict[str, object] = {
            "seed": self._seed,
            "fit_rows_max": self._fit_rows_max,
            "reference_rows_max": self._reference_rows_max,
            "columns": list(self._columns),
            "fitted": self._model is not None,
        }
        if self._model is not None and self._usual is not None:
            state |= {f"model.{key}": value for key, value in self._model.state().items()}
            state |= {f"usual.{key}": value for key, value in self._usual.state().items()}
        state |= {f"calibration.{key}": v for key, v in self._calibration.state().items()}
        return state  # type: ignore[return-value]  # values are of the kinds that State allows

    @classmethod
    def restored(cls, state: State) -> Self:
        """The fitted detector that had this state."""
        detector = cls(
            seed=int(str(state["seed"])),
            fit_rows_max=int(str(state["fit_rows_max"])),
            reference_rows_max=int(str(state["reference_rows_max"])),
        )
        columns = state["columns"]
        detector._columns = tuple(str(name) for name in columns)  # type: ignore[union-attr]
        detector._calibration = TailCalibration.restored(_part(state, "calibration."))
        if state["fitted"]:
            detector._model = NoveltyModel.restored(_part(state, "model."))
            detector._usual = Usual.restored(detector._columns, _part(state, "usual."))
        return detector


def cross_scores(
    values: FloatArray,
    fitted: Callable[[FloatArray], NoveltyModel],
    *,
    folds: int,
    seed: int,
) -> FloatArray:
    """What each row scores by a model fitted on the other folds; NaN where that cannot be.

    A fold in whose history a column happens to be constant is judged by the columns that vary.
    """
    scores = np.full(len(values), np.nan)
    shuffled = np.random.default_rng(seed).permutation(len(values))
    for fold in range(folds):
        held_out = np.sort(shuffled[fold::folds])
        rest = np.delete(values, held_out, axis=0)
        varies = varying(rest)
        if varies.any():
            scores[held_out] = fitted(rest[:, varies]).scores(values[held_out][:, varies])
    return scores


def _part(state: Mapping[str, object], prefix: str) -> dict[str, object]:
    return {key[len(prefix) :]: v for key, v in state.items() if key.startswith(prefix)}
