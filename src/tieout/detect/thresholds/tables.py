"""What was found of each kind of anomaly, and the confusion matrix."""

from typing import TYPE_CHECKING, Final

import numpy as np

from tieout.detect.labels import ANOMALY, NORMAL, LabelArray
from tieout.detect.thresholds.counts import BoolArray

if TYPE_CHECKING:
    import polars as pl

_UNNAMED: Final = "anomaly"


def metrics_by_type(
    labels: LabelArray,
    types: "pl.Series | None",
    *,
    ml_flags: BoolArray,
    rule_flags: BoolArray,
) -> "pl.DataFrame":
    """A row for each type of anomaly by name, then `all` anomalies, then `normal`.

    Columns: anomaly_type, count, flagged_ml, flagged_rules, flagged (by either), and recall_ml,
    recall_rules, recall: their shares of the count, null where that is 0. For `normal` these
    shares are the false-positive rates. Labelled rows alone; anomalies without a type are called
    `anomaly`.
    """
    import polars as pl

    named = pl.Series("anomaly_type", [None] * len(labels), pl.String) if types is None else types
    rows = pl.DataFrame(
        {
            "anomaly_type": named.fill_null(_UNNAMED),
            "label": labels,
            "ml": ml_flags,
            "rules": rule_flags,
            "either": ml_flags | rule_flags,
        }
    )
    sums = {"flagged_ml": "ml", "flagged_rules": "rules", "flagged": "either"}
    counted = [
        pl.len().cast(pl.Int64).alias("count"),
        *(pl.col(flags).sum().cast(pl.Int64).alias(name) for name, flags in sums.items()),
    ]
    anomalies = rows.filter(pl.col("label") == ANOMALY)
    normal = rows.filter(pl.col("label") == NORMAL)
    frame = pl.concat(
        [
            anomalies.group_by("anomaly_type").agg(*counted).sort("anomaly_type"),
            anomalies.select(pl.lit("all").alias("anomaly_type"), *counted),
            normal.select(pl.lit("normal").alias("anomaly_type"), *counted),
        ]
    )
    shares = {"recall_ml": "flagged_ml", "recall_rules": "flagged_rules", "recall": "flagged"}
    return frame.with_columns(
        pl.when(pl.col("count") > 0).then(pl.col(flagged) / pl.col("count")).alias(share)
        for share, flagged in shares.items()
    )


def confusion_matrix(
    labels: LabelArray, *, ml_flags: BoolArray, rule_flags: BoolArray
) -> "pl.DataFrame":
    """Four rows for each of ml, rules and both: channel, actual, predicted, count.

    `actual` and `predicted` are anomaly or normal; labelled rows alone.
    """
    import polars as pl

    channels = {"ml": ml_flags, "rules": rule_flags, "both": ml_flags | rule_flags}
    return pl.DataFrame(
        [
            (channel, actual, predicted, int(np.sum((labels == label) & (flags == flagged))))
            for channel, flags in channels.items()
            for actual, label in (("anomaly", ANOMALY), ("normal", NORMAL))
            for predicted, flagged in (("anomaly", True), ("normal", False))
        ],
        schema={
            "channel": pl.String,
            "actual": pl.String,
            "predicted": pl.String,
            "count": pl.Int64,
        },
        orient="row",
    )
