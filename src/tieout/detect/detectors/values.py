"""How odd a label is in its column, by how often history had one as rare."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detectors.encoding import CodeArray, Vocabulary

# Rarer than one row in a hundred is where rarity begins to speak.
VALUE_THRESHOLD: Final = float(np.log(100.0))
BREAKING_THRESHOLD: Final = float(np.log(10.0))


@dataclass(frozen=True)
class ValueRarity:
    """One column: how often each label stood in history, and what its rarity is worth.

    counts: rows of history by code; rows: those whose label is known. A label that c rows have
    is judged by the c - 1 others, since the judged row may be one of them; so a label seen once
    and one never seen are equally odd, as odd as the share of history that was the only one of
    its label. That share is the Good-Turing estimate of how often something new comes up (Good
    1953), and where it is high, as among merchants, rarity says nothing by itself.
    evidence: by code, -log of the share of history at least as rare, less VALUE_THRESHOLD.
    """

    counts: NDArray[np.int64]
    rows: int
    evidence: NDArray[np.float32]

    @classmethod
    def counted(cls, codes: CodeArray, vocabulary: Vocabulary) -> "ValueRarity":
        """From the codes of history's rows."""
        return cls.from_counts(np.bincount(codes, minlength=vocabulary.size))

    @classmethod
    def from_counts(cls, counts: NDArray[np.int64], taken: int = 1) -> "ValueRarity":
        """From the rows of each code, the last of them for missing labels.

        taken: how many rows are taken out of the judged label's count.
        """
        known = counts[:-1]
        rows = int(known.sum())
        order = np.argsort(known, kind="stable")
        at_most = np.cumsum(known[order])
        # Never seen and seen once are both without another row: they share the count for one.
        others = np.maximum(known - taken, 0)
        last = np.searchsorted(known[order], others + 1, side="right") - 1
        removed = taken - 1
        own = np.where(known > others + 1, known - removed, -removed * (known > 0))
        share = (1.0 + at_most[last] + own) / (max(rows - removed, 0) + 1.0)
        evidence = np.maximum(-np.log(share) - VALUE_THRESHOLD, 0.0)
        return cls(counts, rows, np.append(evidence, 0.0).astype(np.float32))

    def of_history(self) -> "ValueRarity":
        """For rows of history as if they were new: without themselves, then judged as all are."""
        return self.from_counts(self.counts, taken=2)

    def with_pairs(self, pairs: int) -> NDArray[np.float32]:
        """Evidence by code, for a column that takes part in so many pairs.

        A common label in the wrong place breaks each of these pairs, and all of them count. A
        label rarer than one row in a thousand has no habits that it could break, so it counts
        as often by itself; else the oddest labels would rank below the misplaced ones.
        """
        broken = np.maximum(self.evidence - BREAKING_THRESHOLD, 0.0)
        total: NDArray[np.float32] = (self.evidence + pairs * broken).astype(np.float32)
        return total
