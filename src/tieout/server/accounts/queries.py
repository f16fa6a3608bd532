"""Reads of people and tokens."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.accounts.models import ApiToken, User
from tieout.server.accounts.services import digest_of

# Seconds between two notes of a token's use: a note for each request would be a write each.
_LAST_USED_SECONDS = 60


def people() -> QuerySet[User]:
    """Everybody with their roles, by name."""
    return User.objects.prefetch_related("groups").order_by("username")


def user_named(username: str) -> User:
    """A person by name. Raises InputError when there is none."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise InputError(f"{username}: no such user; see `tieout users list`")
    return user


def people_in(role: str) -> QuerySet[User]:
    """Those with a role who may log in."""
    return people().filter(groups__in=Group.objects.filter(name=role), is_active=True)


def tokens() -> QuerySet[ApiToken]:
    """All tokens with their users, the oldest first."""
    return ApiToken.objects.select_related("user")


def valid_token(text: str) -> ApiToken | None:
    """The token of this text with its user, unless it is unknown, expired, revoked or disabled."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=digest_of(text), revoked_at=None, user__is_active=True)
        .first()
    )
    now = timezone.now()
    if token is None or (token.expires_at is not None and token.expires_at <= now):
        return None
    last = token.last_used_at
    if last is None or now - last > timedelta(seconds=_LAST_USED_SECONDS):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
