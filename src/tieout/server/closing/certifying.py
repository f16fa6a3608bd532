"""Certified balances: reconciled, prepared by one, certified by another, undone by a change."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from tieout.close.review.months import is_balance
from tieout.close.review.policy import CertificationPolicy, Risk, read_policy
from tieout.close.tasks.dates import Period as Month
from tieout.model.errors import InputError
from tieout.model.money import format_amount
from tieout.pipeline.workspace import MANIFEST_FILE
from tieout.server.accounts.permissions import Role, has_role
from tieout.server.audit.services import record
from tieout.server.closing.locking import require_open
from tieout.server.closing.models import Account, Certification, JournalLine, Period

if TYPE_CHECKING:
    from tieout.server.accounts.models import User

SUPPORTS: Final = ("subledger", "bank_statement", "schedule", "reconciliation_run", "none")
_STATE = Certification.State
_SCALE: Final = 2
_REFERENCE_MAX: Final = 300


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


def policy_of(period: Period) -> CertificationPolicy:
    """How balances of a period are certified."""
    return read_policy(period.policy, f"period {period.name}")


def risk_of(period: Period, balance: int) -> Risk:
    """High, medium or low, by how the balance compares with what is material."""
    return policy_of(period).risk(balance, period.material_amount)


def _add(period: Period, account: Account, balance: int, *, is_quiet: bool) -> None:
    """A balance as the policy and the period before have it; what supported it is rolled forward.

    The support is a proposal: somebody has to prepare the balance with what there is now.
    """
    month, policy = Month.parse(period.name), policy_of(period)
    risk = policy.risk(balance, period.material_amount)
    made = Certification(period=period, account=account, risk=risk, balance=balance)
    before = Certification.objects.filter(period__name=str(month.before), account=account).first()
    if before is not None and before.support:
        made.support = before.support
        # A run of another month supports nothing in this one.
        made.reference = "" if before.support == "reconciliation_run" else before.reference
    was_certified = (
        before is not None and before.state == _STATE.CERTIFIED and before.balance == balance
    )
    made.reason = policy.automatic(balance, is_quiet=is_quiet, was_certified=was_certified)
    if made.reason:
        made.state, made.is_automatic = _STATE.CERTIFIED, True
        made.supported, made.certified_at = balance, timezone.now()
    elif not policy.is_due(risk, month.month):
        every = policy.low_every_months
        made.state = _STATE.NOT_DUE
        made.reason = f"low risk, certified every {every} months"
    elif made.support:
        made.reason = f"support as in {month.before}"
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
    if one.state == _STATE.NOT_DUE and policy_of(one.period).is_due(
        one.risk, Month.parse(one.period.name).month
    ):
        one.state, one.reason = _STATE.OPEN, "the balance grew beyond low risk"
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
    require_open(one.period_id)
    one = Certification.objects.select_for_update().get(pk=one.pk)
    if not has_role(actor, Role.PREPARER, Role.REVIEWER, Role.APPROVER):
        raise InputError("only preparers, reviewers and approvers prepare balances")
    if support not in SUPPORTS:
        raise InputError(f"support {support!r}: expected one of {', '.join(SUPPORTS)}")
    if len(reference) > _REFERENCE_MAX:
        raise InputError(f"a reference has at most {_REFERENCE_MAX} characters; explain the rest")
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
def certify(one: Certification, *, actor: "User", prepared_at: str = "") -> None:
    """Stand for a balance that somebody else prepared. prepared_at: as of `require_as_seen`.

    An unexplained difference has to be approved before, in a record of its own (see
    `differences`). Raises InputError otherwise.
    """
    require_open(one.period_id)
    one = Certification.objects.select_for_update().get(pk=one.pk)
    if one.state != _STATE.PREPARED:
        raise InputError(f"{one.account.code} is {one.state}; it has to be prepared first")
    require_as_seen(one, prepared_at)
    if one.prepared_by_id == actor.pk:
        raise InputError(f"{one.account.code}: who prepared a balance does not certify it")
    if not has_role(actor, Role.REVIEWER, Role.APPROVER):
        raise InputError(f"{one.account.code}: only reviewer or approver may certify it")
    approval = one.approval
    if one.unexplained and approval is None:
        raise InputError(
            f"{one.account.code}: {format_amount(one.unexplained, _SCALE)} is unexplained; an "
            "approver has to approve the difference first"
        )
    one.state, one.certified_by, one.certified_at = _STATE.CERTIFIED, actor, timezone.now()
    one.save()
    after = {"account": one.account.code, "balance": one.balance, "unexplained": one.unexplained,
             "approval": approval.pk if approval else None}  # fmt: skip
    record(actor=actor, action="balance.certified", target=("certification", one.pk), after=after)


def require_as_seen(one: Certification, prepared_at: str) -> None:
    """Raises InputError where a balance was prepared anew since somebody looked at it.

    prepared_at: as the page showed it, in ISO form; blank where nobody says.
    """
    if prepared_at and one.prepared_at is not None and one.prepared_at.isoformat() != prepared_at:
        raise InputError(
            f"{one.account.code} was prepared anew meanwhile; look at it again, then decide"
        )
