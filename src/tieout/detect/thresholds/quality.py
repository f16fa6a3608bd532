"""How good scores and probabilities are, against labels. Rows of equal score stand or fall alike.

Ties never depend on the order of rows: where a limit falls within rows of equal score, they count
in proportion, which is what a random order among them gives on average.
"""

import math

import numpy as np

from tieout.detect.detector import FloatArray
from tieout.detect.labels import ANOMALY, UNLABELLED, LabelArray
from tieout.detect.thresholds.counts import CutCounts, count_cuts


def average_precision(scores: FloatArray, labels: LabelArray) -> float:
    """Precision at each threshold, weighted by the recall that it adds; NaN without anomalies.

    Labelled rows alone. A row whose score is NaN comes after all others. The same definition as
    scikit-learn's `average_precision_score`: no interpolation, ties as one threshold.
    """
    cuts = count_cuts(*_ranked(scores, labels))
    if cuts.positives == 0:
        return math.nan
    gained = np.diff(cuts.true_positives)
    flagged = np.maximum(cuts.flagged[1:], 1)
    return float((gained * cuts.true_positives[1:] / flagged).sum() / cuts.positives)


def precision_at(scores: FloatArray, labels: LabelArray, *, rows: int) -> float:
    """Share of anomalies among the labelled rows with the largest scores, `rows` of them.

    Where there are fewer labelled rows, all of them; NaN where there are none.
    """
    cuts = count_cuts(*_ranked(scores, labels))
    rows = min(rows, cuts.rows)
    return _anomalies_within(cuts, rows) / rows if rows > 0 else math.nan


def recall_at(scores: FloatArray, labels: LabelArray, *, workload: float) -> float:
    """Share of anomalies within the `workload` (a share of all rows, unlabelled ones included).

    At least one row is looked at; NaN without anomalies.
    """
    last = np.where(np.isnan(scores), -np.inf, scores)
    cuts = count_cuts(last, labels)
    if cuts.positives == 0:
        return math.nan
    # A hair more, so that 1 % of 300 rows are 3 and not 2 by the error of binary fractions.
    rows = max(1, math.floor(workload * cuts.rows + 1e-9))
    return _anomalies_within(cuts, min(rows, cuts.rows)) / cuts.positives


def expected_calibration_error(p: FloatArray, labels: LabelArray, *, bins: int = 10) -> float:
    """Mean distance of stated probability and observed frequency over equally wide bins of p.

    Labelled rows alone; bins weigh by their rows; NaN where no row is labelled. Source: Naeini,
    Cooper and Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian Binning, AAAI
    2015.
    """
    known = (labels != UNLABELLED) & ~np.isnan(p)
    if not known.any():
        return math.nan
    stated, anomalous = p[known], labels[known] == ANOMALY
    place = np.clip((stated * bins).astype(np.int64), 0, bins - 1)
    gaps = np.bincount(place, stated - anomalous, bins)
    return float(np.abs(gaps).sum() / len(stated))


def _ranked(scores: FloatArray, labels: LabelArray) -> tuple[FloatArray, LabelArray]:
    known = labels != UNLABELLED
    ranked = scores[known]
    return np.where(np.isnan(ranked), -np.inf, ranked), labels[known]


def _anomalies_within(cuts: CutCounts, rows: int) -> float:
    """Expected number of anomalies among the first rows, in a random order of equal scores."""
    return float(np.interp(rows, cuts.flagged, cuts.true_positives))
