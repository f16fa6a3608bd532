"""Differences that nobody could explain: an approver stands for each, in a record of its own."""

from typing import TYPE_CHECKING, Final

from django.db import transaction

from tieout.model.errors import InputError
from tieout.model.money import format_amount
from tieout.server.accounts.permissions import Role, has_role
from tieout.server.audit.services import record
from tieout.server.closing.certifying import require_as_seen
from tieout.server.closing.locking import require_open
from tieout.server.closing.models import Certification, DifferenceApproval

if TYPE_CHECKING:
    from tieout.server.accounts.models import User

_SCALE: Final = 2
_REASON_MIN: Final = 3


@transaction.atomic
def approve_difference(
    one: Certification, *, reason: str, actor: "User", prepared_at: str = ""
) -> DifferenceApproval:
    """Let a prepared balance stand although a part of it is unexplained.

    prepared_at: as of `require_as_seen`.

    The record is of this amount alone: when balance or support changes, another one is needed.
    Raises InputError for a locked period, a balance that is not prepared or has no difference,
    who prepared it, who is no approver, and without a reason.
    """
    require_open(one.period_id)
    found = Certification.objects.select_for_update(of=("self",)).select_related("account")
    one = found.get(pk=one.pk)
    code = one.account.code
    if one.state != Certification.State.PREPARED or not one.unexplained:
        raise InputError(f"{code} is {one.state} and has no difference that waits for approval")
    require_as_seen(one, prepared_at)
    if not has_role(actor, Role.APPROVER):
        raise InputError(f"{code}: only an approver approves a difference")
    if one.prepared_by_id == actor.pk:
        raise InputError(f"{code}: who prepared a balance does not approve its difference")
    if len(reason.strip()) < _REASON_MIN:
        raise InputError(
            f"{code}: say why {format_amount(one.unexplained, _SCALE)} may stay unexplained"
        )
    made = DifferenceApproval.objects.create(
        certification=one, amount=one.unexplained, reason=reason.strip(), approved_by=actor
    )
    after = {"account": code, "amount": made.amount, "reason": made.reason}
    record(actor=actor, action="difference.approved", target=("certification", one.pk), after=after)
    return made
