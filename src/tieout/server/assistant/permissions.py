"""Who may ask the assistant: who works on cases. Everybody with a role may read what it said."""

from django.core.exceptions import PermissionDenied

from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import WORKING_ROLES, has_role


def require_asker(user: User) -> None:
    """Raises PermissionDenied for who only reads or configures."""
    if not has_role(user, *WORKING_ROLES):
        raise PermissionDenied("your role reads what the assistant says and does not ask it")
