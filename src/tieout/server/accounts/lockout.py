"""Stops guessing: after some failures a name, or an address, has to wait.

Counted in the database, so that it holds for all processes and after a restart. A name that does
not exist is counted like one that does, so that nobody learns which exist.
"""

from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from tieout.server.accounts.models import LoginFailures
from tieout.server.audit.services import record

WINDOW: Final = timedelta(minutes=15)
LOCKED: Final = timedelta(minutes=15)
FAILURES_MAX: Final = {"name": 5, "address": 50}


class LockoutBackend:
    """First of the backends: refuses before any password is looked at. It knows no users."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, **_: Any
    ) -> None:
        """Raise PermissionDenied while the name or the address has to wait."""
        if username and is_locked(keys_of(username, request)):
            raise PermissionDenied("too many failures")


def keys_of(username: str, request: HttpRequest | None) -> list[str]:
    """What failures are counted by."""
    address = request.META.get("REMOTE_ADDR", "") if request is not None else ""
    names = [f"name:{username.strip().lower()[:150]}"]
    return [*names, f"address:{address}"] if address else names


def require_unlocked(username: str, request: HttpRequest | None) -> None:
    """Raises ValidationError while codes of a name are not even looked at."""
    if is_locked(keys_of(username, request)):
        raise ValidationError("Too many failures. Wait a quarter of an hour, then log in anew.")


def is_locked(keys: list[str]) -> bool:
    """Whether one of them has to wait."""
    return LoginFailures.objects.filter(key__in=keys, locked_until__gt=timezone.now()).exists()


@transaction.atomic
def note_failure(username: str, request: HttpRequest | None) -> None:
    """Count a failure, and lock what had too many. While it is locked nothing is counted."""
    keys = keys_of(username, request)
    if is_locked(keys):
        return
    after = {"username": username.strip()[:150], "address": keys[-1].removeprefix("address:")}
    record(actor=None, action="user.login_failed", target=("login", keys[0][5:]), after=after)
    _count_all(keys)


@transaction.atomic
def note_wrong_code(username: str, request: HttpRequest | None) -> None:
    """Count a wrong code of a second factor with the wrong passwords of its name."""
    keys = keys_of(username, request)
    if not is_locked(keys):
        _count_all(keys)


def _count_all(keys: list[str]) -> None:
    for key in [key for key in keys if _count(key)]:
        minutes = int(LOCKED.total_seconds() // 60)
        record(actor=None, action="user.locked", target=("login", key), after={"minutes": minutes})


def forget_failures(username: str) -> None:
    """A right password ends the count of a name; that of an address goes on."""
    LoginFailures.objects.filter(key=keys_of(username, None)[0]).delete()


def _count(key: str) -> bool:
    """Count one more; answers whether that was one too many."""
    now = timezone.now()
    row, _ = LoginFailures.objects.select_for_update().get_or_create(
        key=key, defaults={"since": now}
    )
    if now - row.since > WINDOW:
        row.failures, row.since = 0, now
    row.failures += 1
    is_too_many = row.failures >= FAILURES_MAX[key.partition(":")[0]]
    if is_too_many:
        row.locked_until, row.failures, row.since = now + LOCKED, 0, now
    row.save()
    return is_too_many
