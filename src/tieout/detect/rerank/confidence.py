"""How sure to be that a row is an anomaly: a probability that means what it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tieout.detect.detector import FloatArray
from tieout.detect.labels import ANOMALY, UNLABELLED, LabelArray
from tieout.detect.rerank.curves import Curve, false_discovery, isotonic, logistic
from tieout.detect.rerank.validation import stratified

FOLDS: Final = 5
ISOTONIC_FROM: Final = 50
_BINS: Final = 10
# Of practice payments of three seeds: -log p, and the share of planted ones among such rows.
_PRACTICE: Final = (
    *((0.0, 0.0), (1.6, 0.0005), (2.4, 0.025), (3.1, 0.27), (3.8, 0.53), (4.4, 0.59), (5.1, 0.71)),
    *((6.5, 0.74), (7.2, 0.89)),
)
_ROWS_IN_BIN_MIN: Final = 10


@dataclass(frozen=True)
class Confidence:
    """Scores become probabilities between 0 and 1, larger for larger scores, 0.0 for NaN.

    method: `isotonic` or `logistic` where there were labels, `false_discovery` where there were
    none, `practice` where p-values could not tell either. calibration_error: the expected
    calibration error on labelled rows held out, None without labels. labels: how many there were.
    """

    curve: Curve
    method: str
    calibration_error: float | None
    labels: int

    @classmethod
    def from_labels(cls, scores: FloatArray, labels: LabelArray, *, seed: int = 0) -> Self:
        """From scores (any scale) and labels (1, 0, -1 for none; those without a label or a score
        do not count).

        With at least fifty of either kind by isotonic regression (Zadrozny and Elkan, KDD 2002),
        with fewer by a logistic curve with smoothed targets (Platt 1999). Rows may have been
        chosen for labelling by their score: what is learnt is conditional on it. Scores should
        not come from a model that was trained on these very labels. Raises ValueError unless both
        kinds occur.
        """
        known = (labels != UNLABELLED) & ~np.isnan(scores)
        points, truth = scores[known], (labels[known] == ANOMALY).astype(np.float64)
        least = int(min(truth.sum(), (1.0 - truth).sum()))
        if least == 0:
            message = "confidence needs labelled anomalies and labelled normal rows"
            raise ValueError(message)
        method = "isotonic" if least >= ISOTONIC_FROM else "logistic"
        fitted = isotonic if method == "isotonic" else logistic
        error = _held_out_error(points, truth, method=method, seed=seed) if least > 1 else None
        return cls(fitted(points, truth), method, error, len(points))

    @classmethod
    def from_p_values(cls, log_p: FloatArray) -> Self:
        """From the log p-values of all rows of one run, no labels: score with `-log_p`.

        One less the local false-discovery rate (Efron, JASA 2001): the share of usual rows (Storey
        2002, at .5, erring upwards) over the density of p-values, which is taken to fall with p
        (Grenander 1956; Strimmer 2008). It rests on p-values that are uniform among usual rows,
        and on nothing else; rows of which nothing was said (log_p 0.0) count as usual.
        """
        return cls(false_discovery(log_p), "false_discovery", None, 0)

    @classmethod
    def of_practice_payments(cls) -> Self:
        """For payments whose p-values are ranks among the judged ones: score with -log_p.

        Ranks come up once each, however many rows are odd, so that nothing about their share can be
        read off them. What is said then is how many rows of such a p-value had been planted in
        practice payments, of which 1.8 % were: a prior, until there are labels or a history.
        """
        points, shares = np.array(_PRACTICE).T
        return cls(Curve(points, shares), "practice", None, 0)

    def probability(self, scores: FloatArray) -> FloatArray:
        """Of each score, in the scale that it was made with."""
        return self.curve.at(scores)

    def state(self) -> dict[str, object]:
        """What `restored` needs."""
        return {
            "points": self.curve.points,
            "probabilities": self.curve.probabilities,
            "method": self.method,
            "calibration_error": self.calibration_error,
            "labels": self.labels,
        }

    @classmethod
    def restored(cls, state: Mapping[str, object]) -> Self:
        """From what `state` gave."""
        points, probabilities = (
            np.asarray(state[key], dtype=np.float64) for key in ("points", "probabilities")
        )
        error = state["calibration_error"]
        return cls(
            Curve(points, probabilities),
            str(state["method"]),
            None if error is None else float(str(error)),
            int(str(state["labels"])),
        )


def expected_calibration_error(probability: FloatArray, truth: FloatArray) -> float:
    """Mean gap between what is said and what is so, over up to ten bins of as many rows each.

    probability: what was said of each row. truth: 1.0 for an anomaly, 0.0 for none. Bins hold at
    least ten rows and never part equal probabilities by their order alone (Naeini, Cooper and
    Hauskrecht, AAAI 2015, with bins of equal count).
    """
    order = np.lexsort((truth, probability))
    bins = max(min(_BINS, len(order) // _ROWS_IN_BIN_MIN), 1)
    said, so = probability[order], _evened(probability[order], truth[order])
    parts = zip(np.array_split(said, bins), np.array_split(so, bins), strict=True)
    return sum(len(a) * abs(float(a.mean()) - float(b.mean())) for a, b in parts) / len(order)


def _evened(said: FloatArray, so: FloatArray) -> FloatArray:
    """Truths replaced by their mean among rows of which the same was said."""
    _, group, count = np.unique(said, return_inverse=True, return_counts=True)
    evened: FloatArray = (np.bincount(group, weights=so) / count)[group]
    return evened


def _held_out_error(points: FloatArray, truth: FloatArray, *, method: str, seed: int) -> float:
    fitted = isotonic if method == "isotonic" else logistic
    kinds = truth.astype(np.int8)
    folds = int(min(FOLDS, truth.sum(), (1.0 - truth).sum()))
    fold = stratified(kinds, folds=folds, seed=seed)
    said = np.zeros(len(points))
    for number in range(folds):
        out = fold == number
        said[out] = fitted(points[~out], truth[~out]).at(points[out])
    return expected_calibration_error(said, truth)
