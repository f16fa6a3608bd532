"""Writes of the outbox by those who have something to deliver."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tieout.resolve.actions.channels import checked_channel
from tieout.server.audit.services import record
from tieout.server.context import current_request_id
from tieout.server.outbox.models import Delivery
from tieout.server.outbox.registry import follow

if TYPE_CHECKING:
    from tieout.server.accounts.models import User

_STATE = Delivery.State


@transaction.atomic
def enqueue(
    *,
    channel: str,
    payload: Mapping[str, Any],
    idempotency_key: str,
    actor: "User | None" = None,
    subject: tuple[str, Any] = ("", ""),
    run_after: datetime | None = None,
) -> Delivery:
    """Write down what is to be delivered; under a key that is known, nothing is added.

    Call it in the transaction of the change that it follows from: both happen or neither. subject:
    kind and id of what it is about. Raises InputError for a channel that does not exist.
    """
    kind, identity = subject
    delivery, is_new = Delivery.objects.get_or_create(
        idempotency_key=idempotency_key,
        defaults={
            "channel": checked_channel(channel),
            "payload": dict(payload),
            "subject_kind": kind,
            "subject_id": str(identity),
            "actor": actor,
            "request_id": current_request_id(),
            "run_after": run_after or timezone.now(),
        },
    )
    if is_new:
        after = {"channel": channel, "payload": delivery.payload, "key": idempotency_key}
        record(actor=actor, action="delivery.queued", target=("delivery", delivery.pk), after=after)
    return delivery


@transaction.atomic
def replay(delivery_id: int, *, actor: "User | None") -> Delivery:
    """Send a dead delivery again, with all its attempts before it and under the same key."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    if delivery.state not in {_STATE.DEAD, _STATE.DISCARDED}:
        return delivery
    delivery.state, delivery.attempts = _STATE.WAITING, 0
    delivery.run_after, delivery.finished_at = timezone.now(), None
    delivery.save()
    record(actor=actor, action="delivery.replayed", target=("delivery", delivery.pk))
    return delivery


@transaction.atomic
def discard(delivery_id: int, *, actor: "User | None") -> Delivery:
    """Give up a delivery that is dead or still waits."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    if delivery.state not in {_STATE.DEAD, _STATE.WAITING}:
        return delivery
    delivery.state, delivery.finished_at = _STATE.DISCARDED, timezone.now()
    delivery.save()
    follow(delivery)
    record(actor=actor, action="delivery.discarded", target=("delivery", delivery.pk))
    return delivery
