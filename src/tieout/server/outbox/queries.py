"""Reads of the outbox."""

from typing import Any

from django.db.models import Count, QuerySet

from tieout.server.outbox.models import Delivery


def deliveries(*, state: str = "", channel: str = "") -> QuerySet[Delivery]:
    """Deliveries, newest first; of one state or channel where named."""
    found = Delivery.objects.select_related("actor")
    if state:
        found = found.filter(state=state)
    return found.filter(channel=channel) if channel else found


def deliveries_about(kind: str, identity: Any) -> QuerySet[Delivery]:
    """What was or is to be delivered about a subject, newest first."""
    return Delivery.objects.filter(subject_kind=kind, subject_id=str(identity))


def counts_by_state() -> dict[str, int]:
    """How many deliveries are in each state."""
    found = Delivery.objects.order_by().values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in Delivery.State} | dict(found)
