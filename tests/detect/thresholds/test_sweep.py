import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.thresholds import Costs, sweep

ROWS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0, float("nan")]),
        st.sampled_from([-1, 0, 1]),
        st.booleans(),
    ),
    min_size=1,
    max_size=30,
)


def test_it_counts_what_each_threshold_flags() -> None:
    scores = np.array([0.9, 0.8, 0.8, 0.1])
    labels = np.array([1, 0, 1, 0], np.int8)

    frame = sweep(scores, labels)

    assert frame.columns == [
        "channel", "threshold", "flagged", "workload", "true_positives", "false_positives",
        "false_negatives", "true_negatives", "precision", "recall", "fpr", "cost",
    ]  # fmt: skip
    assert frame.rows() == [
        ("ml", np.nextafter(0.9, 1), 0, 0.0, 0, 0, 2, 2, None, 0.0, 0.0, 20.0),
        ("ml", 0.9, 1, 0.25, 1, 0, 1, 2, 1.0, 0.5, 0.0, 10.0),
        ("ml", 0.8, 3, 0.75, 2, 1, 0, 1, 2 / 3, 1.0, 0.5, 1.0),
        ("ml", 0.1, 4, 1.0, 2, 2, 0, 0, 0.5, 1.0, 1.0, 2.0),
    ]


def test_rules_are_one_row_and_both_never_flags_less() -> None:
    scores = np.array([0.9, 0.5, 0.1])
    labels = np.array([1, 0, 1], np.int8)
    rules = np.array([False, False, True])

    frame = sweep(scores, labels, rule_flags=rules)

    assert frame.filter(pl.col("channel") == "rules").rows() == [
        ("rules", None, 1, 1 / 3, 1, 0, 1, 1, 1.0, 0.5, 0.0, 10.0)
    ]
    both = frame.filter(pl.col("channel") == "both")
    assert both["threshold"].to_list() == [np.nextafter(0.9, 1), 0.9, 0.5, 0.1]
    assert both["flagged"].to_list() == [1, 2, 3, 3]
    assert both["recall"].to_list() == [0.5, 1.0, 1.0, 1.0]


def test_unlabelled_rows_are_work_and_nothing_else() -> None:
    labels = np.array([-1, 1, -1, 0], np.int8)

    last = sweep(np.array([0.9, 0.8, 0.7, 0.6]), labels).row(-1, named=True)

    assert (last["flagged"], last["workload"]) == (4, 1.0)
    assert (last["true_positives"], last["false_positives"]) == (1, 1)
    assert last["precision"] == 0.5


@pytest.mark.parametrize("labels", [None, np.full(3, -1, np.int8)])
def test_without_labels_there_is_work_alone(labels: np.ndarray | None) -> None:
    frame = sweep(np.array([0.9, 0.8, 0.7]), labels, rule_flags=np.array([True, False, False]))

    assert frame["workload"].null_count() == 0
    for name in frame.columns[4:]:
        assert frame[name].null_count() == frame.height
    assert frame.schema["cost"] == pl.Float64
    assert frame.schema["true_positives"] == pl.Int64


def test_rates_are_null_where_nothing_is_to_be_found() -> None:
    frame = sweep(np.array([0.9, 0.8]), np.array([0, 0], np.int8))

    assert frame["recall"].to_list() == [None, None, None]
    assert frame["fpr"].to_list() == [0.0, 0.5, 1.0]


def test_costs_can_be_set() -> None:
    scores, labels = np.array([0.9, 0.8]), np.array([0, 1], np.int8)

    frame = sweep(scores, labels, costs=Costs(false_positive=2.5, false_negative=100))

    assert frame["cost"].to_list() == [100.0, 102.5, 2.5]


def test_the_grid_is_small_dense_at_the_top_and_has_both_extremes() -> None:
    scores = np.random.default_rng(7).permutation(100_000) / 100_000

    frame = sweep(scores)

    flagged = frame["flagged"].to_list()
    assert 150 < len(flagged) <= 200
    assert flagged[:5] == [0, 1, 2, 3, 4]
    assert flagged[-1] == 100_000
    assert sum(count <= 5_000 for count in flagged) > 100
    assert flagged == sorted(set(flagged))


def test_no_score_is_never_flagged_by_a_threshold() -> None:
    frame = sweep(np.array([0.9, np.nan]), np.array([0, 1], np.int8))

    assert frame["flagged"].to_list() == [0, 1]
    assert frame["recall"].to_list() == [0.0, 0.0]


def test_no_rows_and_no_scores_are_no_error() -> None:
    assert sweep(np.array([])).rows()[0][2:4] == (0, 0.0)
    assert sweep(np.array([np.nan]), np.array([1], np.int8))["recall"].to_list() == [0.0]


@given(ROWS)
def test_each_row_of_the_sweep_is_what_flagging_by_it_gives(
    rows: list[tuple[float, int, bool]],
) -> None:
    scores = np.array([row[0] for row in rows])
    labels = np.array([row[1] for row in rows], np.int8)
    rules = np.array([row[2] for row in rows])

    for found in sweep(scores, labels, rule_flags=rules).iter_rows(named=True):
        by_score = scores >= (np.inf if found["threshold"] is None else found["threshold"])
        flags = {"ml": by_score, "rules": rules, "both": by_score | rules}[found["channel"]]
        assert found["flagged"] == flags.sum()
        if (labels >= 0).any():
            assert found["true_positives"] == (flags & (labels == 1)).sum()
            assert found["false_positives"] == (flags & (labels == 0)).sum()
            assert found["false_negatives"] == (~flags & (labels == 1)).sum()
            assert found["true_negatives"] == (~flags & (labels == 0)).sum()
