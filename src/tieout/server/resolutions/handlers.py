"""Jobs about proposals, and what follows from deliveries."""

from typing import Any, Final

from tieout.server.cases import arrivals, carrying
from tieout.server.cases.models import Case, Run
from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import Progress
from tieout.server.jobs.registry import handler
from tieout.server.jobs.services import enqueue
from tieout.server.outbox.models import Delivery
from tieout.server.outbox.registry import follower
from tieout.server.resolutions import autonomy, feedback, services, telling
from tieout.server.resolutions.facts import facts_of_cases

# Those that matter most come first; the rest at the next time.
_CASES_MAX: Final = 5_000
_AT_ONCE: Final = 250


@handler("follow_up")
def run_follow_up(job: Job, progress: Progress) -> dict[str, Any]:
    """What follows from a run, and from time going by.

    Arguments: run, the number of a registered one, where there is one. Cases whose item was cleared
    or whose counterpart has come are resolved, those that waited too long and incidents with new
    findings are open again, and proposals are made.
    """
    arrived: list[int] = []
    back: list[int] = []
    run = Run.objects.filter(pk=job.arguments.get("run")).first()
    if run is not None and run.job == "reconcile":
        progress(0.0, "looking for counterparts")
        back = arrivals.reopen_back_again(run)
        arrived = [*carrying.resolve_cleared(run), *arrivals.resolve_arrived(run)]
    if run is not None:
        back += arrivals.reopen_grown(run)
    overdue = arrivals.reopen_overdue()
    counts = {"arrived": len(arrived), "back_again": len(back), "overdue": len(overdue)}
    result = counts | _propose(progress, run)
    result["told"] = run is not None and telling.tell_of_run(run, services.resolve_spec())
    enqueue("learn", {}, actor=None, idempotency_key=f"learn-after-{job.pk}")
    return result


@handler("learn")
def run_learn(_: Job, progress: Progress) -> dict[str, Any]:
    """Learn from what people decided since the last time; the next run goes by what helps."""
    made = feedback.learn_all(lambda step: progress(0.0, step))
    return {"lessons": len(made), "used": sum(each.used for each in made)}


@handler("propose")
def run_propose(_: Job, progress: Progress) -> dict[str, Any]:
    """Propose something about each open case that has no proposal, and end what is too old.

    What the policy lets run alone is carried out.
    """
    return _propose(progress)


def _propose(progress: Progress, run: Run | None = None) -> dict[str, Any]:
    """For the open cases of a run, or for all of them."""
    expired, made, alone = services.expire(), 0, 0
    spec = services.resolve_spec()
    waiting = Case.objects.exclude(status=Case.Status.RESOLVED).filter(proposals=None)
    if run is not None:
        waiting = waiting.filter(latest_run=run)
    ids = list(waiting.values_list("pk", flat=True)[:_CASES_MAX])
    for first in range(0, len(ids), _AT_ONCE):
        found = Case.objects.select_related("latest_run").filter(
            pk__in=ids[first : first + _AT_ONCE]
        )
        facts = facts_of_cases(list(found))
        for case in found:
            proposal = services.propose_for(case, facts=facts[case.pk])
            if proposal is not None:
                made += 1
                alone += autonomy.decide_way(proposal.pk, spec).ran_alone
        progress(min(1.0, (first + _AT_ONCE) / len(ids)), "proposing")
    checked = autonomy.check_the_last_of_each_lot(spec)
    counts = {"cases": len(ids), "proposed": made, "expired": expired}
    return counts | {"ran_alone": alone, "to_check": checked}


@follower("proposal")
def delivery_ended(delivery: Delivery) -> None:
    """A proposal is done or has failed when its delivery ended."""
    services.ended(int(delivery.subject_id), delivery)
