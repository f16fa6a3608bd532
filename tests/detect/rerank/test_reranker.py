import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tieout.detect.rerank import Reranker, Usual, query, trees
from tieout.detect.rerank.validation import average_precision

NAMES = ("told", "noise")
Pools = Callable[[int, int], Any]


def learnt_from(pool: Any, labels: np.ndarray, *, seed: int = 0) -> Reranker:
    features, score = pool.features, pool.score
    names = [f"f{i}" for i in range(features.shape[1])]
    return Reranker.fit(features, names, score, labels, seed=seed)


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here does not need as many as are grown in earnest."""
    monkeypatch.setattr(trees, "TREES", 15)


def test_sixty_labels_put_right_a_score_that_looks_at_the_wrong_column(misled_pool: Pools) -> None:
    pool, new = misled_pool(1_000, 0), misled_pool(1_000, 1)
    labels = pool.labelled(query(pool.score, np.full(1_000, -1, dtype=np.int8), 60))
    found = learnt_from(pool, labels).score(new.features, new.score)
    assert found.used
    assert average_precision(new.truth, new.score) < 0.6
    assert average_precision(new.truth, found.score) > 0.8


def test_where_nothing_is_to_be_learnt_the_score_stays_as_good(right_pool: Pools) -> None:
    new = right_pool(2_000, 9)
    before = average_precision(new.truth, new.score)
    for seed in range(2):
        pool = right_pool(600, seed)
        labels = pool.labelled(query(pool.score, np.full(600, -1, dtype=np.int8), 50, seed=seed))
        found = learnt_from(pool, labels, seed=seed).score(new.features, new.score)
        assert average_precision(new.truth, found.score) > before - 0.05


def test_what_is_not_used_leaves_the_score_untouched(misled_pool: Pools) -> None:
    pool = misled_pool(300, 2)
    found = learnt_from(pool, pool.labelled(np.array([0, 1, 2]))).score(pool.features, pool.score)
    assert not found.used
    assert found.score is pool.score
    assert found.why == (
        "not used: 3 labels, 1 of them anomalies, are too few; 10 are needed, 3 of each kind"
    )


def test_a_score_that_is_right_already_is_kept_and_the_reason_has_its_figures() -> None:
    random = np.random.default_rng(3)
    truth = np.arange(40) % 4 == 0
    score = 2.0 * truth + random.normal(0.0, 0.7, 40)
    noise = random.normal(size=(40, 30))
    reranker = Reranker.fit(noise, [f"n{i}" for i in range(30)], score, truth.astype(np.int8))
    figures = reranker.validation.figures
    best = max(v for name, v in figures.items() if name != "unsupervised")
    before = average_precision(truth, score)
    assert figures["unsupervised"] == pytest.approx(before)
    assert not reranker.used
    assert reranker.why == (
        "not used: on 40 labelled rows held out (5 folds, 3 times) the best learnt order has "
        f"average precision {best:.3f}, the unsupervised score {before:.3f}, and what is no "
        "better in most repeats is not used"
    )


def test_the_reason_for_using_it_has_its_figures(misled_pool: Pools) -> None:
    pool = misled_pool(300, 4)
    reranker = learnt_from(pool, pool.truth.astype(np.int8))
    figures = reranker.validation.figures
    chosen = reranker.validation.best
    assert reranker.used
    assert figures[chosen] >= max(figures.values()) - 0.005
    assert figures["unsupervised"] == pytest.approx(average_precision(pool.truth, pool.score))
    assert reranker.why == (
        f"used ({chosen}): average precision {figures[chosen]:.3f} on 300 labelled rows held out "
        f"(5 folds, 3 times), unsupervised {figures['unsupervised']:.3f}"
    )


@pytest.mark.parametrize("used", [True, False])
def test_saved_as_json_and_arrays_it_gives_the_same_scores(misled_pool: Pools, used: bool) -> None:
    pool = misled_pool(200, 5)
    labels = pool.truth.astype(np.int8) if used else np.full(200, -1, dtype=np.int8)
    reranker = learnt_from(pool, labels)
    state = {
        key: value if isinstance(value, np.ndarray) else json.loads(json.dumps(value))
        for key, value in reranker.state().items()
    }
    again = Reranker.restored(state)
    before = reranker.score(pool.features, pool.score)
    after = again.score(pool.features, pool.score)
    assert before.used is after.used is used
    assert before.why == after.why
    assert before.validation == after.validation
    assert before.score.tolist() == after.score.tolist()
    assert again.names == ("f0", "f1")


def test_equal_input_and_seed_give_equal_scores(misled_pool: Pools) -> None:
    pool = misled_pool(200, 6)
    labels = pool.truth.astype(np.int8)
    first, second = (learnt_from(pool, labels, seed=3) for _ in range(2))
    scores = [one.score(pool.features, pool.score).score for one in (first, second)]
    assert scores[0].tolist() == scores[1].tolist()


def test_a_row_scores_alone_as_in_company(misled_pool: Pools) -> None:
    pool = misled_pool(200, 7)
    reranker = learnt_from(pool, pool.truth.astype(np.int8))
    together = reranker.score(pool.features, pool.score).score
    alone = reranker.score(pool.features[5:6], pool.score[5:6]).score
    assert alone[0] == together[5]


def test_missing_features_and_scores_never_raise(misled_pool: Pools) -> None:
    pool = misled_pool(300, 8)
    features, score = pool.features.copy(), pool.score.copy()
    features[::7, 0] = np.nan
    score[::11] = np.nan
    reranker = Reranker.fit(features, NAMES, score, pool.truth.astype(np.int8))
    assert np.isfinite(reranker.score(features, score).score).all()


@pytest.mark.parametrize("score", [np.ones(60), np.full(60, np.nan)])
def test_a_score_that_says_nothing_is_kept(score: np.ndarray) -> None:
    labels = np.array([1, 0] * 30, dtype=np.int8)
    reranker = Reranker.fit(np.arange(60.0)[:, None], ["n"], score, labels)
    assert not reranker.used
    assert (reranker.validation.positives, reranker.validation.negatives) == (30, 30)


def test_features_are_not_needed(misled_pool: Pools) -> None:
    pool = misled_pool(200, 9)
    reranker = Reranker.fit(np.empty((200, 0)), [], pool.score, pool.truth.astype(np.int8))
    assert len(reranker.score(np.empty((200, 0)), pool.score).score) == 200


@pytest.mark.parametrize(
    ("rows", "names", "labels"), [(5, ["a"], 4), (4, ["a"], 5), (5, ["a", "b"], 5)]
)
def test_what_does_not_fit_together_is_refused(rows: int, names: list[str], labels: int) -> None:
    with pytest.raises(ValueError, match="do not fit together"):
        Reranker.fit(np.zeros((rows, 1)), names, np.arange(5.0), np.full(labels, -1, dtype=np.int8))


def test_history_makes_more_of_the_same_labels(misled_pool: Pools) -> None:
    pool, past, new = (misled_pool(600, seed) for seed in (10, 11, 12))
    usual = Usual(past.features[~past.truth], past.score[~past.truth])
    labels = pool.labelled(query(pool.score, np.full(600, -1, dtype=np.int8), 30))
    alone = learnt_from(pool, labels)
    beside = Reranker.fit(pool.features, ["f0", "f1"], pool.score, labels, usual=usual)
    precise = [
        average_precision(new.truth, each.score(new.features, new.score).score)
        for each in (alone, beside)
    ]
    assert precise[1] > precise[0] + 0.02
    assert beside.why.startswith("used (learnt): recall within 1 % of usual rows ")
    assert "on 30 labelled rows and 570 of history held out" in beside.why


def test_anomalies_alone_are_labels_enough_beside_history(misled_pool: Pools) -> None:
    pool, past = misled_pool(600, 13), misled_pool(400, 14)
    labels = pool.labelled(np.flatnonzero(pool.truth)[:12])
    usual = Usual(past.features, past.score)
    found = Reranker.fit(pool.features, ["f0", "f1"], pool.score, labels, usual=usual)
    assert found.used
    assert not learnt_from(pool, labels).used


def test_beside_history_nothing_to_be_learnt_does_little_harm(right_pool: Pools) -> None:
    new = right_pool(2_000, 9)
    before = average_precision(new.truth, new.score)
    for seed in range(2):
        pool, past = right_pool(600, seed), right_pool(600, seed + 20)
        labels = pool.labelled(query(pool.score, np.full(600, -1, dtype=np.int8), 50, seed=seed))
        usual = Usual(past.features, past.score)
        names = [f"f{i}" for i in range(4)]
        reranker = Reranker.fit(pool.features, names, pool.score, labels, usual=usual)
        found = reranker.score(new.features, new.score)
        assert average_precision(new.truth, found.score) > before - 0.05


def test_with_history_it_is_saved_and_restored(misled_pool: Pools) -> None:
    pool, past = misled_pool(200, 15), misled_pool(200, 16)
    usual = Usual(past.features, past.score)
    labels = pool.truth.astype(np.int8)
    reranker = Reranker.fit(pool.features, ["f0", "f1"], pool.score, labels, usual=usual)
    again = Reranker.restored(reranker.state())
    assert again.validation == reranker.validation
    assert again.validation.usual == 200
    expected = reranker.score(pool.features, pool.score).score
    assert again.score(pool.features, pool.score).score.tolist() == expected.tolist()
