import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from tieout.detect.thresholds import (
    average_precision,
    expected_calibration_error,
    precision_at,
    recall_at,
)

SCORES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.5000001, 0.9]), st.sampled_from([0, 1])),
    min_size=2,
    max_size=40,
)


def labels_of(*values: int) -> np.ndarray:
    return np.array(values, np.int8)


@given(SCORES)
def test_average_precision_is_that_of_scikit_learn(rows: list[tuple[float, int]]) -> None:
    scores = np.array([row[0] for row in rows])
    labels = np.array([row[1] for row in rows], np.int8)
    labels[0] = 1

    expected = average_precision_score(labels, scores)

    assert average_precision(scores, labels) == pytest.approx(expected, abs=1e-12)


def test_average_precision_is_that_of_scikit_learn_on_many_rows() -> None:
    random = np.random.default_rng(5)
    labels = (random.random(20_000) < 0.02).astype(np.int8)
    scores = np.round(random.normal(size=20_000) + labels, 2)

    expected = average_precision_score(labels, scores)

    assert average_precision(scores, labels) == pytest.approx(expected, rel=1e-12)


def test_unlabelled_rows_do_not_count() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6])

    assert average_precision(scores, labels_of(-1, 1, -1, 0)) == 1.0
    assert precision_at(scores, labels_of(-1, 1, -1, 0), rows=1) == 1.0


def test_a_row_without_a_score_comes_last() -> None:
    scores = np.array([np.nan, 0.1, 0.2])

    assert average_precision(scores, labels_of(1, 0, 0)) == pytest.approx(1 / 3)
    assert recall_at(scores, labels_of(1, 0, 0), workload=0.67) == 0.0


@pytest.mark.parametrize("labels", [labels_of(0, 0), labels_of(-1, -1)])
def test_without_anomalies_there_is_no_answer(labels: np.ndarray) -> None:
    scores = np.array([0.1, 0.2])

    assert math.isnan(average_precision(scores, labels))
    assert math.isnan(recall_at(scores, labels, workload=0.5))


def test_precision_within_the_first_rows() -> None:
    scores, labels = np.array([0.9, 0.8, 0.7, 0.6]), labels_of(1, 0, 1, 1)

    assert precision_at(scores, labels, rows=1) == 1.0
    assert precision_at(scores, labels, rows=2) == 0.5
    assert precision_at(scores, labels, rows=4) == 0.75
    assert precision_at(scores, labels, rows=400) == 0.75
    assert math.isnan(precision_at(scores, labels, rows=0))
    assert math.isnan(precision_at(scores, labels_of(-1, -1, -1, -1), rows=2))


def test_equal_scores_count_in_proportion_whatever_their_order() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.5, 0.5])
    one, other = labels_of(0, 1, 0, 0, 0), labels_of(0, 0, 0, 0, 1)

    assert precision_at(scores, one, rows=3) == precision_at(scores, other, rows=3)
    assert precision_at(scores, one, rows=3) == pytest.approx(0.5 / 3)
    assert recall_at(scores, one, workload=0.6) == pytest.approx(0.5)


def test_recall_within_a_share_of_all_rows() -> None:
    scores = np.linspace(1, 0, 300)
    labels = np.full(300, -1, np.int8)
    labels[[0, 2, 3, 100]] = 1

    assert recall_at(scores, labels, workload=0.01) == 0.5
    assert recall_at(scores, labels, workload=0.1) == 0.75
    assert recall_at(scores, labels, workload=1.0) == 1.0
    assert recall_at(scores, labels, workload=0.0) == 0.25, "at least one row is looked at"


def test_calibration_error_is_the_distance_of_stated_and_seen() -> None:
    p = np.array([0.05, 0.05, 0.95, 0.95])

    assert expected_calibration_error(p, labels_of(0, 0, 1, 1)) == pytest.approx(0.05)
    assert expected_calibration_error(p, labels_of(1, 1, 0, 0)) == pytest.approx(0.95)


def test_bins_weigh_by_their_rows() -> None:
    p = np.array([0.0, 0.0, 0.0, 1.0])

    assert expected_calibration_error(p, labels_of(0, 0, 0, 0)) == 0.25


def test_distances_within_a_bin_cancel_and_those_of_two_bins_do_not() -> None:
    labels = labels_of(0, 1)

    assert expected_calibration_error(np.array([0.5, 0.5]), labels) == 0.0
    assert expected_calibration_error(np.array([0.45, 0.55]), labels) == pytest.approx(0.45)
    assert expected_calibration_error(np.array([0.25, 0.75]), labels, bins=1) == 0.0


def test_calibration_of_unlabelled_rows_is_unknown() -> None:
    assert math.isnan(expected_calibration_error(np.array([0.5]), labels_of(-1)))
    assert expected_calibration_error(np.array([0.9, 1.0]), labels_of(-1, 1)) == 0.0
