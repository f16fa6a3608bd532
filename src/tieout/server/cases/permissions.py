"""Who may do what with cases."""

from django.core.exceptions import PermissionDenied

from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import WORKING_ROLES, Role, has_role
from tieout.server.cases.models import Decision

# A preparer closes these only with a second pair of eyes.
REVIEWED_SEVERITIES = ("critical",)
CLOSING = (Decision.Verdict.RESOLVED, Decision.Verdict.FALSE_POSITIVE)


def may_work(user: User) -> bool:
    """Auditors read and administrators configure; everybody else works on cases."""
    return has_role(user, *WORKING_ROLES)


def require_worker(user: User) -> None:
    """Raises PermissionDenied for who only reads or configures."""
    if not may_work(user):
        raise PermissionDenied("your role reads cases and does not work on them")


def needs_review(user: User, verdict: str, severity: str) -> bool:
    """Whether the decision waits for a second person."""
    seniors = (Role.REVIEWER, Role.APPROVER)
    closes = verdict in CLOSING and severity in REVIEWED_SEVERITIES
    return closes and not has_role(user, *seniors)


def may_review(user: User, decision: Decision) -> bool:
    """Four eyes: a reviewer or approver, and not the one who decided."""
    return decision.actor_id != user.pk and has_role(user, Role.REVIEWER, Role.APPROVER)
