from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression

from tieout.detect.rerank.examples import Encoding, Examples
from tieout.detect.rerank.learnt import SHARES, Learnt
from tieout.detect.rerank.linear import INVERSE_PENALTY, Linear
from tieout.detect.rerank.trees import LEAF_ROWS_MIN, TREES, Trees


def examples(seed: int = 0) -> Examples:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(400, 3))
    labels = (rows[:, 0] + np.abs(rows[:, 1]) > 2.0).astype(np.int8)
    labels[300:] = -1
    return Examples.of(rows, labels)


def test_the_trees_give_the_shares_that_scikit_learn_gives() -> None:
    known = examples()
    forest = ExtraTreesClassifier(
        TREES, min_samples_leaf=LEAF_ROWS_MIN, max_features=0.5, random_state=7
    ).fit(known.rows, known.positive, sample_weight=known.weight)
    new = np.random.default_rng(1).normal(size=(2_500, 3))
    share = np.clip(forest.predict_proba(new)[:, 1], 0.01, 0.99)
    ours = Trees.fitted(known, seed=7).log_odds(new)
    assert ours == pytest.approx(np.log(share / (1.0 - share)), abs=1e-9)


def test_trees_walk_a_row_alone_as_in_company() -> None:
    trees = Trees.fitted(examples(), seed=0)
    new = np.random.default_rng(2).normal(size=(1_100, 3))
    together = trees.log_odds(new)
    assert [trees.log_odds(new[i : i + 1])[0] for i in (0, 500, 1_099)] == (
        together[[0, 500, 1_099]].tolist()
    )
    assert trees.log_odds(new[:0]).tolist() == []


def test_trees_are_saved_as_numbers() -> None:
    trees = Trees.fitted(examples(), seed=0)
    again = Trees.restored(trees.state())
    new = np.random.default_rng(3).normal(size=(50, 3))
    assert again.log_odds(new).tolist() == trees.log_odds(new).tolist()


def test_a_tree_of_one_leaf_is_walked() -> None:
    few = Examples.of(np.zeros((6, 1)), np.array([1, 0, 0, 1, 0, 0], dtype=np.int8))
    assert Trees.fitted(few, seed=0).log_odds(np.zeros((1, 1)))[0] == pytest.approx(0.0)


def test_the_line_is_that_of_scikit_learn_over_values_and_sizes() -> None:
    known = examples()
    sided = np.hstack([known.rows, np.abs(known.rows)])
    peer = LogisticRegression(C=INVERSE_PENALTY, max_iter=5_000, tol=1e-10)
    peer.fit(sided, known.positive, sample_weight=known.weight)
    new = np.random.default_rng(4).normal(size=(50, 3))
    ours = Linear.fitted(known).log_odds(new)
    assert ours == pytest.approx(peer.decision_function(np.hstack([new, np.abs(new)])), abs=1e-4)


def test_the_line_finds_what_is_odd_on_both_sides() -> None:
    line = Linear.fitted(examples())
    low, middle, high = line.log_odds(np.array([[0, -3.0, 0], [0, 0.0, 0], [0, 3.0, 0]]))
    assert min(low, high) > middle


def test_a_line_is_saved_as_numbers() -> None:
    line = Linear.fitted(examples())
    new = np.random.default_rng(5).normal(size=(9, 3))
    assert Linear.restored(line.state()).log_odds(new).tolist() == line.log_odds(new).tolist()


def test_mixtures_lie_between_what_is_learnt_and_the_unsupervised_score(
    misled_pool: Callable[[int, int], Any],
) -> None:
    pool = misled_pool(400, 0)
    features, score, truth = pool.features, pool.score, pool.truth
    encoding = Encoding.fitted(features, score)
    encoded = encoding.encoded(features, score)
    learnt = Learnt.fitted(encoding, encoded, truth.astype(np.int8), seed=0)
    found = learnt.scores(encoded)
    assert list(found) == list(SHARES) == ["guided", "mixed", "learnt"]
    plain = (encoded[:, -1] - encoded[:, -1].mean()) / encoded[:, -1].std()
    assert found["guided"] == pytest.approx(found["learnt"] / 3 + plain * 2 / 3)
    assert found["mixed"] == pytest.approx(found["learnt"] * 2 / 3 + plain / 3)


def test_what_was_learnt_is_saved_whole(misled_pool: Callable[[int, int], Any]) -> None:
    pool = misled_pool(200, 1)
    features, score, truth = pool.features, pool.score, pool.truth
    encoding = Encoding.fitted(features, score)
    encoded = encoding.encoded(features, score)
    learnt = Learnt.fitted(encoding, encoded, truth.astype(np.int8), seed=0)
    again = Learnt.restored(learnt.state())
    assert again.encoding.encoded(features, score).tolist() == encoded.tolist()
    for name, values in learnt.scores(encoded).items():
        assert again.scores(encoded)[name].tolist() == values.tolist()
