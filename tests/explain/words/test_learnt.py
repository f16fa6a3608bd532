"""Which texts a model learns from."""

import pytest

from tieout.explain.words import learnt as module
from tieout.explain.words.bucket_text import BucketText
from tieout.explain.words.learnt import LearntTexts
from tieout.model.errors import InputError

TWO = (
    BucketText("timing", "In transit.", ("pending", "on its way")),
    BucketText("cut_off", "Another period."),
)


def bucket_of(learnt: LearntTexts, text: str) -> str:
    """The name of the bucket that a learnt text belongs to."""
    return learnt.buckets[int(learnt.bucket[learnt.texts.index(text)])]


def test_names_and_phrases_come_first_then_what_was_decided() -> None:
    learnt = LearntTexts.of(TWO, [("month end", "cut_off")])
    assert learnt.texts[:4] == ("timing", "pending", "on its way", "cut off")
    assert learnt.texts[-1] == "month end"
    assert learnt.decided.tolist() == [False] * (len(learnt.texts) - 1) + [True]
    assert bucket_of(learnt, "month end") == "cut_off"


def test_words_that_name_no_cause_are_always_there() -> None:
    learnt = LearntTexts.of(TWO, [])
    assert learnt.buckets == ("timing", "cut_off", "unknown")
    assert learnt.neutral == 2
    assert bucket_of(learnt, "invoice payment") == "unknown"


def test_own_words_that_name_no_cause_replace_the_shipped() -> None:
    learnt = LearntTexts.of([*TWO, BucketText("unknown", "Nothing.", ("blah",))], [])
    assert "invoice payment" not in learnt.texts
    assert bucket_of(learnt, "blah") == "unknown"


def test_a_comment_decided_twice_is_one_text_that_counts_twice() -> None:
    learnt = LearntTexts.of(TWO, [("late fee", "cut_off"), ("late  fee ", "cut_off")])
    assert learnt.texts.count("late fee") == 1
    assert learnt.times[learnt.texts.index("late fee")] == 2.0


def test_a_comment_decided_both_ways_is_two_texts() -> None:
    learnt = LearntTexts.of(TWO, [("late fee", "cut_off"), ("late fee", "timing")])
    assert learnt.texts.count("late fee") == 2
    assert learnt.repeats("Late FEE") == {0: 1, 1: 1}


def test_repeats_are_found_by_their_tokens() -> None:
    learnt = LearntTexts.of(TWO, [("fee of 12.50", "cut_off"), ("Fee 99.00", "cut_off")])
    assert learnt.repeats("fee 1,000.00") == {1: 2}
    assert not learnt.repeats("fee")
    assert not learnt.repeats("")


def test_a_comment_without_words_teaches_nothing() -> None:
    learnt = LearntTexts.of(TWO, [("...", "timing"), ("", "cut_off")])
    assert not learnt.decided.any()
    assert learnt.decisions == {}


def test_a_decision_for_ambiguous_is_passed_over() -> None:
    learnt = LearntTexts.of(TWO, [("two candidates", "ambiguous")])
    assert "two candidates" not in learnt.texts


def test_a_decision_for_unknown_is_learnt() -> None:
    learnt = LearntTexts.of(TWO, [("as discussed with Tom", "unknown")])
    assert bucket_of(learnt, "as discussed with Tom") == "unknown"


def test_a_decision_for_a_bucket_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError) as raised:
        LearntTexts.of(TWO, [("fine", "timing"), ("odd", "rounding")])
    expected = "decided comment 2: no bucket 'rounding'; expected timing, cut_off, unknown"
    assert str(raised.value) == expected


@pytest.mark.parametrize("texts", [[], [BucketText("unknown", "Nothing.")]])
def test_without_a_bucket_there_is_nothing_to_learn(texts: list[BucketText]) -> None:
    with pytest.raises(InputError, match="expected at least one"):
        LearntTexts.of(texts, [])


def test_two_buckets_of_one_name_are_told() -> None:
    with pytest.raises(InputError, match="timing is there twice"):
        LearntTexts.of([TWO[0], TWO[0]], [])


def test_the_order_of_decisions_does_not_matter() -> None:
    decided = [("b", "timing"), ("a", "cut_off"), ("c", "timing")]
    one, other = LearntTexts.of(TWO, decided), LearntTexts.of(TWO, decided[::-1])
    assert one.texts == other.texts
    assert one.bucket.tolist() == other.bucket.tolist()


def test_too_many_decisions_keep_the_latest_of_every_bucket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_DECIDED_MAX", 4)
    decided = [(f"word{'x' * each}", "timing") for each in range(6)]
    learnt = LearntTexts.of(TWO, [("month end", "cut_off"), *decided])
    kept = [text for text, own in zip(learnt.texts, learnt.decided, strict=True) if own]
    assert sorted(kept) == ["month end", "wordxxx", "wordxxxx", "wordxxxxx"]
    assert learnt.repeats("word") == {0: 1}, "what is not compared is still known as a repeat"
