from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from tieout.practice.breaks.numbers import Typist, exists, far_number, number_at

FIRST = 100_000_000


def test_numbers_rise_by_one_to_five() -> None:
    steps = np.diff(number_at(np.arange(10_000), FIRST))
    assert set(steps.tolist()) <= {1, 2, 3, 4, 5}
    assert len(set(steps.tolist())) >= 3


def test_neighbours_are_mostly_one_or_two_edits_apart() -> None:
    texts = [str(number) for number in number_at(np.arange(1_000), FIRST)]
    near = [Levenshtein.distance(a, b) <= 2 for a, b in pairwise(texts)]
    assert sum(near) / len(near) > 0.95


def test_every_number_of_the_sequence_exists() -> None:
    assert exists(number_at(np.arange(10_000), FIRST), FIRST).all()


def test_two_of_three_numbers_do_not_exist() -> None:
    found = exists(np.arange(FIRST, FIRST + 30_000), FIRST)
    assert found.sum() == 10_000


def test_nothing_exists_before_the_first_number() -> None:
    assert not exists(np.array([0, 7, FIRST - 1]), FIRST).any()


@given(position=st.integers(0, 50_000_000))
def test_numbers_keep_nine_digits(position: int) -> None:
    assert len(str(number_at(np.array([position]), FIRST)[0])) == 9


@given(position=st.integers(0, 5_000_000))
def test_a_far_number_differs_in_every_digit_and_leads_back(position: int) -> None:
    number = number_at(np.array([position]), FIRST)
    far = far_number(number)
    assert all(a != b for a, b in zip(str(number[0]), str(far[0]), strict=True))
    assert far_number(far)[0] == number[0]


@given(seed=st.integers(0, 2**32))
def test_typos_are_one_or_two_edits_away_and_nobody_elses(seed: int) -> None:
    numbers = number_at(np.arange(200), FIRST)
    typed = Typist(FIRST).mistype(numbers, np.random.default_rng(seed))
    assert not exists(typed, FIRST).any()
    assert len(set(typed.tolist())) == len(typed)
    for number, typo in zip(numbers, typed, strict=True):
        assert Levenshtein.distance(str(number), str(typo)) in (1, 2)


def test_a_typist_never_types_the_same_twice_even_from_the_same_numbers() -> None:
    typist, generator = Typist(FIRST), np.random.default_rng(1)
    numbers = number_at(np.arange(50), FIRST)
    typed = [typist.mistype(numbers, generator) for _ in range(10)]
    assert len(set(np.concatenate(typed).tolist())) == 500


def test_a_typist_leaves_the_leading_digit() -> None:
    numbers = number_at(np.arange(2_000), FIRST)
    typed = Typist(FIRST).mistype(numbers, np.random.default_rng(1))
    assert {str(number)[0] for number in typed} == {"1"}


def test_a_typist_with_nothing_to_type_types_nothing() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert len(Typist(FIRST).mistype(nothing, np.random.default_rng(1))) == 0
