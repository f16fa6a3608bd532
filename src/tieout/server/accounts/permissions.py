"""Who may do what: roles, four eyes, and guards for views."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from tieout.server.accounts.models import User

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], R]


class Role(StrEnum):
    """What a person does here; each is a group of the same name."""

    PREPARER = "preparer"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMIN = "admin"


ROLES = tuple(Role)
# Those whose work changes the books; an auditor reads, an admin configures.
WORKING_ROLES = (Role.PREPARER, Role.REVIEWER, Role.APPROVER)
SCOPES = ("read", "score", "write", "admin")


def roles_of(user: User | AnonymousUser) -> frozenset[str]:
    """The roles of a user, looked up once for each user object."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    known: frozenset[str] | None = user.__dict__.get("_roles")
    if known is None:
        known = frozenset(user.groups.values_list("name", flat=True)) & frozenset(ROLES)
        user.__dict__["_roles"] = known
    return known


def has_role(user: User | AnonymousUser, *roles: str) -> bool:
    """Whether the user has one of the roles; without any named, whether they have a role at all."""
    return bool(roles_of(user) & frozenset(roles or ROLES))


def may_approve(user: User | AnonymousUser, proposer: User | None) -> bool:
    """Four eyes: an approver, and not the one who proposed. What the system proposed has no one."""
    is_other = proposer is None or user.pk != proposer.pk
    return is_other and has_role(user, Role.APPROVER)


def require_role(*roles: str) -> Callable[[View[P, R]], View[P, R | HttpResponseRedirect]]:
    """Let only users with one of the roles see a view; without any named, with a role at all.

    Who is not logged in is sent to the login page, who may not is answered 403.
    """

    def guard(view: View[P, R]) -> View[P, R | HttpResponseRedirect]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> R | HttpResponseRedirect:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not has_role(request.user, *roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard
