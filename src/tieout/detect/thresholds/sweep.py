"""What each of a set of thresholds would flag, find and cost: `thresholds.csv`."""

from typing import TYPE_CHECKING, Final

import numpy as np

from tieout.detect.detector import FloatArray
from tieout.detect.labels import LabelArray
from tieout.detect.thresholds.counts import BoolArray, Costs, CountArray, CutCounts, count_cuts

if TYPE_CHECKING:
    import polars as pl

GRID_MAX: Final = 200
_COUNTS: Final = (
    "flagged",
    "true_positives",
    "false_positives",
    "false_negatives",
    "true_negatives",
)


def sweep(
    scores: FloatArray,
    labels: LabelArray | None = None,
    *,
    rule_flags: BoolArray | None = None,
    costs: Costs | None = None,
    grid_max: int = GRID_MAX,
) -> "pl.DataFrame":
    """Thresholds from none to all rows flagged, for `ml`, `rules` and `both`.

    scores: larger is odder; NaN is never flagged. labels: 1, 0, or -1 for unlabelled.

    Columns: channel, threshold (a row is flagged by ml when its score is at least that; null for
    rules), flagged and workload (of all rows), then true_positives, false_positives,
    false_negatives, true_negatives, precision, recall, fpr and cost, of labelled rows alone and
    null where there are none. At most `grid_max` thresholds, dense where few rows are flagged and
    always with both extremes.
    """
    import polars as pl

    price = costs or Costs()
    cuts = count_cuts(scores, labels)
    grid = _grid(cuts, grid_max)
    frames = [_frame("ml", cuts, grid, price)]
    if rule_flags is not None:
        nothing = np.full(len(scores), np.nan)
        rules = _frame("rules", count_cuts(nothing, labels, rule_flags), np.array([0]), price)
        frames.append(rules.with_columns(pl.lit(None, pl.Float64).alias("threshold")))
        both = count_cuts(scores, labels, rule_flags) if rule_flags.any() else cuts
        frames.append(_frame("both", both, grid, price))
    return pl.concat(frames)


def _grid(cuts: CutCounts, grid_max: int) -> CountArray:
    """Positions of cuts: all of them, or some at even ratios of rows flagged, as quantiles are."""
    count = len(cuts.thresholds)
    if count <= grid_max:
        return np.arange(count)
    most = max(1, int(cuts.flagged[-1]))
    wanted = np.geomspace(1, most, grid_max - 2)
    places = np.searchsorted(cuts.flagged, wanted, side="left")
    return np.unique(np.concatenate([[0, 1], np.minimum(places, count - 1)]))


def _frame(channel: str, cuts: CutCounts, grid: CountArray, costs: Costs) -> "pl.DataFrame":
    import polars as pl

    labelled = cuts.positives + cuts.negatives > 0
    frame = pl.DataFrame(
        {
            "threshold": cuts.thresholds[grid],
            "flagged": cuts.flagged[grid],
            "workload": cuts.flagged[grid] / max(1, cuts.rows),
            "true_positives": cuts.true_positives[grid],
            "false_positives": cuts.false_positives[grid],
            "false_negatives": cuts.positives - cuts.true_positives[grid],
            "true_negatives": cuts.negatives - cuts.false_positives[grid],
            "cost": cuts.cost(costs)[grid],
        }
    )
    true, false = pl.col("true_positives"), pl.col("false_positives")
    rated = frame.with_columns(
        ratio(true, true + false).alias("precision"),
        ratio(true, true + pl.col("false_negatives")).alias("recall"),
        ratio(false, false + pl.col("true_negatives")).alias("fpr"),
    )
    of_labels = [*_COUNTS[1:], "precision", "recall", "fpr", "cost"]
    if not labelled:
        rated = rated.with_columns(pl.lit(None, rated.schema[n]).alias(n) for n in of_labels)
    return rated.select(
        pl.lit(channel).alias("channel"),
        "threshold",
        "flagged",
        "workload",
        *of_labels,
    )


def ratio(part: "pl.Expr", whole: "pl.Expr") -> "pl.Expr":
    """part / whole, null where the whole is nothing."""
    import polars as pl

    return pl.when(whole > 0).then(part / whole)
