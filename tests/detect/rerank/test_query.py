import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.rerank import query


def unlabelled(n: int) -> np.ndarray:
    return np.full(n, -1, dtype=np.int8)


def test_half_are_the_oddest_rows_in_order() -> None:
    scores = np.random.default_rng(0).permutation(1_000).astype(np.float64)
    asked = query(scores, unlabelled(1_000), 20)
    assert scores[asked[:10]].tolist() == [float(999 - i) for i in range(10)]


def test_the_other_half_reach_down_the_whole_ranking() -> None:
    scores = -np.arange(10_000.0)
    spread = query(scores, unlabelled(10_000), 100)[50:]
    assert spread.min() >= 50
    assert spread.max() > 5_000
    assert (np.diff(spread) > 0).all()


def test_more_are_asked_where_anomalies_meet_the_rest() -> None:
    spread = query(-np.arange(10_000.0), unlabelled(10_000), 100)[50:]
    # A stretch is as wide, in logarithms, as any other: 51 to 714 is half of the way down.
    assert abs(int((spread < 714).sum()) - 25) <= 2


def test_labelled_rows_are_not_asked_again() -> None:
    labels = unlabelled(10)
    labels[[9, 8]] = [1, 0]
    asked = query(np.arange(10.0), labels, 4)
    assert not {8, 9} & set(asked.tolist())
    assert asked[:2].tolist() == [7, 6]


def test_no_more_are_asked_than_there_are() -> None:
    assert sorted(query(np.arange(5.0), unlabelled(5), 50).tolist()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("rows", "n"), [(5, 0), (0, 5), (0, 0)])
def test_nothing_is_asked_of_nothing(rows: int, n: int) -> None:
    assert query(np.arange(float(rows)), unlabelled(rows), n).tolist() == []


def test_one_question_is_about_the_oddest_row() -> None:
    assert query(np.array([1.0, 3.0, 2.0]), unlabelled(3), 1).tolist() == [1]


def test_rows_without_a_score_stand_last() -> None:
    asked = query(np.array([np.nan, 1.0, 2.0]), unlabelled(3), 3)
    assert asked.tolist() == [2, 1, 0]


def test_equal_scores_stand_in_their_order() -> None:
    assert query(np.zeros(6), unlabelled(6), 4)[:2].tolist() == [0, 1]


@given(st.integers(1, 200), st.integers(0, 250), st.integers(0, 5))
def test_it_asks_for_as_many_different_rows_as_it_can(rows: int, n: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=rows)
    asked = query(scores, unlabelled(rows), n, seed=seed)
    assert len(set(asked.tolist())) == len(asked) == min(rows, n)
    assert asked.tolist() == query(scores, unlabelled(rows), n, seed=seed).tolist()


def test_another_seed_spreads_otherwise() -> None:
    scores = -np.arange(5_000.0)
    first, second = (query(scores, unlabelled(5_000), 40, seed=seed) for seed in (0, 1))
    assert first[:20].tolist() == second[:20].tolist()
    assert first[20:].tolist() != second[20:].tolist()
