"""Facts of summaries: each figure is one of the data."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tieout.explain.summaries import case_facts, incident_facts, precedents_for
from tieout.explain.summaries.shared import shared_proof

INCIDENT: dict[str, Any] = {
    "incident_id": "I1",
    "headline": "Fee or tax: 3 breaks where acquirer=Acqura; 4.50 EUR",
    "bucket": "fee_or_tax",
    "condition": "acquirer=Acqura",
    "window": "2024-03-14",
    "amounts": "4.50 EUR",
    "failure_rate": 0.75,
    "first_seen": date(2024, 3, 14),
    "last_seen": date(2024, 3, 14),
    "trend": "new",
    "severity": "high",
}


def member(
    number: int, difference: str, evidence: str, bucket: str = "fee_or_tax"
) -> dict[str, Any]:
    """A break."""
    return {
        "break_id": f"b{number}",
        "key": f"K{number}",
        "bucket": bucket,
        "bucket_confidence": 0.9,
        "difference": Decimal(difference),
        "amount_left": Decimal("10.00"),
        "amount_right": Decimal("10.00") - Decimal(difference),
        "currency": "EUR",
        "date_left": date(2024, 3, 14),
        "date_right": date(2024, 3, 13),
        "age_days": 2,
        "severity": "low",
        "evidence": evidence,
        "reasons": None,
        "candidates": ["right row 9: amount 8.00"],
        "resolution": "Book the fee or tax to its account.",
    }


MEMBERS = pl.DataFrame(
    [
        member(1, "1.00", "left 10.00 - right 9.00 = 1.00 = 0.20 + 8% x 10.00"),
        member(2, "-2.50", "left 10.00 - right 12.50 = -2.50 = 0.20 + 8% x 10.00"),
        member(3, "1.00", "within one minor unit a line", "rounding"),
    ],
    schema_overrides={"reasons": pl.List(pl.String)},
)
PRECEDENTS = pl.DataFrame(
    {
        "bucket": ["fee_or_tax", "fee_or_tax", "fee_or_tax", "timing"],
        "condition": [None, "acquirer=Acqura", "acquirer=Nordpay", None],
        "resolution": ["Book it.", "Ask Acqura for the schedule.", "Ask Nordpay.", "Wait."],
        "times": [40, 3, 5, 90],
        "last_on": [date(2024, 1, 9), date(2024, 2, 1), date(2024, 2, 2), None],
    }
)


def test_an_incident_counts_what_is_of_its_bucket() -> None:
    facts = incident_facts(INCIDENT, MEMBERS, of_bucket=8)
    assert (facts.breaks, facts.same_bucket, facts.of_bucket) == (3, 2, 8)


def test_examples_are_the_largest_breaks_with_their_proof() -> None:
    facts = incident_facts(INCIDENT, MEMBERS, of_bucket=8)
    assert [key for key, _ in facts.examples] == ["K2", "K1"]
    assert facts.examples[0][1] == MEMBERS["evidence"][1]


def test_what_proofs_have_in_common_is_counted() -> None:
    shared = incident_facts(INCIDENT, MEMBERS, of_bucket=8).shared
    assert shared is not None
    assert (shared.words, shared.count, shared.of) == ("the terms 0.20 + 8%", 2, 2)


@pytest.mark.parametrize(
    ("bucket", "proofs"),
    [
        ("fee_or_tax", ["x = 1% x 3", "x = 2% x 3", "x = 3% x 3"]),
        ("fee_or_tax", ["x = 1% x 3", "", ""]),
        ("fee_or_tax", []),
        ("timing", ["same", "same"]),
    ],
)
def test_what_most_proofs_do_not_say_is_not_shared(bucket: str, proofs: list[str]) -> None:
    assert shared_proof(bucket, pl.Series(proofs, dtype=pl.String)) is None


def test_a_rate_of_another_day_is_shared() -> None:
    proof = "right 1.00 EUR / 2.00 CHF = 0.5, the rate of 2024-03-14; left uses 0.49 of 2024-03-13"
    shared = shared_proof("fx_rate", pl.Series([proof, proof]))
    assert shared is not None
    assert shared.words == "the rate of 2024-03-13"


def test_precedents_of_the_same_values_come_first() -> None:
    found = precedents_for(PRECEDENTS, "fee_or_tax", "acquirer=Acqura")
    assert [each.resolution for each in found] == ["Ask Acqura for the schedule.", "Book it."]
    assert [each.same_condition for each in found] == [True, False]
    assert found[0].times == 3


def test_precedents_of_other_values_and_buckets_are_left_out() -> None:
    found = precedents_for(PRECEDENTS, "fee_or_tax")
    assert [each.resolution for each in found] == ["Book it."]
    assert precedents_for(None, "fee_or_tax") == ()


def test_a_case_began_on_its_earlier_date() -> None:
    facts = case_facts(MEMBERS.row(0, named=True), precedents=PRECEDENTS)
    assert facts.since == date(2024, 3, 13)
    assert (facts.difference, facts.age_days) == (Decimal("1.00"), 2)
    assert facts.precedents[0].resolution == "Book it."


def test_a_case_without_anything_known_is_a_case_too() -> None:
    row = MEMBERS.row(0, named=True)
    kept = ("break_id",)
    facts = case_facts({name: value if name in kept else None for name, value in row.items()})
    assert (facts.bucket, facts.since, facts.key, facts.reasons) == ("unknown", None, "", ())
