"""Labels without a pattern are told from labels with one."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from tieout.detect.rerank import Reranker, Usual, query, trees
from tieout.detect.rerank.pattern import chance_of_order
from tieout.detect.rerank.validation import CHANCE_MAX, UNSUPERVISED, Validation

Pools = Callable[[int, int], Any]


def test_the_chance_is_the_share_of_all_deals_that_stand_as_high() -> None:
    scores = np.array([0.1, 0.7, 0.3, 0.9, 0.5, 0.2, 0.8, 0.6])
    truth = np.isin(np.arange(8), (1, 3, 7))  # The ranks 6, 8 and 5.
    deals = [sum(ranks) for ranks in combinations(range(1, 9), 3)]
    exact = np.mean([total >= 19 for total in deals])

    assert chance_of_order(truth, [scores], seed=0) == pytest.approx(exact, abs=0.01)


def test_anomalies_that_stand_lowest_are_no_pattern() -> None:
    truth = np.arange(40) < 10

    assert chance_of_order(truth, [np.arange(40.0)], seed=0) == 1.0
    assert chance_of_order(truth, [-np.arange(40.0)], seed=0) == 1 / 10_000


def test_equal_scores_tell_nothing() -> None:
    assert chance_of_order(np.arange(30) % 3 == 0, [np.zeros(30)], seed=0) == 1.0


def test_repeats_that_disagree_are_taken_together() -> None:
    truth = np.arange(40) < 10
    high, low = -np.arange(40.0), np.arange(40.0)

    assert chance_of_order(truth, [high, low], seed=0) > 0.4
    assert chance_of_order(truth, [high, high, low], seed=0) < 0.001


def test_of_many_rows_the_normal_law_says_the_same_as_deals() -> None:
    random = np.random.default_rng(5)
    truth = np.arange(200) % 4 == 0
    scores = random.normal(size=200) + 0.3 * truth
    doubled = np.append(truth, False), np.append(scores, np.median(scores))

    dealt = chance_of_order(truth, [scores], seed=1)

    assert 0.001 < dealt < 0.5
    assert chance_of_order(doubled[0], [doubled[1]], seed=1) == pytest.approx(dealt, abs=0.02)


def test_the_seed_decides_about_the_deals() -> None:
    scores = np.random.default_rng(1).normal(size=60)
    truth = np.arange(60) % 3 == 0

    found = [chance_of_order(truth, [scores], seed=seed) for seed in (1, 1, 2)]

    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("beside_history", [False, True])
def test_labels_dealt_out_at_random_are_refused(
    misled_pool: Pools, monkeypatch: pytest.MonkeyPatch, *, beside_history: bool
) -> None:
    monkeypatch.setattr(trees, "TREES", 10)
    past = misled_pool(300, 90)
    usual = Usual(past.features[~past.truth], past.score[~past.truth]) if beside_history else None
    no_worse = 0
    for seed in range(4):
        pool = misled_pool(500, seed)
        asked = query(pool.score, np.full(500, -1, dtype=np.int8), 40, seed=seed)
        labels = np.full(500, -1, dtype=np.int8)
        labels[asked] = np.random.default_rng(seed).permutation(np.arange(40) % 3 == 0)

        reranker = Reranker.fit(
            pool.features, ["told", "noise"], pool.score, labels, seed=seed, usual=usual
        )

        assert not reranker.used, reranker.why
        if reranker.validation.no_worse:
            no_worse += 1
            assert "labels without any pattern would look as good" in reranker.why
    assert no_worse  # Without the test of a pattern, these would have been used.


def test_a_contender_that_is_better_by_chance_is_not_used() -> None:
    figures = {UNSUPERVISED: 0.2, "guided": 0.3, "mixed": 0.4, "learnt": 0.5}
    wins = dict.fromkeys(("guided", "mixed", "learnt"), 3)
    chances = {"guided": CHANCE_MAX, "mixed": 0.02, "learnt": 0.3}

    found = Validation(10, 30, 5, 3, figures, wins, chances=chances)

    assert found.no_worse == ["guided", "mixed", "learnt"]
    assert found.best == "guided"
