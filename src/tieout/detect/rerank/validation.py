"""Whether what was learnt orders unseen labelled rows at least as well as what was there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.labels import ANOMALY, NORMAL, UNLABELLED, LabelArray
from tieout.detect.novelty.matrix import BoolArray
from tieout.detect.rerank.examples import USUAL, Encoding
from tieout.detect.rerank.learnt import SHARES, Learnt
from tieout.detect.rerank.pattern import chance_of_order

FOLDS: Final = 5
REPEATS: Final = 3
EACH_LABEL_MIN: Final = 3
LABELS_MIN: Final = 10
UNSUPERVISED: Final = "unsupervised"
AVERAGE_PRECISION: Final = "average precision"
EARLY_RECALL: Final = "recall within 1 % of usual rows"
USUAL_MIN: Final = 100
CHANCE_MAX: Final = 0.01
_EARLY: Final = 0.01
_ROUNDING: Final = 1e-9
_EQUAL_WITHIN: Final = 0.005
_LABELS_HALF_BELIEVED: Final = 40
# Where history tells what is usual, labels have only to tell what is not.
_LABELS_HALF_BELIEVED_WITH_HISTORY: Final = 5


@dataclass(frozen=True)
class Validation:
    """How well each contender orders labelled rows that it had not seen.

    usual: rows of history among them, held out as normal ones. figures: by name, the unsupervised
    score among them; the mean over repeats of what `measure` names: average precision, or with a
    hundred rows of history `early_recall`, which does not depend on which rows were labelled.
    wins: in how many of the repeats a contender was no worse than the unsupervised score. chances:
    how likely it would order the labelled rows as well if their labels had no pattern.
    """

    positives: int
    negatives: int
    folds: int
    repeats: int
    figures: Mapping[str, float]
    wins: Mapping[str, int]
    usual: int = 0
    chances: Mapping[str, float] = field(default_factory=dict)

    @property
    def measure(self) -> str:
        """What the figures are."""
        return EARLY_RECALL if self.usual >= USUAL_MIN else AVERAGE_PRECISION

    @property
    def best(self) -> str:
        """The contender to use: the unsupervised score, unless another is no worse.

        Others come into question when their mean is at least as high, they were no worse in most
        repeats, and labels without a pattern would hardly have looked as good. Of those within half
        a hundredth of the highest, which so few rows cannot tell apart, the one is taken whose
        share of what is learnt is nearest to n / (n + 40) for n labels, n / (n + 5) beside history:
        what is learnt from few is believed little.
        """
        able = [name for name in self.no_worse if self.chances.get(name, 0.0) <= CHANCE_MAX]
        if not able:
            return UNSUPERVISED
        highest = max(self.figures[name] for name in able)
        equals = [name for name in able if self.figures[name] >= highest - _EQUAL_WITHIN]
        labels = self.positives + self.negatives
        half = _LABELS_HALF_BELIEVED_WITH_HISTORY if self.usual else _LABELS_HALF_BELIEVED
        believed = labels / (labels + half)
        return min(equals, key=lambda name: abs(SHARES[name] - believed))

    @property
    def no_worse(self) -> list[str]:
        """Contenders that are no worse than the unsupervised score, by chance or not."""
        before = self.figures.get(UNSUPERVISED, 1.0)
        return [
            name
            for name, wins in self.wins.items()
            if 2 * wins > self.repeats and self.figures[name] >= before - _ROUNDING
        ]


def validated(
    encoding: Encoding, encoded: FloatArray, labels: LabelArray, *, seed: int
) -> Validation:
    """Repeated stratified cross-validation over the labelled rows and those of history.

    Rows held out are in the training of a fold neither as labelled nor as unlabelled. With fewer
    than ten labels, or three of either kind, nothing can be said: no contender but the old one.
    Rows of history are normal ones here: among the few rows that were chosen for labelling by their
    score, that score looks better than it is.
    """
    labelled = np.flatnonzero(labels != UNLABELLED)
    truth = labels[labelled] == ANOMALY
    usual = int((labels == USUAL).sum())
    positives, negatives = int(truth.sum()), int((~truth).sum()) - usual
    fewest = min(positives, negatives + usual)
    if fewest < EACH_LABEL_MIN or positives + negatives < LABELS_MIN:
        return Validation(positives, negatives, 0, 0, {}, {}, usual)
    folds = min(FOLDS, fewest)
    measured = early_recall if usual >= USUAL_MIN else average_precision
    before = measured(truth, encoded[labelled, -1])
    found: dict[str, list[float]] = {name: [] for name in SHARES}
    orders: dict[str, list[FloatArray]] = {name: [] for name in SHARES}
    for repeat in range(REPEATS):
        held_out = _held_out(encoding, encoded, labels, folds=folds, seed=seed + repeat)
        for name, scores in held_out.items():
            found[name].append(measured(truth, scores[labelled]))
            orders[name].append(scores[labelled])
    means = {UNSUPERVISED: before} | {name: float(np.mean(v)) for name, v in found.items()}
    wins = {n: sum(value >= before - _ROUNDING for value in v) for n, v in found.items()}
    chances = _chances(orders, labels[labelled], seed=seed)
    return Validation(positives, negatives, folds, REPEATS, means, wins, usual, chances)


def _chances(
    orders: Mapping[str, Sequence[FloatArray]], labels: LabelArray, *, seed: int
) -> dict[str, float]:
    """Of each contender the chance of its order; labels are those of the rows that it ordered.

    Only rows that somebody labelled are compared, since they were chosen by how odd they are; rows
    of history stand in where fewer than three of them are normal.
    """
    compared = labels != USUAL
    if int((labels == NORMAL).sum()) < EACH_LABEL_MIN:
        compared[:] = True
    truth = labels[compared] == ANOMALY
    return {
        name: chance_of_order(truth, [scores[compared] for scores in several], seed=seed)
        for name, several in orders.items()
    }


def _held_out(
    encoding: Encoding, encoded: FloatArray, labels: LabelArray, *, folds: int, seed: int
) -> dict[str, FloatArray]:
    """Of each labelled row its scores by a model that it was kept from; NaN for the others."""
    fold = stratified(labels, folds=folds, seed=seed)
    scores = {name: np.full(len(labels), np.nan) for name in SHARES}
    for number in range(folds):
        out = fold == number
        learnt = Learnt.fitted(encoding, encoded[~out], labels[~out], seed=seed)
        for name, values in learnt.scores(encoded[out]).items():
            scores[name][out] = values
    return scores


def stratified(labels: LabelArray, *, folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each row, each kind spread evenly; -1 for unlabelled rows."""
    random = np.random.default_rng(seed)
    fold = np.full(len(labels), -1, dtype=np.int64)
    for kind in (ANOMALY, NORMAL, USUAL):
        places = np.flatnonzero(labels == kind)
        fold[places] = random.permutation(len(places)) % folds
    return fold


def average_precision(truth: BoolArray, scores: FloatArray) -> float:
    """Mean of the precision at each anomaly down the ranking; equal scores are taken together.

    As defined by scikit-learn's `average_precision_score`: steps, no interpolation.
    """
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], truth[order]
    last = np.append(ranked[1:] != ranked[:-1], True)
    found = np.cumsum(hits)[last]
    precision = found / (np.flatnonzero(last) + 1.0)
    gained = np.diff(found, prepend=0)
    return float((gained * precision).sum() / hits.sum())


def early_recall(truth: BoolArray, scores: FloatArray) -> float:
    """Share of the anomalies that stand above a normal row, over the highest 1 % of those rows.

    The partial area under the ROC curve up to a false-positive rate of 1 %, as a share of the most
    that it can be (McClish 1989). Of fewer than 200 normal rows it is that above the highest.
    """
    normal = np.sort(scores[~truth])[::-1]
    highest = normal[: max(int(_EARLY * len(normal)), 1)]
    return float((scores[truth][:, None] > highest).mean())
