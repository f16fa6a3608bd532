import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit

from tieout.detect.rerank import Confidence
from tieout.detect.rerank.confidence import expected_calibration_error


def labelled(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and labels that are 1 with probability expit(2 score - 1)."""
    random = np.random.default_rng(seed)
    scores = random.normal(size=rows)
    return scores, (random.random(rows) < expit(2.0 * scores - 1.0)).astype(np.int8)


@pytest.mark.parametrize(
    ("rows", "method", "error"), [(60, "logistic", 0.15), (3_000, "isotonic", 0.04)]
)
def test_with_labels_it_means_what_it_says(rows: int, method: str, error: float) -> None:
    confidence = Confidence.from_labels(*labelled(rows, 0))
    scores, truth = labelled(10_000, 1)
    found = expected_calibration_error(confidence.probability(scores), truth.astype(np.float64))
    assert confidence.method == method
    assert confidence.labels == rows
    assert found < error


def test_the_error_it_reports_is_that_of_rows_held_out() -> None:
    scores, labels = labelled(2_000, 2)
    reported = Confidence.from_labels(scores, labels).calibration_error
    assert reported is not None
    assert reported < 0.05
    random = np.random.default_rng(3)
    learnt_by_heart = Confidence.from_labels(random.normal(size=200), labels[:200])
    assert learnt_by_heart.calibration_error is not None
    assert learnt_by_heart.calibration_error > 0.01


def test_unlabelled_rows_and_rows_without_a_score_do_not_count() -> None:
    scores, labels = labelled(100, 4)
    more_scores = np.concatenate([scores, [5.0, np.nan]])
    more_labels = np.concatenate([labels, np.array([-1, 1], dtype=np.int8)])
    grid = np.linspace(-3, 3, 20)
    plain = Confidence.from_labels(scores, labels)
    more = Confidence.from_labels(more_scores, more_labels)
    assert more.probability(grid).tolist() == plain.probability(grid).tolist()


def test_rows_chosen_by_their_score_do_no_harm() -> None:
    scores, labels = labelled(20_000, 5)
    chosen = labels.copy()
    chosen[(scores < 0.5) & (np.random.default_rng(0).random(20_000) < 0.95)] = -1
    found = Confidence.from_labels(scores, chosen).probability(np.array([-1.0, 0.5, 1.5]))
    assert found == pytest.approx(expit(2.0 * np.array([-1.0, 0.5, 1.5]) - 1.0), abs=0.07)


def test_labels_that_are_told_apart_perfectly_do_not_make_it_certain() -> None:
    scores = np.concatenate([np.zeros(8), np.ones(8)])
    confidence = Confidence.from_labels(scores, np.repeat(np.array([0, 1], dtype=np.int8), 8))
    low, high = confidence.probability(np.array([0.0, 1.0]))
    assert 0.0 < low < 0.2
    assert 0.8 < high < 1.0


def test_labels_that_run_against_the_score_leave_it_level() -> None:
    scores = np.linspace(0, 1, 40)
    labels = (scores < 0.5).astype(np.int8)
    found = Confidence.from_labels(scores, labels).probability(scores)
    assert np.ptp(found) == pytest.approx(0.0, abs=1e-9)
    assert found[0] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("only", [0, 1, -1])
def test_one_kind_of_label_is_refused(only: int) -> None:
    with pytest.raises(ValueError, match="labelled anomalies and labelled normal rows"):
        Confidence.from_labels(np.arange(5.0), np.full(5, only, dtype=np.int8))


def test_a_single_anomaly_leaves_no_row_to_hold_out() -> None:
    labels = np.zeros(20, dtype=np.int8)
    labels[-1] = 1
    assert Confidence.from_labels(np.arange(20.0), labels).calibration_error is None


def mixture(anomalies: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Log p-values of 20,000 usual rows and some anomalies 3.5 sigma up, and which they are."""
    random = np.random.default_rng(seed)
    z = np.concatenate([random.normal(size=20_000), random.normal(3.5, 1.0, anomalies)])
    return stats.norm.logsf(z), np.arange(len(z)) >= 20_000


def test_without_labels_it_means_what_it_says_where_p_values_are_true() -> None:
    for anomalies in (100, 1_000):
        log_p, truth = mixture(anomalies, anomalies)
        found = Confidence.from_p_values(log_p).probability(-log_p)
        assert expected_calibration_error(found, truth.astype(np.float64)) < 0.02
        sure = found > 0.8
        assert truth[sure].mean() == pytest.approx(found[sure].mean(), abs=0.08)
        assert found.sum() == pytest.approx(anomalies, abs=200)


def test_where_nothing_is_odd_it_is_sure_of_next_to_nothing() -> None:
    sure = 0
    for seed in range(20):
        log_p, _ = mixture(0, seed)
        found = Confidence.from_p_values(log_p).probability(-log_p)
        sure += int((found > 0.8).sum())
        assert found.mean() < 0.03
    # One run in three or so, of 20,000 rows, has one row that looks certain by chance.
    assert sure <= 10


def test_one_row_far_beyond_a_thousand_is_enough() -> None:
    log_p = np.log(np.append(np.linspace(0.001, 1.0, 1_000), 1e-9))
    found = Confidence.from_p_values(log_p).probability(-log_p)
    assert found[-1] > 0.99
    assert found[:-1].max() < 0.5


def test_rows_of_which_nothing_was_said_count_as_usual() -> None:
    log_p = np.concatenate([np.zeros(900), np.log(np.full(5, 1e-6))])
    found = Confidence.from_p_values(log_p).probability(-log_p)
    assert found[0] == 0.0
    assert found[-1] > 0.9


def test_a_p_value_too_small_for_a_float_is_no_trouble() -> None:
    log_p = np.array([-2_000.0, -1_500.0, -0.1, -0.5, -1.0])
    found = Confidence.from_p_values(log_p).probability(-log_p)
    assert np.isfinite(found).all()
    assert found[0] == found[1] > 0.99


@given(
    st.lists(st.floats(-800.0, 0.0), min_size=1, max_size=50),
    st.lists(st.floats(-10.0, 900.0), min_size=2, max_size=20),
)
def test_without_labels_it_is_within_0_and_1_and_never_falls(
    log_p: list[float], scores: list[float]
) -> None:
    found = Confidence.from_p_values(np.array(log_p)).probability(np.sort(scores))
    assert ((found >= 0.0) & (found <= 1.0)).all()
    assert (np.diff(found) >= 0.0).all()


@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6, width=32), st.integers(0, 1)), min_size=4, max_size=200
    ).filter(lambda rows: len({label for _, label in rows}) == 2),
    st.lists(st.floats(-1e7, 1e7), min_size=2, max_size=20),
)
def test_with_labels_it_is_within_0_and_1_and_never_falls(
    rows: list[tuple[float, int]], new: list[float]
) -> None:
    scores = np.array([score for score, _ in rows])
    labels = np.array([label for _, label in rows], dtype=np.int8)
    found = Confidence.from_labels(scores, labels).probability(np.sort(new))
    assert ((found >= 0.0) & (found <= 1.0)).all()
    assert (np.diff(found) >= 0.0).all()


def test_no_score_is_no_confidence() -> None:
    for confidence in (
        Confidence.from_labels(*labelled(100, 6)),
        Confidence.from_p_values(np.log([0.5, 1e-5, 0.2])),
        Confidence.from_p_values(np.array([])),
    ):
        assert confidence.probability(np.array([np.nan])).tolist() == [0.0]


def test_without_any_p_value_it_is_sure_of_nothing() -> None:
    found = Confidence.from_p_values(np.array([np.nan])).probability(np.array([3.0]))
    assert found.tolist() == [0.0]


@pytest.mark.parametrize(
    "confidence",
    [
        Confidence.from_labels(*labelled(60, 7)),
        Confidence.from_labels(*labelled(600, 8)),
        Confidence.from_p_values(mixture(50, 9)[0]),
        Confidence.of_practice_payments(),
    ],
    ids=["logistic", "isotonic", "false_discovery", "practice"],
)
def test_saved_and_restored_it_says_the_same(confidence: Confidence) -> None:
    state = {
        key: value if isinstance(value, np.ndarray) else json.loads(json.dumps(value))
        for key, value in confidence.state().items()
    }
    again = Confidence.restored(state)
    grid = np.linspace(-5.0, 50.0, 100)
    assert again.probability(grid).tolist() == confidence.probability(grid).tolist()
    assert (again.method, again.labels) == (confidence.method, confidence.labels)
    assert again.calibration_error == confidence.calibration_error


def test_calibration_error_is_the_mean_gap_between_said_and_so() -> None:
    said = np.repeat([0.2, 0.7], 50)
    so = np.concatenate([np.repeat([1.0, 0.0], [20, 30]), np.repeat([1.0, 0.0], [35, 15])])
    # 40 % instead of 20 in one half, 70 % as said in the other.
    assert expected_calibration_error(said, so) == pytest.approx(0.1)


def test_few_rows_share_one_bin() -> None:
    assert expected_calibration_error(np.array([0.0, 1.0]), np.array([1.0, 0.0])) == 0.0


def test_the_order_of_rows_does_not_change_the_calibration_error() -> None:
    random = np.random.default_rng(10)
    said, so = np.round(random.random(500), 1), (random.random(500) < 0.3).astype(np.float64)
    turned = random.permutation(500)
    assert expected_calibration_error(said[turned], so[turned]) == pytest.approx(
        expected_calibration_error(said, so)
    )


def test_of_payments_among_themselves_it_is_what_practice_tells() -> None:
    sure = Confidence.of_practice_payments()
    found = sure.probability(-np.log([1.0, 0.5, 0.05, 0.01, 1e-3, 1e-9]))
    assert found[0] == 0.0
    assert (np.diff(found) > 0.0).all()
    assert found[-1] < 0.95
    assert (sure.method, sure.labels, sure.calibration_error) == ("practice", 0, None)
