"""Jobs about proposals, and what follows from deliveries."""

from typing import Any

from tieout.server.cases.models import Case
from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import Progress
from tieout.server.jobs.registry import handler
from tieout.server.outbox.models import Delivery
from tieout.server.outbox.registry import follower
from tieout.server.resolutions import services


@handler("propose")
def run_propose(_: Job, progress: Progress) -> dict[str, Any]:
    """Propose something about each open case that has no proposal, and end what is too old."""
    expired, made = services.expire(), 0
    waiting = Case.objects.exclude(status=Case.Status.RESOLVED).filter(proposals=None)
    ids = list(waiting.values_list("pk", flat=True)[:5_000])
    for place, case_id in enumerate(ids):
        case = Case.objects.select_related("latest_run").get(pk=case_id)
        made += services.propose_for(case) is not None
        progress((place + 1) / len(ids), "proposing")
    return {"cases": len(ids), "proposed": made, "expired": expired}


@follower("proposal")
def delivery_ended(delivery: Delivery) -> None:
    """A proposal is done or has failed when its delivery ended."""
    services.ended(int(delivery.subject_id), delivery)
