"""Who sends a delivery: taking it, and writing down what came of it.

Taken and ended are two transactions with the sending between them. A process that dies in between
leaves a lease that ends; the next attempt has the same key, by which the other side knows it.
"""

import random
import uuid
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tieout.resolve.actions.message import Outcome, Receipt
from tieout.server.audit.services import record
from tieout.server.outbox.models import Delivery
from tieout.server.outbox.registry import follow

LEASE_SECONDS: Final = 150.0
BACKOFF_SECONDS_FIRST: Final = 5.0
BACKOFF_SECONDS_MAX: Final = 3600.0
_STATE = Delivery.State


class LeaseLostError(Exception):
    """Somebody else sends it by now."""


def take(now: datetime | None = None, *, lease_seconds: float = LEASE_SECONDS) -> Delivery | None:
    """Take the delivery that is due first, or None. One whose sender died counts as due.

    A clock that was set back would leave leases and waits far ahead: what is further ahead than
    any lease or wait can be counts as due as well.
    """
    now = now or timezone.now()
    far = now + timedelta(seconds=2 * lease_seconds)
    too_long = now + timedelta(seconds=2 * BACKOFF_SECONDS_MAX)
    due = Q(state=_STATE.WAITING, run_after__lte=now)
    due |= Q(state=_STATE.WAITING, run_after__gt=too_long, attempts__gt=0)
    left_behind = Q(state=_STATE.SENDING) & (Q(lease_until__lt=now) | Q(lease_until__gt=far))
    found = Delivery.objects.filter(due | left_behind).order_by("run_after", "id")
    # Looked at first without the right to write, which on SQLite only one can have.
    while found.exists():
        delivery = _take_first(found, now, lease_seconds)
        if delivery is None or delivery.state == _STATE.SENDING:
            return delivery
    return None


@transaction.atomic
def _take_first(found: QuerySet[Delivery], now: datetime, lease_seconds: float) -> Delivery | None:
    if connection.features.has_select_for_update_skip_locked:
        found = found.select_for_update(skip_locked=True)
    delivery = found.first()
    if delivery is None:
        return None
    if delivery.attempts >= delivery.attempts_max:
        _end(delivery, _STATE.DEAD, delivery.detail or "the sender died at each attempt", now)
        return delivery
    delivery.state, delivery.attempts = _STATE.SENDING, delivery.attempts + 1
    delivery.lease_token = uuid.uuid4().hex
    delivery.lease_until = now + timedelta(seconds=lease_seconds)
    delivery.save()
    return delivery


@transaction.atomic
def finish(delivery: Delivery, receipt: Receipt, *, dry_run: bool = False) -> None:
    """Write down what came of an attempt. Raises LeaseLostError where another has taken it."""
    current, now = _held(delivery), timezone.now()
    current.reference, current.dry_run = receipt.reference[:200], dry_run
    if receipt.outcome is Outcome.DONE:
        _end(current, _STATE.DONE, receipt.detail, now)
    elif receipt.outcome is Outcome.REFUSED or current.attempts >= current.attempts_max:
        _end(current, _STATE.DEAD, receipt.detail, now)
    else:
        wait = wait_seconds(current.attempts, receipt.retry_after_seconds)
        current.state, current.detail = _STATE.WAITING, receipt.detail
        current.run_after = now + timedelta(seconds=wait)
        current.lease_token, current.lease_until = "", None
        current.save()


@transaction.atomic
def drop(delivery: Delivery, why: str) -> None:
    """Give up a delivery that is of no use any more. Raises LeaseLostError."""
    _end(_held(delivery), _STATE.DISCARDED, why, timezone.now())


def _held(delivery: Delivery) -> Delivery:
    held = Delivery.objects.select_for_update().filter(
        pk=delivery.pk, state=_STATE.SENDING, lease_token=delivery.lease_token
    )
    current = held.first()
    if current is None:
        raise LeaseLostError(str(delivery))
    return current


def wait_seconds(attempts: int, asked: float | None = None) -> float:
    """How long to wait: four times longer each time, a random half of it, and at least as asked.

    Without chance, all that failed at once would come back at once (Brooker 2015).

    >>> 2.5 <= wait_seconds(1) <= 5.0 and 1800 <= wait_seconds(9) <= 3600
    True
    """
    grown = min(BACKOFF_SECONDS_FIRST * 4.0 ** min(attempts - 1, 10), BACKOFF_SECONDS_MAX)
    jittered = grown * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
    return max(jittered, asked or 0.0)


def _end(delivery: Delivery, state: str, detail: str, now: datetime) -> None:
    delivery.state, delivery.detail, delivery.finished_at = state, detail, now
    delivery.lease_token, delivery.lease_until = "", None
    delivery.save()
    follow(delivery)
    record(
        actor=None,
        action=f"delivery.{state}",
        target=("delivery", delivery.pk),
        after={
            "channel": delivery.channel,
            "key": delivery.idempotency_key,
            "attempts": delivery.attempts,
            "reference": delivery.reference,
            "detail": detail,
            "dry_run": delivery.dry_run,
        },
        request_id=delivery.request_id,
    )
