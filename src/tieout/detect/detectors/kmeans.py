"""How far a row is from the middle of the cluster it is nearest to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray, Json, State
from tieout.detect.detectors.keeping import floats, learnt, part, placed
from tieout.detect.detectors.matrix import number_matrix, sample_rows
from tieout.detect.detectors.vectors import Scaling, VectorDetector
from tieout.detect.detectors.wording import figure
from tieout.model.facts import Reason
from tieout.model.table import Table

ROWS_MAX: Final = 50_000
_CLUSTER_SHARE_MIN: Final = 0.005
_CLUSTER_ROWS_MIN: Final = 5
_CHUNK_ROWS: Final = 50_000


@dataclass(frozen=True)
class Clusters:
    """Centres of clusters in scaled units, the largest first, and how wide each is.

    width: the median distance of its rows from the centre.
    """

    scaling: Scaling
    centres: FloatArray
    width: FloatArray

    def nearest(self, matrix: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
        """The cluster that each row is nearest to, and the distance from its centre in widths."""
        rows = self.scaling.apply(matrix)
        label = np.zeros(len(rows), dtype=np.int64)
        distance = np.zeros(len(rows))
        for start in range(0, len(rows), _CHUNK_ROWS):
            chunk = slice(start, start + _CHUNK_ROWS)
            label[chunk], distance[chunk] = _nearest(rows[chunk], self.centres)
        return label, distance / self.width[label]

    def oddness(self, matrix: FloatArray) -> FloatArray:
        """Log of one plus the distance from the nearest centre, in widths of its cluster.

        As a log, since distances of amounts have tails that no exponential follows.
        """
        return np.log1p(self.nearest(matrix)[1])

    def state(self) -> State:
        """What the detector restores it from."""
        return {
            **placed("scaling", self.scaling.state()),
            "centres": self.centres,
            "width": self.width,
        }


def _nearest(rows: FloatArray, centres: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
    squares = np.stack([((rows - centre) ** 2).sum(axis=1) for centre in centres], axis=1)
    label: NDArray[np.int64] = squares.argmin(axis=1)
    return label, np.sqrt(squares[np.arange(len(rows)), label])


class KMeansDistance(VectorDetector[Clusters]):
    """Distance from the nearest of the centres that k-means (Lloyd 1982) finds in history.

    On number columns in standard deviations, missing values in the middle, from at most
    50,000 rows drawn by the seed. Clusters of under five rows or half a percent are dropped: a
    few odd rows would else be a cluster of their own, and usual. P-values come from the distances
    of these rows from centres that are taken without them.
    """

    name: ClassVar[str] = "kmeans"

    def __init__(
        self, columns: Sequence[str] | None = None, *, clusters: int = 8, seed: int = 0
    ) -> None:
        super().__init__(columns, seed=seed)
        self.clusters = clusters

    def labels(self, current: Table) -> NDArray[np.int64]:
        """The cluster of each row, 0 for the largest; -1 for rows without numbers."""
        fitted = learnt(self._fitted)
        matrix = number_matrix(current, fitted.names)
        label = fitted.model.nearest(matrix)[0]
        return np.where(np.isnan(matrix).all(axis=1), -1, label)

    def _learn(self, matrix: FloatArray) -> tuple[Clusters, FloatArray]:
        sample = matrix[sample_rows(len(matrix), ROWS_MAX, self.seed)]
        model = self._clustered(sample)
        label, distance = model.nearest(sample)
        # Without one of its n rows a centre is n / (n - 1) times as far from that row.
        rows = np.maximum(np.bincount(label), 2)[label]
        return model, np.log1p(distance * rows / (rows - 1))

    def _clustered(self, matrix: FloatArray) -> Clusters:
        scaling = Scaling.of(matrix)
        rows = scaling.apply(matrix)
        centres = self._centres(rows)
        label, distance = _nearest(rows, centres)
        sizes = np.bincount(label, minlength=len(centres))
        least = max(_CLUSTER_ROWS_MIN, _CLUSTER_SHARE_MIN * len(rows))
        kept = np.flatnonzero(sizes >= min(least, sizes.max()))
        centres = centres[kept[np.argsort(-sizes[kept], kind="stable")]]
        label, distance = _nearest(rows, centres)
        overall = float(np.median(distance)) if len(distance) else 0.0
        width = np.array(
            [
                float(np.median(distance[label == c])) if (label == c).any() else 0.0
                for c in range(len(centres))
            ]
        )
        width = np.where(width > 0.0, width, overall or 1.0)
        return Clusters(scaling, centres, width)

    def _centres(self, rows: FloatArray) -> FloatArray:
        from sklearn.cluster import KMeans
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        distinct = len(np.unique(rows, axis=0))
        if distinct <= 1:
            return rows[:1] if len(rows) else np.zeros((1, rows.shape[1]))
        model = KMeans(min(self.clusters, distinct), n_init=4, random_state=self.seed)
        # Sums over several threads differ in their last digits from run to run.
        with threadpool_limits(limits=1):
            centres: FloatArray = model.fit(rows).cluster_centers_
        order = np.lexsort(centres.T)
        return centres[order]

    def _restored_model(self, state: State) -> Clusters:
        return Clusters(
            Scaling.restored(part(state, "scaling")),
            floats(state, "centres"),
            floats(state, "width"),
        )

    def _explained(
        self, model: Clusters, matrix: FloatArray, names: Sequence[str]
    ) -> list[tuple[Reason, ...]]:
        """values: the cluster, the distance in widths, the value furthest off and its centre's."""
        label, times = model.nearest(matrix)
        gaps = np.abs(model.scaling.apply(matrix) - model.centres[label])
        gaps[np.isnan(matrix)] = -1.0
        centres = model.centres[label] * model.scaling.scale + model.scaling.centre
        result: list[tuple[Reason, ...]] = []
        for row in range(len(matrix)):
            column = int(np.argmax(gaps[row]))
            value, centre = float(matrix[row, column]), float(centres[row, column])
            text = (
                f"{times[row]:,.1f} times as far from the middle of cluster {label[row]} as its "
                f"median row; furthest off: {names[column]} {figure(value)}, in the middle "
                f"{figure(centre)}"
            )
            values = (float(label[row]), float(times[row]), value, centre)
            result.append((Reason(text, values),) if times[row] > 1.0 else ())
        return result

    def _options(self) -> dict[str, Json]:
        return {"clusters": self.clusters, "seed": self.seed}
