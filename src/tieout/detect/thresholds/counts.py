"""Rows that every possible cut flags, counted in one pass over the sorted scores."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.labels import ANOMALY, NORMAL, LabelArray

BoolArray: TypeAlias = NDArray[np.bool_]
CountArray: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Costs:
    """What a false alarm and a missed anomaly cost, in any one unit."""

    false_positive: float = 1.0
    false_negative: float = 10.0


@dataclass(frozen=True)
class CutCounts:
    """One element for each cut, the highest threshold first.

    A row is flagged when its score is at least `thresholds`. The first cut lies above all scores
    and flags nothing but what `always` says; the last one flags every row that has a score.
    """

    thresholds: FloatArray
    flagged: CountArray
    true_positives: CountArray
    false_positives: CountArray
    rows: int
    positives: int
    negatives: int

    def cost(self, costs: Costs) -> FloatArray:
        """Cost of each cut among the labelled rows."""
        missed = self.positives - self.true_positives
        total: FloatArray = (
            costs.false_positive * self.false_positives + costs.false_negative * missed
        )
        return total


def count_cuts(
    scores: FloatArray, labels: LabelArray | None = None, always: BoolArray | None = None
) -> CutCounts:
    """Counts at every distinct score. NaN is never flagged by a cut.

    labels: 1, 0 or -1; rows without a label count as flagged and in no other way.
    always: rows that are flagged whatever their score, by rules.
    """
    known = np.full(len(scores), -1, np.int8) if labels is None else labels
    fixed = np.zeros(len(scores), np.bool_) if always is None else always
    free = np.flatnonzero(~fixed & ~np.isnan(scores))
    order = free[np.argsort(-scores[free], kind="stable")]
    sorted_scores = scores[order]
    # The scores of all rows are cuts, also those of rows that rules flag anyway.
    cuts = np.unique(scores[~np.isnan(scores)])[::-1]
    ends = np.searchsorted(-sorted_scores, -cuts, side="right")
    above = np.nextafter(cuts[0], np.inf) if len(cuts) else np.inf
    ends = np.concatenate([[0], ends])

    def counted(rows: BoolArray) -> CountArray:
        running = np.concatenate([[0], np.cumsum(rows[order])])
        total: CountArray = int((rows & fixed).sum()) + running[ends]
        return total

    return CutCounts(
        thresholds=np.concatenate([[above], cuts]),
        flagged=counted(np.ones(len(scores), np.bool_)),
        true_positives=counted(known == ANOMALY),
        false_positives=counted(known == NORMAL),
        rows=len(scores),
        positives=int((known == ANOMALY).sum()),
        negatives=int((known == NORMAL).sum()),
    )
