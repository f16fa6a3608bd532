"""Who may do what in a close; four eyes are looked after by the services."""

from django.contrib.auth.models import AnonymousUser

from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import WORKING_ROLES, Role, has_role


def may_work(user: User | AnonymousUser) -> bool:
    """Whether somebody works on tasks, balances and explanations."""
    return has_role(user, *WORKING_ROLES)


def may_sign(user: User | AnonymousUser) -> bool:
    """Whether somebody signs off and certifies what others did."""
    return has_role(user, Role.REVIEWER, Role.APPROVER)


def may_lock(user: User | AnonymousUser) -> bool:
    """Whether somebody locks a period."""
    return has_role(user, Role.APPROVER)
