"""Rows that every possible cut flags, counted by the sorted scores."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.labels import ANOMALY, NORMAL, UNLABELLED, LabelArray

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
    scored = ~np.isnan(scores)
    # The scores of all rows are cuts, also those of rows that rules flag anyway.
    cuts, rows_at = np.unique(scores[scored], return_counts=True)
    above = np.nextafter(cuts[-1], np.inf) if len(cuts) else np.inf
    nothing = np.zeros(len(cuts) + 1, np.int64)
    some_fixed = always is not None and bool(always.any())
    free = scored & ~always if some_fixed and always is not None else scored

    def counted(rows: BoolArray) -> CountArray:
        if not rows.any():
            return nothing
        ascending = np.sort(scores[rows & free])
        fixed = int((rows & always).sum()) if always is not None else 0
        reached = len(ascending) - np.searchsorted(ascending, cuts, side="left")
        total: CountArray = fixed + np.concatenate([[0], reached[::-1]])
        return total

    if some_fixed:
        flagged = counted(np.ones(len(scores), np.bool_))
    else:
        flagged = np.concatenate([[0], np.cumsum(rows_at[::-1])])
    known = np.full(len(scores), UNLABELLED, np.int8) if labels is None else labels
    return CutCounts(
        thresholds=np.concatenate([[above], cuts[::-1]]),
        flagged=flagged,
        true_positives=counted(known == ANOMALY),
        false_positives=counted(known == NORMAL),
        rows=len(scores),
        positives=int((known == ANOMALY).sum()),
        negatives=int((known == NORMAL).sum()),
    )
