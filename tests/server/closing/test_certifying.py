"""Certified balances."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tieout.close.tasks.template import parse_calendar
from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.closing.certifying import certify, prepare, refresh, risk_of
from tieout.server.closing.differences import approve_difference
from tieout.server.closing.models import Certification, LedgerImport, Period
from tieout.server.closing.services import open_period

from .conftest import CALENDAR, entry

Import = Callable[..., LedgerImport]
SALE = entry("J1", "2026-10-05", "1000", "4000", "100.50")


@pytest.fixture
def cash(period: Period, ledger: Import) -> Certification:
    """The certification of cash, 50,100.50."""
    ledger(SALE)
    return period.certifications.get(account__code="1000")


def with_support(one: Certification, actor: User, supported: int, explanation: str = "") -> None:
    prepare(
        one, supported=supported, support="bank_statement", reference="statement 10",
        explanation=explanation, actor=actor,
    )  # fmt: skip


def test_balance_sheet_accounts_get_a_balance_to_certify_by_risk(
    cash: Certification, period: Period
) -> None:
    found = {each.account.code: each for each in period.certifications.all()}
    assert set(found) == {"1000", "3000"}
    assert (cash.balance, cash.risk, cash.state) == (5_010_050, "medium", "open")
    assert risk_of(period, 10_000_000) == "high"
    assert risk_of(period, -99_999) == "low"


def test_one_prepares_and_another_certifies(cash: Certification, ann: User, bob: User) -> None:
    with pytest.raises(InputError, match="has to be prepared first"):
        certify(cash, actor=bob)
    with_support(cash, ann, 5_010_050)
    with pytest.raises(InputError, match="who prepared a balance does not certify it"):
        certify(cash, actor=ann)
    certify(cash, actor=bob)
    cash.refresh_from_db()
    assert (cash.state, cash.certified_by, cash.unexplained) == ("certified", bob, 0)
    assert AuditEntry.objects.get(action="balance.certified").actor == "bob"


def test_a_difference_needs_a_word_and_an_approval_of_its_own(
    cash: Certification, ann: User, bob: User
) -> None:
    with pytest.raises(InputError, match=r"10\.50 is unexplained; say why"):
        with_support(cash, ann, 5_009_000)
    with_support(cash, ann, 5_009_000, "cheque in transit")
    with pytest.raises(InputError, match=r"10\.50 is unexplained; an approver has to approve"):
        certify(cash, actor=bob)
    approve_difference(cash, reason="below what is material", actor=bob)
    certify(cash, actor=bob)
    cash.refresh_from_db()
    assert (cash.state, cash.unexplained) == ("certified", 1_050)
    found = AuditEntry.objects.get(action="difference.approved")
    assert (found.actor, found.after["amount"], found.after["reason"]) == (
        "bob", 1_050, "below what is material",
    )  # fmt: skip


def test_who_prepared_it_or_is_no_approver_or_says_nothing_approves_no_difference(
    cash: Certification, bob: User, person: Callable[..., User]
) -> None:
    with pytest.raises(InputError, match="1000 is open and has no difference that waits"):
        approve_difference(cash, reason="fine", actor=bob)
    with_support(cash, bob, 5_009_000, "cheque in transit")
    with pytest.raises(InputError, match="only an approver approves a difference"):
        approve_difference(cash, reason="fine", actor=person("rev", "reviewer"))
    with pytest.raises(InputError, match="who prepared a balance does not approve"):
        approve_difference(cash, reason="fine", actor=bob)
    with pytest.raises(InputError, match=r"say why 10\.50 may stay unexplained"):
        approve_difference(cash, reason=" ", actor=person("chief", "approver"))
    assert not cash.approvals.exists()


def test_an_approval_is_of_one_amount_alone(
    cash: Certification, ann: User, bob: User, ledger: Import
) -> None:
    with_support(cash, ann, 5_009_000, "cheque in transit")
    approve_difference(cash, reason="below what is material", actor=bob)
    certify(cash, actor=bob)
    ledger(entry("J2", "2026-10-20", "6100", "1000", "50.00"))
    with_support(cash, ann, 5_009_000, "cheque in transit")
    cash.refresh_from_db()
    assert (cash.unexplained, cash.approval) == (-3_950, None)
    with pytest.raises(InputError, match=r"-39\.50 is unexplained; an approver"):
        certify(cash, actor=bob)


def test_what_supported_a_balance_is_proposed_in_the_next_period(
    cash: Certification, ann: User, bob: User, ledger: Import
) -> None:
    with_support(cash, ann, 5_010_050)
    certify(cash, actor=bob)
    ledger(entry("J2", "2026-11-02", "6100", "1000", "50.00"))
    next_one = open_period("2026-11", parse_calendar(CALENDAR, name="small.yaml"), actor=None)
    found = next_one.certifications.get(account__code="1000")
    assert (found.state, found.support, found.reference) == (
        "open", "bank_statement", "statement 10",
    )  # fmt: skip
    assert (found.supported, found.reason) == (None, "support as in 2026-10")


def test_a_calendar_says_how_balances_are_certified(ledger: Import) -> None:
    ledger(SALE)
    text = CALENDAR + "certification: {low_every_months: 1, high_times: 1}\n"
    made = open_period("2026-10", parse_calendar(text, name="small.yaml"), actor=None)
    cash = made.certifications.get(account__code="1000")
    assert (cash.risk, cash.state) == ("high", "open")
    assert made.policy == {"low_every_months": 1, "high_times": 1}


def test_a_later_entry_decertifies_the_balance(
    cash: Certification, ann: User, bob: User, ledger: Import
) -> None:
    with_support(cash, ann, 5_010_050)
    certify(cash, actor=bob)
    ledger(entry("J2", "2026-10-20", "6100", "1000", "50.00"))
    cash.refresh_from_db()
    assert cash.state == "decertified"
    assert cash.reason == "the balance changed from 50,100.50 to 50,050.50"
    found = AuditEntry.objects.get(action="balance.decertified")
    assert (found.actor, found.before["balance"]) == ("", 5_010_050)


def test_an_entry_of_the_next_month_leaves_it_certified(
    cash: Certification, ann: User, bob: User, ledger: Import
) -> None:
    with_support(cash, ann, 5_010_050)
    certify(cash, actor=bob)
    ledger(entry("J2", "2026-11-02", "6100", "1000", "50.00"))
    cash.refresh_from_db()
    assert cash.state == "certified"


def test_a_quiet_account_is_certified_by_policy_where_it_was_before(
    cash: Certification, period: Period, ann: User, bob: User
) -> None:
    capital = period.certifications.get(account__code="3000")
    with_support(capital, ann, -5_000_000)
    certify(capital, actor=bob)
    november = Period.objects.create(name="2026-11", calendar="x")
    refresh(november)
    found = november.certifications.get(account__code="3000")
    assert (found.state, found.is_automatic) == ("certified", True)
    assert found.reason == "no entries in the period, certified in the one before"
    assert november.certifications.get(account__code="1000").state == "open"


def test_low_risk_is_due_each_quarter(db: None, ledger: Import) -> None:
    ledger(entry("J1", "2026-09-05", "1000", "3000", "1.00"))
    for name, state in (("2026-09", "open"), ("2026-10", "not_due")):
        period = Period.objects.create(name=name, calendar="x", material_amount=10**9)
        refresh(period)
        assert period.certifications.get(account__code="1000").state == state


def test_a_reference_is_as_long_as_is_kept(cash: Certification, ann: User) -> None:
    with pytest.raises(InputError, match="at most 300 characters"):
        prepare(
            cash, supported=5_010_050, support="schedule", reference="x" * 301, explanation="",
            actor=ann,
        )  # fmt: skip


def test_an_unknown_support_is_refused(cash: Certification, ann: User) -> None:
    with pytest.raises(InputError, match="support 'gut': expected one of"):
        prepare(cash, supported=1, support="gut", reference="", explanation="x", actor=ann)


def test_a_reconciliation_run_has_to_be_one_of_the_workspace(
    cash: Certification, ann: User, workspace: Path
) -> None:
    def by_run(reference: str) -> None:
        prepare(
            cash, supported=cash.balance, support="reconciliation_run", reference=reference,
            explanation="", actor=ann,
        )  # fmt: skip

    for wrong in ("", "none", "../runs/none"):
        with pytest.raises(InputError, match="no such run in the workspace"):
            by_run(wrong)
    folder = workspace / "runs" / "20261101T080000Z-reconcile"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    by_run(folder.name)
    cash.refresh_from_db()
    assert (cash.state, cash.reference) == ("prepared", folder.name)


def test_what_was_prepared_anew_since_somebody_looked_is_not_certified_unseen(
    cash: Certification, ann: User, bob: User
) -> None:
    with_support(cash, ann, 5_009_000, "cheque in transit")
    cash.refresh_from_db()
    assert cash.prepared_at is not None
    seen = cash.prepared_at.isoformat()
    with_support(cash, ann, 4_000_000, "a theft, perhaps")
    with pytest.raises(InputError, match="1000 was prepared anew meanwhile"):
        approve_difference(cash, reason="below what is material", actor=bob, prepared_at=seen)
    with pytest.raises(InputError, match="1000 was prepared anew meanwhile"):
        certify(cash, actor=bob, prepared_at=seen)
    cash.refresh_from_db()
    approve_difference(cash, reason="looked into", actor=bob, prepared_at=_shown(cash))
    certify(cash, actor=bob, prepared_at=_shown(cash))


def _shown(one: Certification) -> str:
    return one.prepared_at.isoformat() if one.prepared_at else ""


@pytest.mark.parametrize("act", ["prepare", "certify", "import"])
def test_no_lock_of_the_period_comes_in_between(
    cash: Certification, ann: User, bob: User, ledger: Import, act: str
) -> None:
    with_support(cash, ann, 5_010_050)
    with CaptureQueriesContext(connection) as asked:
        if act == "prepare":
            with_support(cash, ann, 5_010_050)
        elif act == "certify":
            certify(cash, actor=bob)
        else:
            ledger(entry("J2", "2026-10-06", "1000", "4000", "1.00"))
    if connection.features.has_select_for_update:
        held = [each["sql"] for each in asked if each["sql"].endswith("FOR UPDATE")]
        assert "closing_period" in held[0], "the period first, so that nobody waits in a circle"
    else:
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
