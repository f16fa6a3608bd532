"""Weights learnt without labels."""

import numpy as np

from tieout.reconcile.passes.keyless.weights import Field, weigh

WORDS = np.array([0.1, 0.1, 0.8, 0.0])
PRIOR = np.array([0.7, 0.2, 0.1, 0.0])


def places(*values: int) -> np.ndarray:
    """Places of rows."""
    return np.array(values, dtype=np.int64)


def expected(rows: int, each: float = 0.5) -> np.ndarray:
    """As many candidates by chance for each pair."""
    return np.full(rows, each)


def test_of_two_candidates_the_one_whose_words_agree_is_the_likelier() -> None:
    # Rows 0 to 9 have one partner each; row 10 has two candidates.
    left = places(*range(10), 10, 10)
    right = places(*range(10), 10, 11)
    words = Field(places(*[0] * 10, 0, 2), WORDS, PRIOR, 3)
    found = weigh(left, right, [words], expected(12), 11)
    assert found.probability[10] > 0.95
    assert found.probability[11] < 0.05


def test_equal_candidates_share_what_is_likely() -> None:
    left, right = places(0, 0), places(0, 1)
    found = weigh(left, right, [Field(places(0, 0), WORDS, PRIOR, 3)], expected(2), 1)
    assert found.probability[0] == found.probability[1] <= 0.5


def test_what_is_unknown_says_neither_yes_nor_no() -> None:
    known = Field(places(0, 3), WORDS, PRIOR, 3)
    found = weigh(places(0, 1), places(0, 1), [known], expected(2, 0.01), 2)
    assert found.odds[1] == 1 / 0.01
    assert found.odds[0] > found.odds[1]


def test_an_amount_that_many_rows_have_proves_less_than_a_rare_one() -> None:
    days = Field(places(0, 0), np.array([0.5, 0.5]), np.array([0.9, 0.1]))
    found = weigh(places(0, 1), places(0, 1), [days], np.array([5.0, 0.001]), 2)
    assert found.probability[0] < found.probability[1]
    assert found.probability[1] > 0.99


def test_the_share_of_rows_that_have_a_partner_is_learnt() -> None:
    words = Field(places(*[0] * 20), WORDS, PRIOR, 3)
    few = weigh(places(*range(20)), places(*range(20)), [words], expected(20, 0.01), 100)
    all_of_them = weigh(places(*range(20)), places(*range(20)), [words], expected(20, 0.01), 20)
    assert few.partnered < 0.3
    assert all_of_them.partnered > 0.9
