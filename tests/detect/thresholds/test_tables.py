import numpy as np
import polars as pl

from tieout.detect.thresholds import confusion_matrix, metrics_by_type

LABELS = np.array([1, 1, 1, 0, 0, -1], np.int8)
ML = np.array([True, False, False, True, False, True])
RULES = np.array([True, True, False, False, False, True])


def test_each_type_has_its_recall() -> None:
    types = pl.Series([None, "BURST", "BURST", None, None, None], dtype=pl.String)

    frame = metrics_by_type(LABELS, types, ml_flags=ML, rule_flags=RULES)

    assert frame.columns == [
        "anomaly_type", "count", "flagged_ml", "flagged_rules", "flagged",
        "recall_ml", "recall_rules", "recall",
    ]  # fmt: skip
    assert frame.rows() == [
        ("BURST", 2, 0, 1, 1, 0.0, 0.5, 0.5),
        ("anomaly", 1, 1, 1, 1, 1.0, 1.0, 1.0),
        ("all", 3, 1, 2, 2, 1 / 3, 2 / 3, 2 / 3),
        ("normal", 2, 1, 0, 1, 0.5, 0.0, 0.5),
    ]


def test_without_types_anomalies_are_one() -> None:
    frame = metrics_by_type(LABELS, None, ml_flags=ML, rule_flags=RULES)

    assert frame["anomaly_type"].to_list() == ["anomaly", "all", "normal"]


def test_without_labels_counts_are_zero_and_shares_unknown() -> None:
    labels = np.full(6, -1, np.int8)

    frame = metrics_by_type(labels, None, ml_flags=ML, rule_flags=RULES)

    assert frame["anomaly_type"].to_list() == ["all", "normal"]
    assert frame["count"].to_list() == [0, 0]
    assert frame["recall"].to_list() == [None, None]
    assert frame.schema["count"] == pl.Int64


def test_the_confusion_matrix_has_four_rows_for_each_channel() -> None:
    frame = confusion_matrix(LABELS, ml_flags=ML, rule_flags=RULES)

    assert frame.columns == ["channel", "actual", "predicted", "count"]
    assert frame.filter(pl.col("channel") == "both").rows() == [
        ("both", "anomaly", "anomaly", 2),
        ("both", "anomaly", "normal", 1),
        ("both", "normal", "anomaly", 1),
        ("both", "normal", "normal", 1),
    ]
    assert frame["channel"].unique(maintain_order=True).to_list() == ["ml", "rules", "both"]


def test_every_labelled_row_is_in_the_matrix_once_for_each_channel() -> None:
    frame = confusion_matrix(LABELS, ml_flags=ML, rule_flags=RULES)

    assert frame.group_by("channel").agg(pl.col("count").sum())["count"].to_list() == [5, 5, 5]
