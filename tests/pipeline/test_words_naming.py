"""Buckets from words where no evidence proves one."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from tieout.pipeline.words_naming import NamedByWords, name_by_words
from tieout.pipeline.words_vocabulary import Vocabulary
from tieout.reconcile.spec import WordsSpec


@pytest.fixture(autouse=True)
def words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with and without the extra `embed`."""
    monkeypatch.setattr("tieout.pipeline.words_naming.embeddings_installed", lambda: False)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.of(WordsSpec(), ("bank", "ledger"))


def breaks(*rows: tuple[str, float]) -> pl.DataFrame:
    """Breaks by bucket and confidence, all with the evidence "1 - 2 = -1"."""
    return pl.DataFrame(
        {
            "bucket": [bucket for bucket, _ in rows],
            "bucket_confidence": [confidence for _, confidence in rows],
            "evidence": ["1 - 2 = -1"] * len(rows),
        }
    )


def named(
    found: pl.DataFrame, comments: Sequence[str], vocabulary: Vocabulary, **more: object
) -> tuple[list[str], NamedByWords]:
    result = name_by_words(found, comments, vocabulary, **more)  # type: ignore[arg-type]
    return result.breaks["bucket"].to_list(), result


def test_words_name_what_no_evidence_does(vocabulary: Vocabulary) -> None:
    buckets, result = named(breaks(("unknown", 0.3)), ["bank charges for May"], vocabulary)
    assert buckets == ["fee_or_tax"]
    assert result.similarities == ("tfidf",)
    evidence = result.breaks["evidence"][0]
    assert evidence.startswith("1 - 2 = -1; no evidence; words: ")
    assert "bank charges" in evidence
    assert 0.5 < result.breaks["bucket_confidence"][0] <= 0.9


def test_proof_and_ambiguity_are_not_even_read(vocabulary: Vocabulary) -> None:
    found = breaks(("rounding", 0.95), ("ambiguous", 0.8))
    _, result = named(found, ["bank charges", "bank charges"], vocabulary)
    assert result.breaks.equals(found)
    assert result.similarities == ()


def test_no_words_leave_a_break_as_it_is(vocabulary: Vocabulary) -> None:
    found = breaks(("unknown", 0.3), ("unknown", 0.3))
    _, result = named(found, ["", "  - "], vocabulary)
    assert result.breaks.equals(found)


def test_words_that_name_no_cause_leave_a_break_as_it_is(vocabulary: Vocabulary) -> None:
    found = breaks(("unknown", 0.3))
    _, result = named(found, ["Rent April"], vocabulary)
    assert result.breaks.equals(found)
    assert result.similarities == ("tfidf",)


def test_an_operator_who_says_timing_beats_a_weak_miss(vocabulary: Vocabulary) -> None:
    buckets, _ = named(breaks(("missing_right", 0.7)), ["in transit"], vocabulary)
    assert buckets == ["timing"]


def test_words_that_agree_make_surer(vocabulary: Vocabulary) -> None:
    _, result = named(breaks(("partial_payment", 0.6)), ["customer short paid"], vocabulary)
    assert result.breaks["bucket"][0] == "partial_payment"
    assert result.breaks["bucket_confidence"][0] > 0.9


def test_what_matched_records_say_as_often_explains_nothing(vocabulary: Vocabulary) -> None:
    found = breaks(("unknown", 0.3), ("unknown", 0.3))
    comments = ["bank charges", "in transit"]
    usual = ["bank charges"] * 20 + ["Rent"] * 20
    buckets, _ = named(found, comments, vocabulary, usual=lambda: usual)
    assert buckets == ["unknown", "timing"]


def test_a_few_matched_records_tell_nothing_yet(vocabulary: Vocabulary) -> None:
    found = breaks(("unknown", 0.3))
    buckets, _ = named(found, ["bank charges"], vocabulary, usual=lambda: ["bank charges"] * 5)
    assert buckets == ["fee_or_tax"]


def test_only_the_buckets_asked_for_are_read(vocabulary: Vocabulary) -> None:
    found = breaks(("partial_payment", 0.6), ("unknown", 0.3))
    among = frozenset({"unknown"})
    buckets, _ = named(found, ["in transit", "in transit"], vocabulary, among=among)
    assert buckets == ["partial_payment", "timing"]


def test_own_buckets_and_decisions_are_learnt(tmp_path: Path) -> None:
    buckets, decided = tmp_path / "buckets.yaml", tmp_path / "decided.csv"
    buckets.write_text(
        "- name: netting\n  description: Set off against a claim of the same counterparty.\n"
        "  examples: [netted with the May invoice, offset against claim]\n"
    )
    decided.write_text("comment,bucket\n" + "project bluebird,netting\n" * 5)
    spec = WordsSpec(buckets=str(buckets), decided=str(decided))
    vocabulary = Vocabulary.of(spec, ("bank", "ledger"))
    found = breaks(("unknown", 0.3), ("unknown", 0.3))
    said, _ = named(found, ["offset against claim of June", "project bluebird"], vocabulary)
    assert said == ["netting", "netting"]


def test_the_wider_the_margin_the_more_stays_unknown() -> None:
    wide = Vocabulary.of(WordsSpec(margin=1.0), ("bank", "ledger"))
    buckets, _ = named(breaks(("unknown", 0.3)), ["bank charges for May"], wide)
    assert buckets == ["unknown"]


def test_a_missing_confidence_is_no_proof(vocabulary: Vocabulary) -> None:
    found = breaks(("missing_left", 0.7)).with_columns(
        pl.lit(None, pl.Float64).alias("bucket_confidence")
    )
    buckets, _ = named(found, ["in transit"], vocabulary)
    assert buckets == ["timing"]
