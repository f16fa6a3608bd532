"""How far out a row is in the tails of its columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from tieout.detect.detector import FloatArray, State
from tieout.detect.detectors.keeping import floats, integers
from tieout.detect.detectors.matrix import sample_rows
from tieout.detect.detectors.vectors import VectorDetector
from tieout.detect.detectors.wording import figure
from tieout.model.facts import Reason

ROWS_MAX: Final = 200_000
_REASONS_MAX: Final = 3
_REASON_SHARE: Final = 0.05


@dataclass(frozen=True)
class Tails:
    """The values of each column, ascending, one column after another; and which way each leans.

    starts: where each column begins in `values`, and the end. skewness: third standardised
    moment, by the divisor n; 0.0 for a column that never varies.
    """

    values: FloatArray
    starts: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]"
    skewness: FloatArray

    @classmethod
    def of(cls, matrix: FloatArray) -> "Tails":
        """From the rows of history; missing values are left out."""
        columns = [np.sort(column[~np.isnan(column)]) for column in matrix.T]
        return cls(
            np.concatenate([np.zeros(0), *columns]),
            np.cumsum([0, *(len(column) for column in columns)]),
            np.array([_skewness(column) for column in columns]),
        )

    def shares(self, matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Share of history at most as large as each value, and at least as large.

        At least 1 / n, as for the outermost value of history itself; 1.0 for missing values.
        """
        low, high = np.ones_like(matrix), np.ones_like(matrix)
        for column in range(matrix.shape[1]):
            values = self.values[self.starts[column] : self.starts[column + 1]]
            known = ~np.isnan(matrix[:, column])
            if len(values) == 0 or not known.any():
                continue
            judged = matrix[known, column]
            below = np.searchsorted(values, judged, side="right")
            above = len(values) - np.searchsorted(values, judged, side="left")
            low[known, column] = np.maximum(below, 1) / len(values)
            high[known, column] = np.maximum(above, 1) / len(values)
        return low, high

    def oddness(self, matrix: FloatArray) -> FloatArray:
        """Sum over columns of -log of the tail's share, as ECOD chooses the tail."""
        low, high = (-np.log(share) for share in self.shares(matrix))
        leaning = np.where(
            self.skewness < 0.0, low, np.where(self.skewness > 0.0, high, low + high)
        )
        result: FloatArray = np.maximum(np.maximum(low, high), leaning).sum(axis=1)
        return result

    def state(self) -> State:
        """All of it."""
        return {"values": self.values, "starts": self.starts, "skewness": self.skewness}


def _skewness(values: FloatArray) -> float:
    if len(values) == 0 or values[0] == values[-1]:
        return 0.0
    # In units of the largest, so that neither squares nor cubes leave what floats hold.
    unit = values / max(abs(values[0]), abs(values[-1]))
    unit = (unit - unit.mean()) / (unit[-1] - unit[0])
    return float((unit**3).mean() / (unit**2).mean() ** 1.5)


class Ecod(VectorDetector[Tails]):
    """Empirical cumulative distribution outlier detection (Li, Zhao, Hu, Botta, Ionescu and Chen,
    "ECOD: Unsupervised Outlier Detection Using Empirical Cumulative Distribution Functions", IEEE
    TKDE 2022), an implementation of its own.

    Of each column the share of history at most and at least as large gives two tails; a value
    counts -log of the smaller one (of both together in a column that leans nowhere), and a row
    the sum. A history of over 200,000 rows is drawn down to that by the seed. Values beyond
    history count as its outermost value, so that rows of history and new ones are judged alike.
    """

    name: ClassVar[str] = "ecod"

    def _learn(self, matrix: FloatArray) -> tuple[Tails, FloatArray]:
        tails = Tails.of(matrix[sample_rows(len(matrix), ROWS_MAX, self.seed)])
        # One row in n moves a rank by 1 / n: what is learnt from it is already in the floor.
        return tails, tails.oddness(matrix)

    def _restored_model(self, state: State) -> Tails:
        return Tails(floats(state, "values"), integers(state, "starts"), floats(state, "skewness"))

    def _explained(
        self, model: Tails, matrix: FloatArray, names: Sequence[str]
    ) -> list[tuple[Reason, ...]]:
        """Columns whose value lies in a tail of at most 5 %, at most three.

        values: the value, and how many values of history (or of the sample) there are as large
        or small, and at all.
        """
        low, high = model.shares(matrix)
        share = np.minimum(low, high)
        return [
            tuple(
                self._reason(model, names[column], column, float(matrix[row, column]))
                for column in np.argsort(share[row], kind="stable")[:_REASONS_MAX]
                if share[row, column] <= _REASON_SHARE
            )
            for row in range(len(matrix))
        ]

    def _reason(self, model: Tails, name: str, column: int, value: float) -> Reason:
        values = model.values[model.starts[column] : model.starts[column + 1]]
        below = int(np.searchsorted(values, value, side="right"))
        above = len(values) - int(np.searchsorted(values, value, side="left"))
        count, word = (below, "small") if below < above else (above, "large")
        return Reason(
            f"{name} {figure(value)}: {count:,} of {len(values):,} values are at least as {word}",
            (value, float(count), float(len(values))),
        )
