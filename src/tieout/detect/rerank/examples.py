"""Labelled rows, and unlabelled ones as weak negatives."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.labels import ANOMALY, NORMAL, UNLABELLED, LabelArray
from tieout.detect.novelty.margins import Margins
from tieout.detect.novelty.matrix import BoolArray, varying

LABELLED_MAX: Final = 3_000
UNLABELLED_MAX: Final = 2_000
_UNLABELLED_WEIGHT: Final = 0.3
_EACH_AT_MOST: Final = 0.2
_FARTHEST: Final = 20.0


@dataclass(frozen=True)
class Encoding:
    """Features and the unsupervised score as normal scores (`Margins`), the score last.

    Features that do not vary are left out. varies: which of the features and the score do.
    lowest: what a row without a score counts as.
    """

    varies: BoolArray
    margins: Margins
    lowest: float

    @classmethod
    def fitted(cls, features: FloatArray, score: FloatArray) -> Self:
        """From the rows of a pool, labelled or not (n x f, NaN missing; n).

        Raises ValueError when the score is the same for every row.
        """
        lowest = float(score[np.isfinite(score)].min(initial=np.inf))
        table = _table(features, score, lowest)
        varies = varying(table)
        if not varies[-1]:
            message = "the score to be improved is the same for every row"
            raise ValueError(message)
        return cls(varies, Margins.fitted(table[:, varies]), lowest)

    def encoded(self, features: FloatArray, score: FloatArray) -> FloatArray:
        """n x (features that vary + 1); missing values at 0, nothing beyond 20."""
        table = _table(features, score, self.lowest)[:, self.varies]
        return np.clip(self.margins.scores(table), -_FARTHEST, _FARTHEST)


@dataclass(frozen=True)
class Examples:
    """What is learnt from: encoded rows, whether each is an anomaly, and how much it weighs."""

    rows: FloatArray
    positive: BoolArray
    weight: FloatArray

    @classmethod
    def of(cls, encoded: FloatArray, labels: LabelArray) -> Self:
        """Anomalies weigh as much as all else together.

        Unlabelled rows are taken for normal, which most of them are, but all of them together
        weigh no more than three tenths of the labelled ones, and each at most a fifth (weighted
        positive-unlabelled learning; Elkan and Noto, KDD 2008).
        """
        unlabelled = labels == UNLABELLED
        positive = labels == ANOMALY
        share = _UNLABELLED_WEIGHT * float((~unlabelled).sum()) / max(float(unlabelled.sum()), 1.0)
        weight = np.where(unlabelled, min(share, _EACH_AT_MOST), 1.0)
        weight[positive] = weight[~positive].sum() / positive.sum()
        return cls(encoded, positive, weight / weight.mean())


def drawn(labels: LabelArray, *, seed: int) -> NDArray[np.int64]:
    """Positions of up to 3,000 rows of either label and of up to 2,000 others, in order."""
    random = np.random.default_rng(seed)
    limits = ((ANOMALY, LABELLED_MAX), (NORMAL, LABELLED_MAX), (UNLABELLED, UNLABELLED_MAX))
    chosen = []
    for kind, limit in limits:
        places = np.flatnonzero(labels == kind)
        if len(places) > limit:
            places = random.choice(places, limit, replace=False)
        chosen.append(places)
    return np.sort(np.concatenate(chosen))


def _table(features: FloatArray, score: FloatArray, lowest: float) -> FloatArray:
    known = np.where(np.isnan(score) | (score == -np.inf), lowest, score)
    table = np.column_stack([features, known]).astype(np.float64)
    table[~np.isfinite(table)] = np.nan
    return table
