"""Figures of a ranking against labels, and how they are printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

FloatArray = NDArray[np.float64]
LabelArray = NDArray[np.int8]
HEAD = ("AP", "p@20", "p@100", "rec 1%", "rec 10%", "ECE", "rows/s")


@dataclass(frozen=True)
class Figures:
    """What a ranking is worth. NaN where a figure does not exist.

    average_precision, precision_at_20, precision_at_100: among the labelled rows.
    recall_at_1, recall_at_10: share of the anomalies in the first 1 % and 10 % of all rows.
    calibration_error: of the stated probabilities. rows_a_second: learning and judging.
    """

    average_precision: float
    precision_at_20: float
    precision_at_100: float
    recall_at_1: float
    recall_at_10: float
    calibration_error: float = float("nan")
    rows_a_second: float = float("nan")

    @property
    def cells(self) -> tuple[float, ...]:
        """In the order of HEAD."""
        return (
            self.average_precision,
            self.precision_at_20,
            self.precision_at_100,
            self.recall_at_1,
            self.recall_at_10,
            self.calibration_error,
            self.rows_a_second,
        )


def figures(
    score: FloatArray,
    labels: LabelArray,
    *,
    prior: float | None = None,
    calibration_error: float = float("nan"),
    rows_a_second: float = float("nan"),
) -> Figures:
    """Of one ranking. score: larger is odder. labels: 1, 0, or -1 for unknown.

    prior: the share of anomalies that rows are weighted to, so that a sample with too many of them
    is read as what it was drawn from; None takes rows as they are. The average precision is
    scikit-learn's, so that no contestant is measured by its own ruler.
    """
    ranked = np.where(np.isnan(score), -np.inf, score)
    finite = np.clip(ranked, np.finfo(np.float64).min, np.finfo(np.float64).max)
    weights = prior_weights(labels, prior)
    known = labels >= 0
    precise = average_precision_score(
        labels[known] == 1, finite[known], sample_weight=weights[known]
    )
    order = np.argsort(-ranked[known], kind="stable")
    hits = labels[known][order] == 1
    return Figures(
        average_precision=float(precise),
        precision_at_20=float(hits[:20].mean()),
        precision_at_100=float(hits[:100].mean()),
        recall_at_1=recall(ranked, labels, weights, workload=0.01),
        recall_at_10=recall(ranked, labels, weights, workload=0.1),
        calibration_error=calibration_error,
        rows_a_second=rows_a_second,
    )


def prior_weights(labels: LabelArray, prior: float | None) -> FloatArray:
    """Weights under which anomalies make up `prior` of the rows; ones for None."""
    if prior is None:
        return np.ones(len(labels))
    anomalous = labels == 1
    each = prior / max(anomalous.sum(), 1), (1.0 - prior) / max((~anomalous).sum(), 1)
    weights: FloatArray = np.where(anomalous, *each)
    return weights


def recall(score: FloatArray, labels: LabelArray, weights: FloatArray, *, workload: float) -> float:
    """Share of the anomalies within the first `workload` of the weight of all rows."""
    order = np.argsort(-score, kind="stable")
    looked_at = np.cumsum(weights[order]) / weights.sum()
    inside = labels[order][looked_at <= workload + 1e-12]
    return float((inside == 1).sum() / max((labels == 1).sum(), 1))


def calibration_error(probability: FloatArray, labels: LabelArray) -> float:
    """Expected calibration error over ten equally wide bins, labelled rows alone."""
    known = labels >= 0
    stated, anomalous = probability[known], labels[known] == 1
    place = np.clip((stated * 10).astype(np.int64), 0, 9)
    return float(np.abs(np.bincount(place, stated - anomalous, 10)).sum() / max(known.sum(), 1))


def mean(several: Sequence[Figures]) -> Figures:
    """Means of each figure."""
    table = np.array([each.cells for each in several])
    return Figures(*(float(cell) for cell in table.mean(axis=0)))


def show(title: str, rows: Mapping[str, Figures]) -> None:
    """Print a table, the best average precision first."""
    print(f"\n{title}\n{'':26}" + "".join(f"{name:>9}" for name in HEAD))
    for name, row in sorted(rows.items(), key=lambda each: -each[1].average_precision):
        print(f"{name:26}" + "".join(_cell(cell) for cell in row.cells))


def _cell(value: float) -> str:
    if np.isnan(value):
        return f"{'-':>9}"
    return f"{value:9,.0f}" if value > 1 else f"{value:9.3f}"
