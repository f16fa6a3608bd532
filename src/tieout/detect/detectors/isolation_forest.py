"""How few cuts set a row apart from the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray, Json, State
from tieout.detect.detectors.keeping import floats, number, part, placed
from tieout.detect.detectors.matrix import sample_rows
from tieout.detect.detectors.vectors import VectorDetector
from tieout.detect.detectors.wording import figure
from tieout.detect.forest.packed import PackedForest, packed
from tieout.model.facts import Reason

FIT_ROWS_MAX: Final = 200_000
CALIBRATED_ROWS_MAX: Final = 50_000
TREE_ROWS: Final = 256


@dataclass(frozen=True)
class ForestModel:
    """A packed forest; medians: of history's columns; usual: the median score of history."""

    forest: PackedForest
    medians: FloatArray
    usual: float

    def oddness(self, matrix: FloatArray) -> FloatArray:
        """The score of Liu et al., between 0 and 1; larger for odder."""
        return -self.forest.score_samples(matrix)

    def cuts(self, oddness: FloatArray) -> FloatArray:
        """The mean number of cuts that a score stands for."""
        trees = len(self.forest.roots)
        result: FloatArray = -np.log2(oddness) * self.forest.denominator / trees
        return result

    def state(self) -> State:
        """What the detector restores it from."""
        return {
            **placed("forest", self.forest.state()),
            "medians": self.medians,
            "usual": self.usual,
        }


class IsolationForest(VectorDetector[ForestModel]):
    """Isolation Forest (Liu, Ting and Zhou, ICDM 2008) by scikit-learn, walked as packed arrays.

    100 trees by default, each grown on 256 rows (or half of fewer than 512) of at most 200,000
    drawn from history. Missing values are followed as scikit-learn does. A tree remembers the
    rows that it was grown on, so p-values come from what each of up to 50,000 rows scores in the
    trees that did not see it.
    """

    name: ClassVar[str] = "isolation_forest"

    def __init__(
        self, columns: Sequence[str] | None = None, *, trees: int = 100, seed: int = 0
    ) -> None:
        super().__init__(columns, seed=seed)
        self.trees = trees

    def _learn(self, matrix: FloatArray) -> tuple[ForestModel, FloatArray]:
        from sklearn.ensemble import IsolationForest as Forest

        sample = matrix[sample_rows(len(matrix), FIT_ROWS_MAX, self.seed)]
        # A forest needs a row; without history, all rows are as far from it as each other.
        rows = sample if len(sample) else np.zeros((1, matrix.shape[1] or 1))
        limit = float(np.finfo(np.float32).max)
        grown = Forest(
            n_estimators=self.trees,
            max_samples=min(TREE_ROWS, max(len(rows) // 2, 1)),
            random_state=self.seed,
        ).fit(np.clip(rows, -limit, limit))
        forest = packed(grown)
        scores = _unseen_scores(forest, sample, grown.estimators_samples_)
        usual = float(np.median(scores)) if len(scores) else 0.5
        return ForestModel(forest, _medians(sample), usual), scores

    def _restored_model(self, state: State) -> ForestModel:
        return ForestModel(
            PackedForest.restored(part(state, "forest")),
            floats(state, "medians"),
            number(state, "usual"),
        )

    def _explained(
        self, model: ForestModel, matrix: FloatArray, names: Sequence[str]
    ) -> list[tuple[Reason, ...]]:
        """How few cuts it takes, and the column whose usual value would add the most.

        values: mean cuts of the row, of the median row of history, the value, the median of its
        column, and the mean cuts of the row with that in its place.
        """
        cuts = model.cuts(model.oddness(matrix))
        usual = float(model.cuts(np.array([model.usual]))[0])
        return [
            self._told(model, row, float(count), usual, names)
            for row, count in zip(matrix, cuts, strict=True)
        ]

    def _told(
        self, model: ForestModel, row: FloatArray, cuts: float, usual: float, names: Sequence[str]
    ) -> tuple[Reason, ...]:
        if cuts >= usual:
            return ()
        replaced = np.tile(row, (len(row), 1))
        np.fill_diagonal(replaced, model.medians)
        without = model.cuts(model.oddness(replaced))
        without[np.isnan(row)] = -np.inf
        column = int(np.argmax(without))
        value, median, then = float(row[column]), float(model.medians[column]), without[column]
        text = (
            f"{cuts:.1f} cuts set it apart, where the median row takes {usual:.1f}; with "
            f"{names[column]} {figure(median)} in place of {figure(value)} it would take {then:.1f}"
        )
        return (Reason(text, (cuts, usual, value, median, float(then))),)

    def _options(self) -> dict[str, Json]:
        return {"trees": self.trees, "seed": self.seed}


def _medians(matrix: FloatArray) -> FloatArray:
    columns = (column[~np.isnan(column)] for column in matrix.T)
    return np.array([float(np.median(column)) if len(column) else 0.0 for column in columns])


def _unseen_scores(
    forest: PackedForest, rows: FloatArray, seen: Sequence[NDArray[np.int64]]
) -> FloatArray:
    """What rows score in the trees that were not grown on them; rows in all trees are left out.

    seen: the positions of the rows that each tree was grown on.
    """
    count = min(len(rows), CALIBRATED_ROWS_MAX)
    total, trees = np.zeros(count), np.zeros(count)
    for tree, known in zip(forest.trees(), seen, strict=True):
        unseen = np.ones(count, dtype=np.bool)
        unseen[known[known < count]] = False
        # Minus the mean of the trees' exponents is the forest's own exponent.
        total[unseen] += np.log2(-tree.score_samples(rows[:count][unseen]))
        trees += unseen
    scored = trees > 0
    result: FloatArray = 2.0 ** (total[scored] / trees[scored])
    return result
