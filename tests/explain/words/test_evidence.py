"""What the numbers prove and what the words say, in one answer."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.explain.words.evidence import PROOF_MIN, Fused, fuse_with_evidence
from tieout.explain.words.model import Suggestion

NAMES = ("timing", "reversal", "fee_or_tax")
SILENT = Suggestion(None, 0.2, "timing", "timing at 20% and reversal at 18% are too close")


def words(bucket: str, confidence: float) -> Suggestion:
    """Words that name a bucket."""
    return Suggestion(bucket, confidence, "timing", "shares 'storno'")


def test_evidence_stands_where_the_words_are_silent() -> None:
    found = fuse_with_evidence("fee_or_tax", 0.9, SILENT)
    assert found == Fused("fee_or_tax", 0.9, "by evidence; the words leave it open")


def test_agreement_makes_surer() -> None:
    found = fuse_with_evidence("reversal", 0.6, words("reversal", 0.5))
    assert (found.bucket, found.confidence) == ("reversal", 0.8)
    assert found.why == "by evidence; the words agree: shares 'storno'"


def test_nothing_is_ever_certain() -> None:
    assert fuse_with_evidence("reversal", 1.0, words("reversal", 1.0)).confidence == 0.99
    assert fuse_with_evidence("reversal", 1.0, SILENT).confidence == 0.99


def test_proof_stands_against_words_but_is_less_sure() -> None:
    found = fuse_with_evidence("rounding", 0.95, words("fee_or_tax", 0.8))
    assert found.bucket == "rounding"
    # 0.95 x 0.2 against 0.8 x 0.05.
    assert found.confidence == pytest.approx(0.19 / 0.23, abs=1e-4)
    assert "although the words say fee_or_tax (80%: shares 'storno')" in found.why


def test_the_surest_words_never_turn_a_proof_into_less_than_a_half() -> None:
    found = fuse_with_evidence("rounding", PROOF_MIN, words("fee_or_tax", 1.0))
    assert (found.bucket, found.confidence) == ("rounding", 0.5)


def test_weak_evidence_gives_way_to_sure_words() -> None:
    found = fuse_with_evidence("missing_right", 0.7, words("reversal", 0.95))
    assert found.bucket == "reversal"
    # Words count 0.9 at most: 0.9 x 0.3 against 0.7 x 0.1.
    assert found.confidence == pytest.approx(0.27 / 0.34, abs=1e-4)
    assert "the evidence for missing_right is weak (70%)" in found.why


def test_weak_evidence_stands_against_weaker_words() -> None:
    found = fuse_with_evidence("missing_right", 0.7, words("reversal", 0.3))
    assert found.bucket == "missing_right"
    assert found.confidence == 0.7, "contradiction makes it no surer than it was"


def test_two_opinions_too_close_leave_it_unknown() -> None:
    found = fuse_with_evidence("missing_right", 0.7, words("reversal", 0.7))
    assert found.bucket == "unknown"
    assert "evidence says missing_right (70%), but the words say reversal (70%" in found.why
    assert found.why.endswith("too close to tell")


def test_the_margin_decides_how_close_is_too_close() -> None:
    def lenient(margin: float) -> str:
        said = words("reversal", 0.72)
        return fuse_with_evidence("missing_right", 0.7, said, margin_min=margin).bucket

    assert lenient(0.01) == "reversal"
    assert lenient(0.2) == "unknown"


@pytest.mark.parametrize("none", [None, "", "unknown"])
def test_without_evidence_the_words_stand_alone(none: str | None) -> None:
    found = fuse_with_evidence(none, 0.3, words("reversal", 0.8))
    assert found == Fused("reversal", 0.8, "no evidence; words: shares 'storno'")


def test_with_neither_it_is_unknown() -> None:
    found = fuse_with_evidence("unknown", 0.3, SILENT)
    assert (found.bucket, found.confidence) == ("unknown", 0.3)
    assert found.why.startswith("no evidence; words: timing at 20%")


def test_with_neither_and_no_number_the_rest_is_unknown() -> None:
    assert fuse_with_evidence(None, 0.0, SILENT).confidence == 0.8


def test_words_cannot_choose_between_candidates() -> None:
    found = fuse_with_evidence("ambiguous", 0.5, words("reversal", 0.9))
    assert (found.bucket, found.confidence) == ("ambiguous", 0.5)


def test_rows_tell_the_side_that_lacks_a_record_better_than_words() -> None:
    found = fuse_with_evidence("missing_right", 0.7, words("missing_left", 0.9))
    assert (found.bucket, found.confidence) == ("missing_right", 0.7)
    assert "rows tell the side" in found.why


def test_a_bucket_of_a_workspace_is_fused_like_any_other() -> None:
    assert fuse_with_evidence(None, 0.0, words("cash_pooling", 0.6)).bucket == "cash_pooling"


@pytest.mark.parametrize("confidence", [math.nan, -1.0])
def test_a_confidence_that_is_none_counts_as_none(confidence: float) -> None:
    found = fuse_with_evidence("timing", confidence, words("reversal", 0.6))
    assert (found.bucket, found.confidence) == ("reversal", 0.6)


@given(
    st.sampled_from([None, "unknown", *NAMES]),
    st.floats(0.0, 1.0),
    st.sampled_from([None, *NAMES]),
    st.floats(0.0, 1.0),
)
def test_the_answer_is_one_of_those_given_with_a_share(
    evident: str | None, sure: float, said: str | None, heard: float
) -> None:
    suggestion = Suggestion(said, heard, None, "w")
    found = fuse_with_evidence(evident, sure, suggestion)
    assert found.bucket in {evident, said, "unknown"}
    assert 0.0 <= found.confidence <= 1.0
    assert found.why
    if evident in NAMES and sure >= PROOF_MIN:
        assert found.bucket == evident
    if evident in NAMES and said in NAMES and evident != said:
        assert found.bucket == "unknown" or found.confidence <= max(sure, heard) + 1e-4


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 0.9))
def test_surer_evidence_never_makes_its_bucket_less_sure(
    one: float, other: float, heard: float
) -> None:
    weak, strong = sorted((one, other))
    said = words("reversal", heard)
    before = fuse_with_evidence("reversal", weak, said).confidence
    assert fuse_with_evidence("reversal", strong, said).confidence >= before - 1e-4
