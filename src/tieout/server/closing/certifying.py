"""Certified balances: reconciled, prepared by one, certified by another, undone by a change."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from tieout.close.review.months import is_balance
from tieout.close.tasks.dates import Period as Month
from tieout.model.errors import InputError
from tieout.model.money import format_amount
from tieout.pipeline.workspace import MANIFEST_FILE
from tieout.server.accounts.permissions import Role, has_role
from tieout.server.audit.services import record
from tieout.server.closing.models import Account, Certification, JournalLine, Period

if TYPE_CHECKING:
    from tieout.server.accounts.models import User

SUPPORTS: Final = ("subledger", "bank_statement", "schedule", "reconciliation_run", "none")
_STATE = Certification.State
_HIGH_TIMES: Final = 100
_QUARTER: Final = 3
_SCALE: Final = 2


def balances_at(period: Period) -> dict[int, int]:
    """Balance of each account at the end of a period, by primary key."""
    end = Month.parse(period.name).last_day
    moved = dict(
        JournalLine.objects.filter(entry__held=False, entry__effective__lte=end)
        .values_list("account")
        .annotate(total=Sum("amount"))
        .order_by()
    )
    return {
        account.pk: account.opening + moved.get(account.pk, 0) for account in Account.objects.all()
    }


def movements_in(period: Period) -> dict[int, int]:
    """Movement of each account in a period, by primary key."""
    month = Month.parse(period.name)
    rows = (
        JournalLine.objects.filter(
            entry__held=False, entry__effective__range=(month.first_day, month.last_day)
        )
        .values_list("account")
        .annotate(total=Sum("amount"))
        .order_by()
    )
    return dict(rows)


def refresh(period: Period) -> None:
    """Bring an open period's balances up to date: a certified one that changed is decertified.

    Adds a certification for each balance sheet account; quiet ones are certified by policy.
    """
    if period.is_locked:
        return
    balances, moved = balances_at(period), movements_in(period)
    stored = {each.account_id: each for each in period.certifications.select_related("account")}
    for account in Account.objects.all():
        if not is_balance(account.type):
            continue
        balance = balances[account.pk]
        if account.pk not in stored:
            _add(period, account, balance, is_quiet=account.pk not in moved)
        elif stored[account.pk].balance != balance:
            _change(stored[account.pk], balance)


def risk_of(period: Period, balance: int) -> str:
    """High, medium or low, by how the balance compares with what is material."""
    size = abs(balance)
    if size >= _HIGH_TIMES * period.material_amount:
        return "high"
    return "medium" if size >= period.material_amount else "low"


def _add(period: Period, account: Account, balance: int, *, is_quiet: bool) -> None:
    """Low risk is due each quarter; what is zero and did not move, or did not since it was
    certified, is certified by policy."""
    risk = risk_of(period, balance)
    month = Month.parse(period.name)
    made = Certification(period=period, account=account, risk=risk, balance=balance)
    before = Certification.objects.filter(
        period__name=str(month.before), account=account, state=_STATE.CERTIFIED, balance=balance
    ).exists()
    if is_quiet and (balance == 0 or before):
        made.state, made.is_automatic = _STATE.CERTIFIED, True
        made.supported, made.certified_at = balance, timezone.now()
        made.reason = "no entries in the period" + (
            "" if balance == 0 else ", certified in the one before"
        )
    elif risk == "low" and month.month % _QUARTER:
        made.state, made.reason = _STATE.NOT_DUE, "low risk, certified each quarter"
    made.save()
    if made.is_automatic:
        record(
            actor=None, action="balance.certified", target=("certification", made.pk),
            after={"account": account.code, "balance": balance, "reason": made.reason},
        )  # fmt: skip


def _change(one: Certification, balance: int) -> None:
    old_balance = one.balance
    before = {"state": one.state, "balance": old_balance}
    one.balance = balance
    one.risk = risk_of(one.period, balance)
    if one.state in {_STATE.CERTIFIED, _STATE.PREPARED}:
        one.state = _STATE.DECERTIFIED
        one.reason = (
            f"the balance changed from {format_amount(old_balance, _SCALE)} "
            f"to {format_amount(balance, _SCALE)}"
        )
        one.is_automatic = False
    one.save()
    if one.state == _STATE.DECERTIFIED and before["state"] != one.state:
        record(
            actor=None, action="balance.decertified", target=("certification", one.pk),
            before=before, after={"state": one.state, "balance": balance},
        )  # fmt: skip


@transaction.atomic
def prepare(
    one: Certification,
    *,
    supported: int,
    support: str,
    reference: str,
    explanation: str,
    actor: "User",
) -> None:
    """Say what a balance was reconciled with. An unexplained difference needs an explanation.

    Raises InputError for a locked period, an unknown support and a difference without a word.
    """
    one = Certification.objects.select_for_update().get(pk=one.pk)
    _require_open(one)
    if not has_role(actor, Role.PREPARER, Role.REVIEWER, Role.APPROVER):
        raise InputError("only preparers, reviewers and approvers prepare balances")
    if support not in SUPPORTS:
        raise InputError(f"support {support!r}: expected one of {', '.join(SUPPORTS)}")
    if support == "reconciliation_run" and not has_run(reference):
        raise InputError(f"reference {reference!r}: there is no such run in the workspace")
    difference = one.balance - supported
    if difference and not explanation.strip():
        raise InputError(
            f"{one.account.code}: {format_amount(difference, _SCALE)} is unexplained; say why"
        )
    one.supported, one.support, one.reference = supported, support, reference
    one.explanation, one.state, one.reason = explanation.strip(), _STATE.PREPARED, ""
    one.prepared_by, one.prepared_at = actor, timezone.now()
    one.certified_by, one.certified_at, one.is_automatic = None, None, False
    one.save()
    after = {
        "account": one.account.code,
        "balance": one.balance,
        "supported": supported,
        "support": support,
        "reference": reference,
        "explanation": one.explanation,
    }
    record(actor=actor, action="balance.prepared", target=("certification", one.pk), after=after)


def has_run(run_id: str) -> bool:
    """Whether the workspace has a finished run of this name."""
    folder = Path(settings.WORKSPACE) / "runs" / run_id
    is_name = bool(run_id) and Path(run_id).name == run_id and not run_id.startswith(".")
    return is_name and (folder / MANIFEST_FILE).is_file()


@transaction.atomic
def certify(one: Certification, *, actor: "User") -> None:
    """Stand for a balance that somebody else prepared.

    With an unexplained difference only an approver may. Raises InputError otherwise.
    """
    one = Certification.objects.select_for_update().get(pk=one.pk)
    _require_open(one)
    if one.state != _STATE.PREPARED:
        raise InputError(f"{one.account.code} is {one.state}; it has to be prepared first")
    if one.prepared_by_id == actor.pk:
        raise InputError(f"{one.account.code}: who prepared a balance does not certify it")
    wanted = (Role.APPROVER,) if one.unexplained else (Role.REVIEWER, Role.APPROVER)
    if not has_role(actor, *wanted):
        raise InputError(f"{one.account.code}: only {' or '.join(wanted)} may certify it")
    one.state, one.certified_by, one.certified_at = _STATE.CERTIFIED, actor, timezone.now()
    one.save()
    after = {"account": one.account.code, "balance": one.balance, "unexplained": one.unexplained}
    record(actor=actor, action="balance.certified", target=("certification", one.pk), after=after)


def _require_open(one: Certification) -> None:
    if one.period.is_locked:
        raise InputError(f"period {one.period.name} is locked")
