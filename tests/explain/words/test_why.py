"""Why a comment is thought to be of a bucket."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.explain.words.bucket_text import BucketText
from tieout.explain.words.learnt import LearntTexts
from tieout.explain.words.similarity import FloatArray
from tieout.explain.words.tfidf import TfidfSimilarity
from tieout.explain.words.why import Explainer, shortened

TEXTS = (
    BucketText(
        "reversal",
        "Undone, with the original reference.",
        ("card dispute", "chargeback", "Rücklastschrift", "money came back"),
    ),
    BucketText("timing", "In transit.", ("money on its way",)),
    BucketText("fee_or_tax", "A charge taken off.", ("money kept by the bank",)),
    BucketText("unknown", "Nothing.", ("see mail",)),
)
REVERSAL, TIMING = 0, 1
DECIDED = [("paid back after a complaint", "reversal"), ("on its way since Monday", "timing")]


def explainer(*decided: tuple[str, str]) -> Explainer:
    """Of the buckets above."""
    return Explainer.of(LearntTexts.of(TEXTS, decided))


def likeness(comment: str, texts: tuple[str, ...]) -> FloatArray:
    """Of a comment to each learnt text."""
    row: FloatArray = TfidfSimilarity().fit(texts).between([comment], texts)[0]
    return row


def why(comment: str, bucket: int, *decided: tuple[str, str]) -> str:
    """The whole sentence."""
    found = explainer(*decided)
    return found.why(comment, bucket, likeness(comment, found.learnt.texts))


def test_shared_words_are_shown_as_they_were_written() -> None:
    assert why("CHARGEBACK by Visa", REVERSAL) == (
        "shares 'CHARGEBACK' with the description of reversal"
    )
    assert "'Ruecklastschrift'" in why("Ruecklastschrift vom 3.5.", REVERSAL)


def test_neighbours_are_shown_together() -> None:
    assert explainer().shared("a card dispute, or a dispute about a card", REVERSAL) == [
        "card dispute",
        "dispute",
        "card",
    ]


def test_words_of_most_buckets_say_nothing() -> None:
    assert explainer().shared("money", REVERSAL) == []


def test_words_of_other_buckets_are_not_shared() -> None:
    assert explainer().shared("in transit", REVERSAL) == []


def test_words_that_people_decided_on_are_not_the_description() -> None:
    assert explainer(*DECIDED).shared("a complaint", REVERSAL) == []


def test_no_more_than_three_are_shown() -> None:
    everything = "chargeback, dispute, card, Rücklastschrift, came, back, original, reference"
    assert len(explainer().shared(everything, REVERSAL)) == 3


def test_without_a_shared_word_the_nearest_phrase_is_shown_with_its_likeness() -> None:
    said = why("chargebacks", REVERSAL)
    found = re.fullmatch(r"nearest to 'chargeback' \((0\.\d\d)\), a phrase of reversal", said)
    assert found
    learnt = explainer().learnt.texts
    near = likeness("chargebacks", learnt)[learnt.index("chargeback")]
    assert float(found[1]) == pytest.approx(near, abs=0.005)


def test_the_nearest_decided_comment_is_shown_with_its_likeness_and_bucket() -> None:
    comment = "on its way since Tuesday"
    said = why(comment, TIMING, *DECIDED)
    found = re.search(
        r"nearest decided comment 'on its way since Monday' \((\d\.\d\d)\) was timing$", said
    )
    assert found
    learnt = explainer(*DECIDED).learnt.texts
    near = likeness(comment, learnt)[learnt.index("on its way since Monday")]
    assert float(found[1]) == pytest.approx(near, abs=0.005)


def test_a_decided_comment_far_off_is_not_shown() -> None:
    assert "decided" not in why("chargeback", REVERSAL, *DECIDED)


def test_the_same_words_decided_before_are_counted() -> None:
    decided = [("ask Tom 1.00", "timing"), ("ask Tom 2.00", "timing"), ("ask Tom 3.00", "reversal")]
    said = why("ask Tom 4.00", TIMING, *decided)
    assert said.endswith("the same words were decided before: timing 2 x, reversal 1 x")


def test_like_nothing_at_all_is_said_too() -> None:
    said = why("zzz", REVERSAL)
    assert said == "a little like many phrases of reversal, like none of them much"


def test_a_bucket_without_phrases_can_be_explained() -> None:
    bare = LearntTexts.of([BucketText("own", "Sweep of the evening.")], [])
    said = Explainer.of(bare).why("evening sweep", 0, np.zeros(len(bare.texts)))
    assert said == "shares 'evening', 'sweep' with the description of own"


@given(st.text(max_size=200))
def test_what_is_quoted_stays_short_and_on_one_line(text: str) -> None:
    shown = shortened(text)
    assert len(shown) <= 61
    assert "\n" not in shown


def test_a_short_text_is_quoted_as_it_is() -> None:
    assert shortened("paid  twice\n") == "paid twice"
