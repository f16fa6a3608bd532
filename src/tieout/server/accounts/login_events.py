"""Writes down who logs in and out, fails to, or changes what they log in with."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.contrib.auth import signals as auth
from django.db import transaction
from django.http import HttpRequest

from tieout.server.accounts.lockout import forget_failures, note_failure, note_wrong_code
from tieout.server.accounts.models import User
from tieout.server.audit.services import record


def listen() -> None:
    """Connect everything that is written down; what is in `factors` has signals of its own."""
    auth.user_logged_in.connect(_logged_in, dispatch_uid="accounts.logged_in")
    auth.user_logged_out.connect(_logged_out, dispatch_uid="accounts.logged_out")
    auth.user_login_failed.connect(_login_failed, dispatch_uid="accounts.login_failed")
    mfa.authentication_failed.connect(_code_failed, dispatch_uid="accounts.code_failed")
    for signal, action in (
        (account.password_changed, "user.password_changed"),
        (account.password_set, "user.password_changed"),
        (account.password_reset, "user.password_reset"),
        (social.social_account_added, "user.single_sign_on_added"),
        (social.social_account_removed, "user.single_sign_on_removed"),
    ):
        signal.connect(_writer(action), weak=False, dispatch_uid=f"accounts.{id(signal)}")


def _logged_in(user: User, **_: Any) -> None:
    forget_failures(user.username)
    _write("user.logged_in", user)


def _logged_out(user: User | None, **_: Any) -> None:
    if user is not None:
        _write("user.logged_out", user)


def _login_failed(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    name = credentials.get("username") or credentials.get("email")
    if name:
        note_failure(str(name), request)


@transaction.atomic
def _code_failed(user: User, request: HttpRequest | None = None, **_: Any) -> None:
    _write("user.second_factor_failed", user)
    note_wrong_code(user.username, request)


def _writer(action: str) -> Any:
    def write(*, user: User | None = None, **more: Any) -> None:
        person = user or _person_of(more)
        if person is not None:
            _write(action, person)

    return write


def _person_of(more: dict[str, Any]) -> User | None:
    """Signals of single sign-on name the account that was connected, and it the person."""
    account_of = more.get("socialaccount") or more.get("sociallogin")
    return getattr(account_of, "user", None)


@transaction.atomic
def _write(action: str, user: User) -> None:
    record(actor=user, action=action, target=("user", user.pk))
