"""How much thinner a row's surroundings are than those of its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray, Json, State
from tieout.detect.detectors.keeping import floats, number, part, placed
from tieout.detect.detectors.matrix import sample_rows
from tieout.detect.detectors.vectors import Scaling, VectorDetector
from tieout.model.facts import Reason

ROWS_MAX: Final = 20_000
_HELD_OUT_MIN: Final = 2_000
_CHUNK_ROWS: Final = 10_000
_FOLDS: Final = 5
# Rows that lie on top of one another would be infinitely dense.
_LEAST_REACH: Final = 1e-10


@dataclass(frozen=True)
class Neighbourhood:
    """The scaled rows of history, and of each the distance to its k-th neighbour and its density.

    The density is the inverse of the mean reachability distance from the k nearest rows.
    """

    scaling: Scaling
    points: FloatArray
    neighbours: int
    reach: FloatArray
    density: FloatArray

    @classmethod
    def of(cls, matrix: FloatArray, neighbours: int) -> "Neighbourhood":
        """From rows of history, each judged without itself."""
        scaling = Scaling.of(matrix)
        points = scaling.apply(matrix)
        count = min(neighbours, len(points) - 1)
        empty = np.zeros(len(points))
        if count < 1:
            return cls(scaling, points, 0, empty, empty)
        bare = cls(scaling, points, count, empty, empty)
        near, distance = bare._nearest(points)
        reach = distance[:, -1]
        return cls(scaling, points, count, reach, _density(distance, reach[near]))

    @cached_property
    def _tree(self) -> Any:
        from sklearn.neighbors import NearestNeighbors

        return NearestNeighbors().fit(self.points)

    def _nearest(self, rows: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
        """The k nearest points of each row and their distances, without one copy of the row."""
        size = self.neighbours + 1
        near = self._tree.kneighbors(rows, n_neighbors=size, return_distance=False)
        # Distances anew: quick ones are off by rounding, and a copy of the row is at exactly 0.
        distance = np.sqrt(((self.points[near] - rows[:, None, :]) ** 2).sum(axis=2))
        order = np.argsort(distance, axis=1, kind="stable")
        near, distance = (np.take_along_axis(a, order, axis=1) for a in (near, distance))
        copy = distance[:, :1] == 0.0
        near = np.where(copy, near[:, 1:], near[:, :-1])
        return near, np.where(copy, distance[:, 1:], distance[:, :-1])

    def oddness(self, matrix: FloatArray) -> FloatArray:
        """Log of the mean density of a row's neighbours over its own; about 0 for usual rows."""
        rows = self.scaling.apply(matrix)
        result = np.zeros(len(rows))
        if self.neighbours == 0:
            return result
        for start in range(0, len(rows), _CHUNK_ROWS):
            chunk = slice(start, start + _CHUNK_ROWS)
            near, distance = self._nearest(rows[chunk])
            own = _density(distance, self.reach[near])
            result[chunk] = np.log(self.density[near].mean(axis=1) / own)
        return result

    def state(self) -> State:
        """What the detector restores it from."""
        return {
            **placed("scaling", self.scaling.state()),
            "points": self.points,
            "neighbours": self.neighbours,
            "reach": self.reach,
            "density": self.density,
        }


def _density(distance: FloatArray, reach: FloatArray) -> FloatArray:
    result: FloatArray = 1.0 / (np.maximum(distance, reach).mean(axis=1) + _LEAST_REACH)
    return result


class LocalOutlierFactor(VectorDetector[Neighbourhood]):
    """Local outlier factor (Breunig, Kriegel, Ng and Sander, SIGMOD 2000) of rows new to history.

    On number columns in standard deviations, missing values in the middle. A row that is
    a copy of one in history is judged without it, so that history can be judged too. Of more than
    20,000 rows of history as many are drawn by the seed; then p-values come from up to 20,000 of
    the others, else from five folds of history, each judged by the other four.
    """

    name: ClassVar[str] = "lof"

    def __init__(
        self, columns: Sequence[str] | None = None, *, neighbours: int = 20, seed: int = 0
    ) -> None:
        super().__init__(columns, seed=seed)
        self.neighbours = neighbours

    def _learn(self, matrix: FloatArray) -> tuple[Neighbourhood, FloatArray]:
        sample = sample_rows(len(matrix), ROWS_MAX, self.seed)
        model = Neighbourhood.of(matrix[sample], self.neighbours)
        held_out = np.delete(matrix, sample, axis=0)
        if len(held_out) >= _HELD_OUT_MIN:
            chosen = sample_rows(len(held_out), ROWS_MAX, self.seed)
            return model, model.oddness(held_out[chosen])
        fold = np.random.default_rng(self.seed).permutation(len(matrix)) % _FOLDS
        scores = [
            Neighbourhood.of(matrix[fold != held], self.neighbours).oddness(matrix[fold == held])
            for held in range(_FOLDS)
        ]
        return model, np.concatenate(scores)

    def _restored_model(self, state: State) -> Neighbourhood:
        return Neighbourhood(
            Scaling.restored(part(state, "scaling")),
            floats(state, "points"),
            int(number(state, "neighbours")),
            floats(state, "reach"),
            floats(state, "density"),
        )

    def _explained(
        self,
        model: Neighbourhood,
        matrix: FloatArray,
        names: Sequence[str],  # noqa: ARG002
    ) -> list[tuple[Reason, ...]]:
        """values: how many neighbours, and how many times denser they lie."""
        return [
            (
                Reason(
                    f"its {model.neighbours} nearest rows lie {times:,.1f} times as close to "
                    "their own neighbours as it does",
                    (float(model.neighbours), float(times)),
                ),
            )
            if times > 1.0
            else ()
            for times in np.exp(model.oddness(matrix))
        ]

    def _options(self) -> dict[str, Json]:
        return {"neighbours": self.neighbours, "seed": self.seed}
