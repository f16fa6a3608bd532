"""Actions are computed from facts and resolve.yaml alone."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tieout.model.buckets import Bucket
from tieout.resolve.config import ResolveSpec
from tieout.resolve.facts import Facts, facts_of_break
from tieout.resolve.kinds import (
    ActionKind,
    Chase,
    CorrectReference,
    JournalEntry,
    RequestDocument,
    Ticket,
    Wait,
    Webhook,
    WriteOff,
)
from tieout.resolve.plain import plain_line
from tieout.resolve.proposals.build import build, buildable, described
from tieout.resolve.proposals.propose import propose, proposed_text
from tieout.resolve.proposals.words import action_text

SPEC = ResolveSpec.model_validate(
    {
        "accounts": {
            "fee_or_tax": {"difference": "6800", "balance": "1010"},
            "rounding": {"difference": "6900", "balance": "1010"},
        },
        "write_off": {"default": 5},
        "contacts": {
            "counterparties": {"Acme Ltd": "ap@acme.example"},
            "owners": {"left": "bank@books.example", "right": "ledger@books.example"},
        },
        "channels": {
            "email": {
                "host": "m.example",
                "sender": "recon@books.example",
                "recipients": ["ap@acme.example", "bank@books.example", "ledger@books.example"],
            },
            "jira": {
                "url": "https://j.example", "user_env": "U", "token_env": "T", "projects": ["OPS"],
            },
            "webhook": {"erp": {"url": "https://e.example", "secret_env": "S"}},
            "slack": {"recon": {"url_env": "SLACK"}},
            "http": {"api": {"url": "https://a.example"}},
        },
        "targets": {"ticket_project": "OPS", "webhook": "erp", "slack": "recon", "http": "api"},
    }
)  # fmt: skip
FEE = Facts(
    identity="b1",
    reconciliation="bank_vs_ledger",
    bucket="fee_or_tax",
    key="INV-7",
    amount_left=Decimal("97.10"),
    amount_right=Decimal("100.00"),
    difference=Decimal("-2.90"),
    currency="EUR",
    date_left=date(2026, 3, 27),
    date_right=date(2026, 3, 26),
    age_days=4,
    evidence="right 100.00 - left 97.10 = 2.90 = 2.9% x 100.00",
    left_rows=(3,),
    right_rows=(9,),
    counterparty="ACME LTD",
    as_of=date(2026, 3, 31),
)


def test_an_entry_brings_the_ledger_to_the_bank() -> None:
    entry = build(ActionKind.JOURNAL_ENTRY, FEE, SPEC)
    assert isinstance(entry, JournalEntry)
    lines = [(line.account, line.debit, line.credit) for line in entry.lines]
    assert lines == [("6800", Decimal("2.90"), 0), ("1010", 0, Decimal("2.90"))]
    assert (entry.day, entry.currency, entry.amount) == (date(2026, 3, 27), "EUR", Decimal("2.90"))


@pytest.mark.parametrize(
    ("difference", "ledger", "debited"),
    [("-2.90", "right", "6800"), ("2.90", "right", "1010"),
     ("-2.90", "left", "1010"), ("2.90", "left", "6800")],
)  # fmt: skip
def test_the_side_of_the_ledger_decides_what_is_debited(
    difference: str, ledger: str, debited: str
) -> None:
    spec = SPEC.model_copy(update={"ledger": ledger})
    entry = build(ActionKind.JOURNAL_ENTRY, replace(FEE, difference=Decimal(difference)), spec)
    assert isinstance(entry, JournalEntry)
    assert entry.lines[0].account == debited


def test_a_write_off_stays_within_the_limit() -> None:
    assert isinstance(build(ActionKind.WRITE_OFF, FEE, SPEC), WriteOff)
    large = replace(FEE, difference=Decimal("-5.01"))
    assert build(ActionKind.WRITE_OFF, large, SPEC) is None
    assert build(ActionKind.JOURNAL_ENTRY, large, SPEC) is not None


@pytest.mark.parametrize(
    ("last", "as_of", "until"),
    [
        (date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 7)),  # Good Friday and a weekend
        (date(2026, 1, 5), date(2026, 1, 5), date(2026, 1, 8)),
        (date(2026, 1, 5), date(2026, 2, 6), date(2026, 2, 9)),  # over: the next business day
    ],
)
def test_waits_are_counted_in_business_days(last: date, as_of: date, until: date) -> None:
    spec = SPEC.model_copy(update={"calendar": "GB"})
    timing = replace(FEE, bucket="timing", date_left=last, date_right=None, as_of=as_of)
    wait = build(ActionKind.WAIT, timing, spec)
    assert isinstance(wait, Wait)
    assert wait.until == until


def test_letters_go_to_who_is_on_the_list() -> None:
    chase = build(ActionKind.CHASE, FEE, SPEC)
    assert isinstance(chase, Chase)
    assert chase.recipient == "ap@acme.example"
    assert "difference: -2.90" in chase.text
    missing = replace(FEE, bucket="missing_left")
    request = build(ActionKind.REQUEST_DOCUMENT, missing, SPEC)
    assert isinstance(request, RequestDocument)
    assert request.recipient == "bank@books.example"
    assert build(ActionKind.CHASE, replace(FEE, counterparty="Unknown"), SPEC) is None


def test_a_reference_is_corrected_on_the_ledgers_side() -> None:
    wrong = replace(FEE, bucket="wrong_reference", key_left="INV-7", key_right="INV-1")
    found = build(ActionKind.CORRECT_REFERENCE, wrong, SPEC)
    assert found == CorrectReference(side="right", written="INV-1", expected="INV-7", rows=(9,))
    spec = SPEC.model_copy(update={"ledger": "left"})
    other = build(ActionKind.CORRECT_REFERENCE, wrong, spec)
    assert other == CorrectReference(side="left", written="INV-7", expected="INV-1", rows=(3,))
    assert build(ActionKind.CORRECT_REFERENCE, FEE, SPEC) is None


def test_a_workspace_that_allows_nothing_can_still_wait_and_document() -> None:
    assert set(buildable(FEE, ResolveSpec())) == {ActionKind.WAIT, ActionKind.DOCUMENT_VALID}


def test_everything_that_is_configured_can_be_built() -> None:
    kinds = set(buildable(FEE, SPEC))
    assert kinds == set(ActionKind) - {ActionKind.CORRECT_REFERENCE, ActionKind.REQUEST_DOCUMENT}
    webhook = build(ActionKind.WEBHOOK, FEE, SPEC)
    assert isinstance(webhook, Webhook)
    assert (webhook.target, webhook.body["difference"]) == ("erp", "-2.90")


def test_text_of_others_stays_in_its_line() -> None:
    hostile = replace(FEE, key="INV-7\r\nBcc: eve@evil.example\u202e" + "x" * 500)
    ticket = build(ActionKind.TICKET, hostile, SPEC)
    assert isinstance(ticket, Ticket)
    assert ticket.project == "OPS"
    assert "\n" not in ticket.summary
    assert len(described(hostile)) < 1500
    assert "\u202e" not in described(hostile)


def test_a_line_is_cut_and_cleaned() -> None:
    assert plain_line(None) == ""
    assert plain_line("a\tb\u200bc\x00d") == "a bc d"
    assert len(plain_line("x" * 500)) == 120


def test_facts_have_ids_and_leave_out_what_is_not_known() -> None:
    found = {fact.name: fact for fact in FEE.listed()}
    assert found["bucket"].id == "f1"
    assert found["difference"].value == "-2.90"
    assert "out of pattern" not in found
    assert FEE.at_risk == Decimal("2.90")
    assert replace(FEE, difference=None).at_risk == Decimal("100.00")


def test_facts_come_from_a_row_of_breaks() -> None:
    row = {
        "break_id": "b1", "side": "both", "bucket": None, "key": "INV-7",
        "difference": Decimal("-2.90"), "candidates": None, "left_rows": [3], "extra": 1,
    }  # fmt: skip
    facts = facts_of_break(row, reconciliation="r", as_of=date(2026, 3, 31), counterparty="Acme")
    assert (facts.bucket, facts.left_rows, facts.candidates) == ("unknown", (3,), ())
    assert facts.counterparty == "Acme"


def test_a_proposal_says_why() -> None:
    found = propose(FEE, SPEC)
    assert found.text == "Book 2.90 EUR: debit 6800, credit 1010."
    assert found.why.startswith("by the evidence alone")
    assert 0.4 <= found.confidence <= 0.7
    assert found.choice is not None
    assert len(found.choice.hash) == 64
    assert found.choice not in found.others


def test_where_the_best_cannot_be_built_nothing_is_proposed() -> None:
    found = propose(FEE, ResolveSpec())
    assert (found.choice, found.text) == (None, "")
    assert "journal_entry, needs something" in found.why


def test_what_is_unclear_is_not_proposed() -> None:
    assert propose(replace(FEE, bucket="unknown"), SPEC).choice is None


@pytest.mark.parametrize("kind", buildable(FEE, SPEC))
def test_every_action_is_told_in_a_line(kind: ActionKind) -> None:
    action = build(kind, FEE, SPEC)
    assert action is not None
    text = action_text(action)
    assert text.endswith(".")
    assert "\n" not in text


@pytest.mark.parametrize("spec", [SPEC, ResolveSpec()], ids=["everything allowed", "nothing"])
@pytest.mark.parametrize("bucket", [*(each.value for each in Bucket), "own bucket", ""])
def test_a_runs_column_says_what_a_proposal_without_precedents_says(
    bucket: str, spec: ResolveSpec
) -> None:
    facts = replace(FEE, bucket=bucket)
    assert proposed_text(facts, spec, {}) == propose(facts, spec).text
