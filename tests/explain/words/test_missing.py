"""Missing on which side, by the order of words and by what people decided."""

import numpy as np
import pytest

from tieout.explain.words.bucket_text import BucketText
from tieout.explain.words.learnt import LearntTexts
from tieout.explain.words.missing import MissingSide
from tieout.explain.words.model import WordModel
from tieout.explain.words.sides import Sides
from tieout.explain.words.similarity import FloatArray
from tieout.explain.words.taxonomy import shipped_buckets
from tieout.explain.words.tfidf import TfidfSimilarity

TEXTS = (
    BucketText("missing_left", "Not on the left."),
    BucketText("missing_right", "Not on the right."),
    BucketText("timing", "Later."),
    BucketText("unknown", "Nothing.", ("see mail",)),
)
FUND = Sides(outside=("fund",), own=("custodian",))
ON_BANK_ONLY = [f"on the bank, not in the ledger, note {'x' * each}" for each in range(1, 9)]


def shared(
    comment: str, chances: list[float], decided: list[tuple[str, str]] | None = None
) -> FloatArray:
    """The chances of a comment, of missing_left, missing_right, timing and unknown."""
    learnt = LearntTexts.of(TEXTS, decided or [])
    found = MissingSide.fitted(Sides(), learnt)
    row: FloatArray = found.shared(np.array([chances]), learnt, [comment])[0]
    return row


def test_the_side_that_lacks_it_gets_most_of_what_both_have() -> None:
    found = shared("in the ledger, not on the bank", [0.2, 0.6, 0.1, 0.1])
    assert found == pytest.approx([0.72, 0.08, 0.1, 0.1])


def test_without_a_word_of_the_side_nothing_changes() -> None:
    assert shared("nothing to add", [0.2, 0.6, 0.1, 0.1]).tolist() == [0.2, 0.6, 0.1, 0.1]


def test_where_neither_is_likely_the_comment_is_not_read() -> None:
    chances = [0.01, 0.02, 0.9, 0.07]
    assert shared("in the ledger, not on the bank", chances).tolist() == chances


def test_the_given_chances_are_left_alone() -> None:
    learnt = LearntTexts.of(TEXTS, [])
    chances = np.array([[0.2, 0.6, 0.1, 0.1]])
    MissingSide.fitted(Sides(), learnt).shared(chances, learnt, ["not on the bank"])
    assert chances.tolist() == [[0.2, 0.6, 0.1, 0.1]]


def test_words_decided_before_need_no_reading() -> None:
    comment = "on the bank, not in the ledger"
    found = shared(comment, [0.7, 0.1, 0.1, 0.1], [(comment, "missing_left")])
    assert found[0] == 0.7


def test_before_any_decision_a_reading_is_believed() -> None:
    assert MissingSide.fitted(Sides(), LearntTexts.of(TEXTS, [])).believed == 0.9


def test_decisions_that_agree_make_it_more_believed() -> None:
    decided = [(text, "missing_right") for text in ON_BANK_ONLY]
    found = MissingSide.fitted(Sides(), LearntTexts.of(TEXTS, decided))
    assert found.believed == pytest.approx((3.6 + 8) / 12)


def test_decisions_the_other_way_round_turn_it_over() -> None:
    decided = [(text, "missing_left") for text in ON_BANK_ONLY]
    found = shared("in the ledger, not on the bank", [0.5, 0.3, 0.1, 0.1], decided)
    # Eight against it and a prior of 3.6 of 4 leave 0.3 for the reading.
    assert found[:2] == pytest.approx([0.8 * 0.3, 0.8 * 0.7])


def test_decisions_of_other_buckets_say_nothing_of_it() -> None:
    decided = [(text, "timing") for text in ON_BANK_ONLY]
    assert MissingSide.fitted(Sides(), LearntTexts.of(TEXTS, decided)).believed == 0.9


def test_buckets_without_the_two_sides_are_left_alone() -> None:
    learnt = LearntTexts.of(TEXTS[2:], [])
    chances = np.array([[0.4, 0.6]])
    found = MissingSide.fitted(Sides(), learnt).shared(chances, learnt, ["not on the bank"])
    assert found.tolist() == [[0.4, 0.6]]


@pytest.mark.parametrize(
    ("comment", "bucket"),
    [
        ("we show a payment that they don't have", "missing_left"),
        ("they show a payment that we don't have", "missing_right"),
        ("ledger only", "missing_left"),
        ("bank only", "missing_right"),
    ],
)
def test_a_model_tells_the_sides_apart(shipped: WordModel, comment: str, bucket: str) -> None:
    (found,) = shipped.classify([comment])
    assert found.bucket == bucket


def test_a_model_takes_the_names_of_the_sides() -> None:
    few = tuple(
        each
        for each in shipped_buckets(FUND)
        if each.name in {"missing_left", "missing_right", "timing", "unknown"}
    )
    model = WordModel.fit(
        few,
        similarities=[TfidfSimilarity()],
        sides=FUND,
    )
    found = model.classify(["fund shows it, custodian does not", "custodian only"])
    assert [each.bucket for each in found] == ["missing_right", "missing_left"]


def test_a_model_whose_own_books_are_on_the_left_turns_the_sides_over() -> None:
    sides = Sides(own_side="left")
    model = WordModel.fit(shipped_buckets(sides), similarities=[TfidfSimilarity()], sides=sides)
    found = model.classify(["not on the bank statement", "bank receipt was never booked"])
    assert [each.bucket for each in found] == ["missing_right", "missing_left"]
