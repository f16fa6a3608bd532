from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from tieout.detect.rerank.examples import USUAL, Encoding
from tieout.detect.rerank.learnt import Learnt
from tieout.detect.rerank.validation import (
    AVERAGE_PRECISION,
    EARLY_RECALL,
    UNSUPERVISED,
    Validation,
    average_precision,
    early_recall,
    stratified,
    validated,
)


def validation(
    before: float, after: dict[str, tuple[float, int]], *, labels: int = 10
) -> Validation:
    means = {UNSUPERVISED: before} | {name: mean for name, (mean, _) in after.items()}
    wins = {name: wins for name, (_, wins) in after.items()}
    return Validation(labels // 2, labels - labels // 2, 5, 3, means, wins)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40).filter(
        lambda rows: any(truth for truth, _ in rows)
    )
)
def test_average_precision_is_scikit_learns_ties_and_all(rows: list[tuple[bool, int]]) -> None:
    truth = np.array([t for t, _ in rows])
    scores = np.array([float(s) for _, s in rows])
    assert average_precision(truth, scores) == pytest.approx(average_precision_score(truth, scores))


def test_the_best_that_is_no_worse_is_used() -> None:
    found = validation(0.8, {"guided": (0.85, 3), "mixed": (0.9, 3), "learnt": (0.7, 0)})
    assert found.best == "mixed"


def test_what_is_worse_is_not_used() -> None:
    found = validation(0.8, {"guided": (0.79, 1), "mixed": (0.7, 0), "learnt": (0.6, 0)})
    assert found.best == UNSUPERVISED


def test_a_higher_mean_by_one_lucky_repeat_is_not_used() -> None:
    found = validation(0.8, {"guided": (0.9, 1), "mixed": (0.79, 1), "learnt": (0.9, 1)})
    assert found.best == UNSUPERVISED


@pytest.mark.parametrize(
    ("labels", "chosen"),
    [(10, "guided"), (30, "guided"), (50, "mixed"), (100, "mixed"), (900, "learnt")],
)
def test_of_equals_the_one_with_as_much_learning_as_labels_warrant_is_used(
    labels: int, chosen: str
) -> None:
    after = {"guided": (0.996, 3), "mixed": (0.999, 3), "learnt": (1.0, 3)}
    assert validation(0.99, after, labels=labels).best == chosen


def test_an_equal_that_is_worse_than_the_unsupervised_score_is_not_used() -> None:
    after = {"guided": (0.998, 1), "mixed": (1.0, 3), "learnt": (1.0, 3)}
    assert validation(0.999, after).best == "mixed"


def test_folds_hold_either_kind_in_equal_parts() -> None:
    labels = np.array([1] * 10 + [0] * 25 + [-1] * 7, dtype=np.int8)
    fold = stratified(labels, folds=5, seed=1)
    assert np.bincount(fold[:10]).tolist() == [2] * 5
    assert np.bincount(fold[10:35]).tolist() == [5] * 5
    assert fold[35:].tolist() == [-1] * 7
    assert fold.tolist() != stratified(labels, folds=5, seed=2).tolist()


@pytest.mark.parametrize(("positives", "negatives"), [(2, 50), (50, 2), (4, 5), (0, 20), (0, 0)])
def test_too_few_labels_leave_no_contender(positives: int, negatives: int) -> None:
    labels = np.full(200, -1, dtype=np.int8)
    labels[:positives] = 1
    labels[positives : positives + negatives] = 0
    encoded = np.random.default_rng(0).normal(size=(200, 2))
    encoding = Encoding.fitted(encoded[:, :1], encoded[:, 1])
    found = validated(encoding, encoded, labels, seed=0)
    assert (found.positives, found.negatives, found.folds) == (positives, negatives, 0)
    assert found.best == UNSUPERVISED


def test_rows_held_out_are_not_learnt_from(
    misled_pool: Callable[[int, int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = misled_pool(200, 0)
    labels = pool.labelled(np.arange(0, 200, 2))
    encoding = Encoding.fitted(pool.features, pool.score)
    encoded = encoding.encoded(pool.features, pool.score)
    seen: list[np.ndarray] = []
    honest = Learnt.fitted

    def spy(encoding: Encoding, rows: np.ndarray, known: np.ndarray, *, seed: int) -> Learnt:
        seen.append(rows)
        assert len(rows) == len(known)
        return honest(encoding, rows, known, seed=seed)

    monkeypatch.setattr(Learnt, "fitted", spy)
    found = validated(encoding, encoded, labels, seed=0)
    assert len(seen) == found.folds * found.repeats == 15
    # 20 of the 100 labelled rows are held out each time, and all 100 unlabelled ones stay.
    assert {len(rows) for rows in seen} == {180}
    held_out = [set(encoded[:, 0].tolist()) - set(rows[:, 0].tolist()) for rows in seen[:5]]
    assert set().union(*held_out) == set(encoded[labels >= 0, 0].tolist())


def test_noise_learnt_by_heart_does_not_look_good(right_pool: Callable[[int, int], Any]) -> None:
    pool = right_pool(400, 1)
    labels = pool.labelled(np.arange(400))
    random = np.random.default_rng(2)
    labels = random.permutation(labels)
    features = random.normal(size=(400, 3))
    encoding = Encoding.fitted(features, pool.score)
    found = validated(encoding, encoding.encoded(features, pool.score), labels, seed=0)
    assert max(found.figures.values()) < 0.25


def test_early_recall_counts_anomalies_above_the_highest_hundredth_of_usual_rows() -> None:
    usual = np.arange(400.0)
    anomalies = np.array([1_000.0, 398.5, 397.5, 5.0])
    truth = np.repeat([False, True], [400, 4])
    # The highest four usual rows are 399, 398, 397 and 396: one, two, three and three are above.
    assert early_recall(truth, np.append(usual, anomalies)) == (1 + 2 + 3 + 3) / 16


def test_of_few_usual_rows_an_anomaly_must_be_above_the_highest() -> None:
    truth = np.array([True, True, False, False])
    assert early_recall(truth, np.array([3.0, 1.0, 2.0, 0.0])) == 0.5
    assert early_recall(truth, np.array([2.0, 1.0, 2.0, 0.0])) == 0.0


def test_history_is_held_out_as_usual_rows(misled_pool: Callable[[int, int], Any]) -> None:
    pool, past = misled_pool(200, 3), misled_pool(300, 4)
    labels = np.full(500, USUAL, dtype=np.int8)
    labels[:200] = -1
    anomalies = np.flatnonzero(pool.truth)
    labels[anomalies] = 1
    features = np.vstack([pool.features, past.features])
    score = np.append(pool.score, past.score)
    encoding = Encoding.fitted(features, score, labels)
    found = validated(encoding, encoding.encoded(features, score), labels, seed=0)
    assert (found.positives, found.negatives, found.usual) == (10, 0, 300)
    assert found.measure == EARLY_RECALL
    held_out = labels != -1
    assert found.figures[UNSUPERVISED] == early_recall(labels[held_out] == 1, score[held_out])
    assert found.figures["learnt"] > found.figures[UNSUPERVISED]


def test_beside_a_short_history_average_precision_decides() -> None:
    assert Validation(5, 5, 5, 3, {}, {}, usual=99).measure == AVERAGE_PRECISION
    assert Validation(5, 5, 5, 3, {}, {}, usual=100).measure == EARLY_RECALL


@pytest.mark.parametrize(("labels", "chosen"), [(10, "mixed"), (24, "mixed"), (50, "learnt")])
def test_beside_history_fewer_labels_warrant_more_learning(labels: int, chosen: str) -> None:
    figures = {UNSUPERVISED: 0.9} | dict.fromkeys(("guided", "mixed", "learnt"), 0.9)
    wins = dict.fromkeys(("guided", "mixed", "learnt"), 3)
    assert Validation(labels // 2, labels // 2, 5, 3, figures, wins, usual=500).best == chosen


def test_each_kind_of_row_is_spread_over_the_folds() -> None:
    labels = np.repeat(np.array([1, 0, USUAL, -1], dtype=np.int8), [10, 5, 100, 3])
    fold = stratified(labels, folds=5, seed=1)
    for kind, each in ((1, 2), (0, 1), (USUAL, 20)):
        assert np.bincount(fold[labels == kind]).tolist() == [each] * 5
    assert (fold[labels == -1] == -1).all()
