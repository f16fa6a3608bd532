"""How odd it is that two labels stand together."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.detectors.encoding import CodeArray

# A pair must be ten times likelier by mischance than by habit before it counts.
PAIR_THRESHOLD: Final = float(np.log(10.0))
DENSE_CELLS_MAX: Final = 1 << 22

CountArray = NDArray[np.int64]


@dataclass(frozen=True)
class PairRarity:
    """Two columns: the pairs of labels that history has, and what a rare one is worth.

    For a row with labels a and b the two hypotheses are that b came with a as in history, and
    that one of them was put there by mischance, as often as it stands anywhere. The evidence is
    the log of the Bayes factor, the lesser of both directions, less PAIR_THRESHOLD. (A ratio of
    a pair's frequency to that of its labels also judges pairs in Das and Schneider, "Detecting
    anomalous records in categorical datasets", 2007.)

    How likely something new beside a is comes from history: from how many rows with a were the
    only ones of their pair (Good 1953), with labels about as frequent as a weighing as much as
    one such row. So pairs of many-valued columns, where new pairs are common, silence themselves,
    each label for itself. The judged row is taken out of every count, as it may be part of them.

    cells: codes of history's pairs as left * width + right, ascending; counts: their rows.
    table: evidence by left * width + right, where that is small enough to be kept whole.
    """

    height: int
    width: int
    cells: CountArray
    counts: CountArray
    left_rows: CountArray
    right_rows: CountArray
    cell_evidence: NDArray[np.float32]
    left_new: NDArray[np.float32]
    right_new: NDArray[np.float32]
    table: NDArray[np.float32] | None

    @classmethod
    def counted(cls, left: CodeArray, right: CodeArray, shape: tuple[int, int]) -> "PairRarity":
        """From the codes of history's rows; `shape` is the size of the two vocabularies."""
        keys = _keys(left, right, shape)
        if shape[0] * shape[1] <= DENSE_CELLS_MAX:
            table = np.bincount(keys, minlength=shape[0] * shape[1])
            cells = np.flatnonzero(table)
            counts = table[cells]
        else:
            cells, counts = np.unique(keys, return_counts=True)
        known = (cells // shape[1] < shape[0] - 2) & (cells % shape[1] < shape[1] - 2)
        return cls.from_cells(cells[known].astype(np.int64), counts[known], shape)

    @classmethod
    def from_cells(
        cls, cells: CountArray, counts: CountArray, shape: tuple[int, int], taken: int = 1
    ) -> "PairRarity":
        """From the rows of each pair that history has; `taken` out of the judged pair's count."""
        height, width = shape
        left, right = cells // width, cells % width
        lefts = _Side.of(left, counts, height)
        rights = _Side.of(right, counts, width)
        together = np.minimum(
            lefts.evidence(left, counts, rights.rows[right], taken),
            rights.evidence(right, counts, lefts.rows[left], taken),
        )
        evidence = np.maximum(together - PAIR_THRESHOLD, 0.0).astype(np.float32)
        left_new, right_new = lefts.new_evidence(), rights.new_evidence()
        table = None
        if height * width <= DENSE_CELLS_MAX:
            table = np.minimum(left_new[:, None], right_new[None, :]).ravel()
            table[cells] = evidence
        return cls(
            height, width, cells, counts, lefts.rows, rights.rows,
            evidence, left_new, right_new, table,
        )  # fmt: skip

    def of_history(self) -> "PairRarity":
        """For rows of history as if they were new: without themselves, then judged as all are."""
        return self.from_cells(self.cells, self.counts, (self.height, self.width), taken=2)

    def evidence(self, left: CodeArray, right: CodeArray) -> NDArray[np.float32]:
        """What the pair of each row is worth, in nats."""
        keys = _keys(left, right, (self.height, self.width))
        if self.table is not None:
            known: NDArray[np.float32] = self.table[keys]
            return known
        result = np.minimum(self.left_new[left], self.right_new[right])
        place, found = self._places(keys)
        result[found] = self.cell_evidence[place[found]]
        return result

    def evidence_of(self, left: int, right: int) -> np.float32:
        """As `evidence`, of one row."""
        if self.table is not None:
            known: np.float32 = self.table[left * self.width + right]
            return known
        one: np.float32 = self.evidence(np.array([left]), np.array([right]))[0]
        return one

    @cached_property
    def total(self) -> int:
        """How many rows of history have both labels."""
        return int(self.left_rows.sum())

    def rows_with(self, left: CodeArray, right: CodeArray) -> CountArray:
        """How many rows of history have the pair of each row."""
        place, found = self._places(left.astype(np.int64) * self.width + right)
        if not len(self.counts):
            return np.zeros(len(place), dtype=np.int64)
        return np.where(found, self.counts[place], 0)

    def _places(self, keys: NDArray[np.signedinteger]) -> tuple[NDArray[np.intp], NDArray[np.bool]]:
        if len(self.cells) == 0:
            return np.zeros(len(keys), dtype=np.intp), np.zeros(len(keys), dtype=np.bool)
        place = np.minimum(np.searchsorted(self.cells, keys), len(self.cells) - 1)
        return place, self.cells[place] == keys


@dataclass(frozen=True)
class _Side:
    """One of the two columns: rows of each label, and how likely it meets something new.

    singles: rows of each label that are the only ones of their pair.
    rate: by power of two of a label's rows, the share of rows that were the only ones.
    """

    rows: CountArray
    singles: CountArray
    rate: FloatArray
    total: int

    @classmethod
    def of(cls, labels: CountArray, counts: CountArray, size: int) -> "_Side":
        rows = _sums(labels, counts, size)
        alone = counts == 1
        singles = _sums(labels, alone, size)
        scale = _scale(rows[labels] - 1)
        total = int(counts.sum())
        levels = int(_scale(np.array([total + 1]))[0]) + 1
        rate = (_sums(scale, alone, levels) + 0.5) / (_sums(scale, counts, levels) + 1.0)
        return cls(rows, singles, rate, total)

    def _new_rate(self, rows: CountArray, singles: CountArray) -> FloatArray:
        rate = (singles + 1.0) / (rows + 1.0 / self.rate[_scale(rows)])
        # A label without other rows has no habits: whatever it meets is new.
        result: FloatArray = np.where(rows == 0, 1.0, rate)
        return result

    def evidence(
        self, labels: CountArray, counts: CountArray, other: CountArray, taken: int
    ) -> FloatArray:
        """Bayes factors of pairs in history, each judged by the rows less those taken out."""
        rows = np.maximum(self.rows[labels] - taken, 0)
        new = self._new_rate(rows, self.singles[labels] - (counts == 1))
        anywhere = other / self.total
        seen = np.maximum(counts - taken, 0) / np.maximum(rows, 1)
        result: FloatArray = np.log(anywhere / ((1.0 - new) * seen + new * anywhere))
        return result

    def new_evidence(self) -> NDArray[np.float32]:
        """What it is worth that a label stands beside one that it never stood beside."""
        rate = self._new_rate(self.rows, self.singles)
        worth: NDArray[np.float32] = np.maximum(-np.log(rate) - PAIR_THRESHOLD, 0.0).astype(
            np.float32
        )
        return worth


def _sums(labels: CountArray, weights: NDArray[np.generic], size: int) -> CountArray:
    # Whole numbers below 2^53 are exact in bincount's floats.
    sums: CountArray = np.bincount(labels, weights=weights, minlength=size).astype(np.int64)
    return sums


def _scale(rows: CountArray) -> CountArray:
    scale: CountArray = np.log2(rows + 1.0).astype(np.int64)
    return scale


def _keys(left: CodeArray, right: CodeArray, shape: tuple[int, int]) -> NDArray[np.signedinteger]:
    wide = shape[0] * shape[1] >= 1 << 31
    return (left.astype(np.int64) if wide else left) * shape[1] + right
