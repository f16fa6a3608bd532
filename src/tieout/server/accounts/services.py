"""Writes of people, roles and tokens; each is audited in its own transaction."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.accounts.models import ApiToken, User
from tieout.server.accounts.permissions import ROLES, SCOPES
from tieout.server.audit.services import record

TOKEN_MARK = "tieout"  # noqa: S105 - the word that tokens begin with
TOKEN_DAYS_MAX = 3_650
_NAME_MAX = 100


def make_roles(**_: Any) -> None:
    """Make the groups that are not there yet."""
    for role in ROLES:
        Group.objects.get_or_create(name=role.value)


@transaction.atomic
def create_user(
    username: str,
    *,
    password: str | None,
    roles: Iterable[str] = (),
    email: str = "",
    actor: User | None = None,
) -> User:
    """Add a person; without a password they can log in by single sign-on or a reset only.

    Raises InputError for a name that is taken, a weak password or a role that does not exist.
    """
    user = User(username=User.normalize_username(username), email=email)
    # Names are asked for whatever their case: of two that differ in it only, neither could log in.
    if User.objects.filter(username__iexact=user.username).exists():
        raise InputError(f"{username}: a user with that name already exists")
    if password is not None:
        _require_strong(password, user)
    user.set_password(password)
    try:
        user.full_clean(exclude=["password"])
        with transaction.atomic():
            user.save()
    except (ValidationError, IntegrityError) as error:
        raise InputError(f"{username}: {_first_message(error)}") from error
    user.groups.set(_groups(roles))
    after = {"username": username, "email": email, "roles": sorted(roles)}
    record(actor=actor, action="user.created", target=("user", user.pk), after=after)
    return user


@transaction.atomic
def set_roles(user: User, roles: Iterable[str], *, actor: User | None) -> None:
    """Give a person these roles and no others."""
    wanted = sorted(set(roles))
    before = sorted(user.groups.values_list("name", flat=True))
    user.groups.set(_groups(wanted))
    user.__dict__.pop("_roles", None)
    record(
        actor=actor,
        action="user.roles_changed",
        target=("user", user.pk),
        before={"roles": before},
        after={"roles": wanted},
    )


@transaction.atomic
def set_active(user: User, active: bool, *, actor: User | None) -> None:
    """Let a person log in again, or no longer; their sessions and tokens stop at once."""
    user.is_active = active
    user.save(update_fields=["is_active"])
    word = "enabled" if active else "disabled"
    record(actor=actor, action=f"user.{word}", target=("user", user.pk))


@transaction.atomic
def set_password(user: User, password: str, *, actor: User | None) -> None:
    """Set a new password. Raises InputError when it is weak."""
    _require_strong(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    record(actor=actor, action="user.password_set", target=("user", user.pk))


@transaction.atomic
def create_token(
    user: User,
    *,
    name: str,
    scopes: Iterable[str] = ("read",),
    days: int | None = 90,
    actor: User | None,
) -> tuple[ApiToken, str]:
    """Make a token; the text in the answer is shown once and never again.

    days: until it expires; None never.
    """
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if not 1 <= len(name) <= _NAME_MAX:
        raise InputError(f"a token needs a name of 1 to {_NAME_MAX} characters")
    if days is not None and not 1 <= days <= TOKEN_DAYS_MAX:
        raise InputError(f"{days} days: expected 1 to {TOKEN_DAYS_MAX:,}")
    if unknown or not wanted:
        raise InputError(f"scope {', '.join(unknown) or 'missing'}: expected {', '.join(SCOPES)}")
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    text = f"{TOKEN_MARK}_{prefix}_{secret}"
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=prefix,
        digest=digest_of(text),
        scopes=wanted,
        expires_at=timezone.now() + timedelta(days=days) if days is not None else None,
    )
    after = {"user": user.username, "name": name, "scopes": wanted, "days": days}
    record(actor=actor, action="token.created", target=("token", prefix), after=after)
    return token, text


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: User | None) -> None:
    """Make a token worthless."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(actor=actor, action="token.revoked", target=("token", token.prefix))


def made_up_password() -> str:
    """A password for somebody to begin with: 96 random bits in letters that are easy to read out.

    >>> len(made_up_password())
    23
    """
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    words = ("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
    return "-".join(words)


def digest_of(text: str) -> str:
    """What is kept of a token. It has 256 random bits, so one SHA-256 is enough."""
    return hashlib.sha256(text.encode()).hexdigest()


def _groups(roles: Iterable[str]) -> list[Group]:
    wanted = set(roles)
    unknown = sorted(wanted - set(ROLES))
    if unknown:
        raise InputError(f"role {', '.join(unknown)}: expected {', '.join(ROLES)}")
    return list(Group.objects.filter(name__in=wanted))


def _require_strong(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InputError(f"password: {' '.join(error.messages)}") from error


def _first_message(error: ValidationError | IntegrityError) -> str:
    if isinstance(error, ValidationError):
        return error.messages[0]
    return "a user with that name or e-mail address exists"
