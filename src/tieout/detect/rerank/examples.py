"""Labelled rows, rows of history as usual ones, and what unlabelled ones are taken for."""

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
USUAL_MAX: Final = 2_000
# Beside labels: a row of the history that detectors learnt from, of which nobody said anything.
USUAL: Final = -2
_UNLABELLED_WEIGHT: Final = 0.3
_EACH_AT_MOST: Final = 0.2
_FARTHEST: Final = 20.0
_TELLS_APART: Final = 0.75


@dataclass(frozen=True)
class Encoding:
    """Features and the unsupervised score as normal scores (`Margins`), the score last.

    Features that do not vary are left out, and so are those that tell history from the rows to
    judge: a clock or a counter would pass for what makes an anomaly. varies: which of the features
    and the score are kept. lowest: what a row without a score counts as.
    """

    varies: BoolArray
    margins: Margins
    lowest: float

    @classmethod
    def fitted(
        cls, features: FloatArray, score: FloatArray, labels: LabelArray | None = None
    ) -> Self:
        """From the rows of a pool, labelled or not (n x f, NaN missing; n).

        labels: say which rows are history (`USUAL`); None for no row. Raises ValueError when the
        score is the same for every row.
        """
        lowest = float(score[np.isfinite(score)].min(initial=np.inf))
        table = _table(features, score, lowest)
        varies = varying(table)
        if not varies[-1]:
            message = "the score to be improved is the same for every row"
            raise ValueError(message)
        usual = np.zeros(len(score), dtype=np.bool_) if labels is None else labels == USUAL
        if usual.any() and not usual.all():
            varies[:-1] &= [not _apart(column[usual], column[~usual]) for column in features.T]
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
    def of(
        cls, encoded: FloatArray, labels: LabelArray, suspected: FloatArray | None = None
    ) -> Self:
        """Anomalies weigh as much as all else together.

        Rows of history are taken for normal: all of them together weigh no more than the labelled
        ones. Unlabelled rows are taken for normal, which most of them are, unless `suspected` says
        how probable it is that each row is an anomaly: then each is both, as much as that says.
        All of them together weigh no more than three tenths of the labelled ones (weighted
        positive-unlabelled learning; Elkan and Noto, KDD 2008). None of either kind weighs more
        than a fifth of a labelled one.
        """
        unlabelled, usual = labels == UNLABELLED, labels == USUAL
        labelled = float((~unlabelled & ~usual).sum())
        weight = np.ones(len(labels))
        weight[usual] = min(labelled / max(float(usual.sum()), 1.0), _EACH_AT_MOST)
        share = _UNLABELLED_WEIGHT * labelled / max(float(unlabelled.sum()), 1.0)
        weight[unlabelled] = min(share, _EACH_AT_MOST)
        positive = labels == ANOMALY
        if suspected is not None:
            both = np.flatnonzero(unlabelled)
            encoded = np.vstack([encoded, encoded[both]])
            positive = np.append(positive, np.ones(len(both), dtype=np.bool_))
            weight = np.append(weight, weight[both] * suspected[both])
            weight[both] *= 1.0 - suspected[both]
        weight[positive] *= weight[~positive].sum() / weight[positive].sum()
        return cls(encoded, positive, weight / weight.mean())


def drawn(labels: LabelArray, *, seed: int) -> NDArray[np.int64]:
    """Positions of up to 3,000 rows of either label and of up to 2,000 of each other kind."""
    random = np.random.default_rng(seed)
    limits = (
        *((ANOMALY, LABELLED_MAX), (NORMAL, LABELLED_MAX)),
        *((UNLABELLED, UNLABELLED_MAX), (USUAL, USUAL_MAX)),
    )
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


def _apart(history: FloatArray, rows: FloatArray) -> bool:
    """Whether a value of one is larger than one of the other three times in four, or more."""
    known, others = np.sort(history[np.isfinite(history)]), rows[np.isfinite(rows)]
    if not len(known) or not len(others):
        return False
    below, upto = (np.searchsorted(known, others, side) for side in ("left", "right"))
    above = float((below + upto).mean()) / (2.0 * len(known))
    return max(above, 1.0 - above) > _TELLS_APART
