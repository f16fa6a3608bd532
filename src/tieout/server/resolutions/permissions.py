"""Who may decide what about proposals."""

from django.core.exceptions import PermissionDenied

from tieout.resolve.config.spec import ResolveSpec
from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import WORKING_ROLES, has_role, may_approve
from tieout.server.cases.models import Decision
from tieout.server.resolutions.models import Proposal


def require_worker(user: User) -> None:
    """Raises PermissionDenied for who only reads or configures."""
    if not has_role(user, *WORKING_ROLES):
        raise PermissionDenied("your role reads proposals and does not decide them")


def require_approval_right(user: User, proposal: Proposal, spec: ResolveSpec) -> None:
    """Who works on cases may approve small amounts; above the limit four eyes are needed.

    Then it takes an approver who neither edited the proposal nor decided or holds its case.
    Raises PermissionDenied.
    """
    require_worker(user)
    limit = spec.approval.four_eyes_above.of(proposal.currency)
    if (proposal.amount or 0) <= limit and proposal.edited_by_id != user.pk:
        return
    if not all(may_approve(user, other) for other in (None, *_involved(proposal))):
        raise PermissionDenied(
            f"above {limit} {proposal.currency}, or after an edit, an approver has to agree who "
            "neither edited the proposal nor decided or holds its case"
        )


def _involved(proposal: Proposal) -> list[User]:
    """Who had a hand in what is proposed: they do not approve it."""
    decided = proposal.case.decisions.exclude(state=Decision.State.UNDONE)
    people = [proposal.edited_by, proposal.case.assignee]
    people += [each.actor for each in decided.select_related("actor")]
    return [person for person in people if person is not None]
