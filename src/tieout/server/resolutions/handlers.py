"""Jobs about proposals, and what follows from deliveries."""

from typing import Any

from tieout.server.cases.models import Case
from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import Progress
from tieout.server.jobs.registry import handler
from tieout.server.outbox.models import Delivery
from tieout.server.outbox.registry import follower
from tieout.server.resolutions import autonomy, services


@handler("propose")
def run_propose(_: Job, progress: Progress) -> dict[str, Any]:
    """Propose something about each open case that has no proposal, and end what is too old.

    What the policy lets run alone is carried out.
    """
    expired, made, alone = services.expire(), 0, 0
    spec = services.resolve_spec()
    waiting = Case.objects.exclude(status=Case.Status.RESOLVED).filter(proposals=None)
    ids = list(waiting.values_list("pk", flat=True)[:5_000])
    for place, case_id in enumerate(ids):
        case = Case.objects.select_related("latest_run").get(pk=case_id)
        proposal = services.propose_for(case)
        if proposal is not None:
            made += 1
            alone += autonomy.decide_way(proposal.pk, spec).ran_alone
        progress((place + 1) / len(ids), "proposing")
    checked = autonomy.check_the_last_of_each_lot(spec)
    counts = {"cases": len(ids), "proposed": made, "expired": expired}
    return counts | {"ran_alone": alone, "to_check": checked}


@follower("proposal")
def delivery_ended(delivery: Delivery) -> None:
    """A proposal is done or has failed when its delivery ended."""
    services.ended(int(delivery.subject_id), delivery)
