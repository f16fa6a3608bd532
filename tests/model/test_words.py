"""The words of the domain."""

import dataclasses
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from tieout.model.buckets import CAUSES, NEXT_STEP, Bucket
from tieout.model.errors import ConservationError, InputError
from tieout.model.facts import Break, Evidence, Finding, Match, MatchKind, Reason, Record, Reject
from tieout.model.facts import Side as FactSide
from tieout.model.formats import AmountFormat, DateFormat
from tieout.model.manifest import InputFacts, InputFile, RunManifest, SideConservation
from tieout.model.money import Money
from tieout.model.roles import Role


def test_there_are_sixteen_causes_and_two_outcomes() -> None:
    assert len(CAUSES) == 16
    assert set(Bucket) - set(CAUSES) == {Bucket.AMBIGUOUS, Bucket.UNKNOWN}


def test_every_bucket_says_what_to_do_next() -> None:
    assert set(NEXT_STEP) == set(Bucket)
    assert all(step.endswith(".") for step in NEXT_STEP.values())


def test_words_are_the_same_in_code_and_on_disk() -> None:
    assert [side.value for side in FactSide] == ["left", "right", "both"]
    kinds = ["one_to_one", "one_to_many", "many_to_one", "many_to_many", "netting"]
    assert [kind.value for kind in MatchKind] == kinds
    assert Role("original_currency") is Role.ORIGINAL_CURRENCY


@pytest.mark.parametrize("kind", [Record, Match, Evidence, Reason, Break, Finding, Reject])
def test_facts_are_frozen(kind: Any) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[union-attr]


def test_a_reason_stands_without_numbers() -> None:
    assert Reason("seen once").values == ()


def test_a_break_stands_without_candidates() -> None:
    evidence = Evidence(Bucket.UNKNOWN, "left 1.00 - right 0.00 = 1.00", 0.0)
    found = Break("b", FactSide.LEFT, (1,), (), "A", Money(100, "EUR"), 0, evidence)
    assert found.candidates == ()


def test_a_formats_default_is_the_plain_one() -> None:
    assert AmountFormat() == AmountFormat(decimal=".", thousands="", plain=False)
    assert DateFormat().patterns == ("%Y-%m-%d",)


def test_a_format_refuses_an_unknown_mark_or_word() -> None:
    with pytest.raises(ValidationError):
        AmountFormat(decimal=";")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        AmountFormat.model_validate({"decimals": ","})


@pytest.mark.parametrize(
    ("rows", "matched", "in_breaks", "rejected", "holds"),
    [(10, 7, 2, 1, True), (10, 7, 2, 0, False), (0, 0, 0, 0, True), (9, 7, 2, 1, False)],
)
def test_conservation_holds_when_the_parts_are_the_whole(
    rows: int, matched: int, in_breaks: int, rejected: int, holds: bool
) -> None:
    account = SideConservation(rows=rows, matched=matched, in_breaks=in_breaks, rejected=rejected)
    assert account.holds is holds


def manifest() -> RunManifest:
    """A manifest of nothing much."""
    file = InputFile(path="a.csv", sha256="00", bytes=3)
    facts = InputFacts(side="left", location="a.csv", name="a", files=(file,), rows=1, rejected=0)
    account = SideConservation(rows=1, matched=1, in_breaks=0, rejected=0)
    return RunManifest(
        run_id="r",
        job="reconcile",
        created_at="2026-01-31T00:00:00Z",
        inputs=(facts,),
        spec={},
        spec_sha256="00",
        options={},
        versions={},
        seed=0,
        counts={},
        conservation={"left": account},
        outputs={},
        seconds={},
    )


def test_a_manifest_reads_back_as_it_was_written() -> None:
    written = manifest()
    assert RunManifest.model_validate_json(written.model_dump_json()) == written


@pytest.mark.parametrize("kind", [InputFile, InputFacts, SideConservation, RunManifest])
def test_a_manifest_refuses_words_it_does_not_know(kind: type[BaseModel]) -> None:
    assert kind.model_config["extra"] == "forbid"
    assert kind.model_config["frozen"]


def test_bad_input_is_not_a_broken_proof() -> None:
    assert not issubclass(ConservationError, InputError)
