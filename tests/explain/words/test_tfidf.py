"""Likeness by words and their parts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.explain.words.tfidf import TfidfSimilarity

COMMENTS = st.lists(
    st.text(alphabet="abcdeü 0159.€", min_size=0, max_size=25), min_size=1, max_size=5
)
KNOWN = ["chargeback received", "fee taken by the bank", "booked twice", "cheque not cashed"]


def likeness(one: str, other: str, known: list[str] | None = None) -> float:
    """Of two texts, by a similarity that has learnt `known`."""
    fitted = TfidfSimilarity().fit(KNOWN if known is None else known)
    return float(fitted.between([one], [other])[0, 0])


def test_the_same_words_are_wholly_alike() -> None:
    assert likeness("Chargeback received", "chargeback, RECEIVED") == pytest.approx(1.0)


def test_nothing_shared_is_not_alike_at_all() -> None:
    assert likeness("chargeback", "zug") == 0.0


def test_a_typing_error_is_still_alike() -> None:
    assert likeness("chargebck", "chargeback") > 0.25
    assert likeness("chargebck", "chargeback") > likeness("chargebck", "cheque")


def test_a_compound_is_like_its_part() -> None:
    assert likeness("Rundungsdifferenz", "Rundung") > 0.2


def test_neighbours_count_as_pairs() -> None:
    whole = likeness("debit as credit", "debit as credit entered")
    turned = likeness("credit as debit", "debit as credit entered")
    assert whole > turned > 0.0


def test_words_in_every_text_count_less() -> None:
    known = ["payment returned", "payment doubled", "payment late", "payment rounded"]
    common = likeness("payment x", "payment y", known)
    rare = likeness("returned x", "returned y", known)
    assert rare > common


def test_a_word_never_seen_counts_as_the_rarest() -> None:
    with_stranger = likeness("booked twice quux", "booked twice")
    assert with_stranger < likeness("booked twice cheque", "booked twice") < 1.0


def test_texts_without_words_are_like_nothing() -> None:
    fitted = TfidfSimilarity().fit(KNOWN)
    assert fitted.between(["", "..."], ["", "booked twice"]).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_it_can_learn_from_nothing() -> None:
    assert likeness("booked twice", "booked twice", []) == pytest.approx(1.0)


@pytest.mark.parametrize(("left", "right"), [(0, 2), (2, 0), (0, 0)])
def test_no_texts_give_an_empty_answer(left: int, right: int) -> None:
    fitted = TfidfSimilarity().fit(KNOWN)
    assert fitted.between(["booked"] * left, ["booked"] * right).shape == (left, right)


def test_amounts_have_no_parts() -> None:
    assert likeness("short 1,250.00", "short 9,999.99") == pytest.approx(1.0)
    assert likeness("12", "123") == 0.0


def test_saying_a_word_again_adds_little() -> None:
    once = likeness("fee bank", "fee")
    again = likeness("fee fee fee bank", "fee")
    assert once < again < 1.0


def test_a_new_fit_forgets_the_old_one() -> None:
    one = TfidfSimilarity().fit(["aaa bbb"]).fit(KNOWN)
    fresh = TfidfSimilarity().fit(KNOWN)
    texts = ["fee of the bank", "aaa booked"]
    np.testing.assert_array_equal(one.between(texts, KNOWN), fresh.between(texts, KNOWN))


@settings(max_examples=40, deadline=None)
@given(COMMENTS, COMMENTS)
def test_likeness_is_within_bounds_and_the_same_both_ways(
    left: list[str], right: list[str]
) -> None:
    fitted = TfidfSimilarity().fit([*left, *KNOWN])
    there = fitted.between(left, right)
    assert there.shape == (len(left), len(right))
    assert np.all((there >= 0.0) & (there <= 1.0 + 1e-9))
    np.testing.assert_allclose(there, fitted.between(right, left).T, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(COMMENTS, COMMENTS)
def test_a_pair_does_not_depend_on_the_others(left: list[str], right: list[str]) -> None:
    fitted = TfidfSimilarity().fit(KNOWN)
    together = fitted.between(left, right)
    alone = fitted.between(left[-1:], right[:1])
    assert together[-1, 0] == pytest.approx(alone[0, 0], abs=1e-12)
