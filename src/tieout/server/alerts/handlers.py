"""What the outbox asks of alerts: whether one is still news."""

from tieout.server.alerts.telling import way_of
from tieout.server.outbox.models import Delivery
from tieout.server.outbox.registry import judge


@judge("episode")
def is_outdated(delivery: Delivery) -> str:
    """An alert that waited says nothing once a later one of its episode went the same way.

    It would open again what is over at the other side, or report as new what has grown worse.
    """
    later = Delivery.objects.filter(
        subject_kind=delivery.subject_kind,
        subject_id=delivery.subject_id,
        channel=delivery.channel,
        pk__gt=delivery.pk,
        state=Delivery.State.DONE,
    )
    if any(way_of(each) == way_of(delivery) for each in later):
        return "a later alert of this episode has been delivered"
    return ""
