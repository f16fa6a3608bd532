"""Reads of jobs."""

from django.db.models import Count, QuerySet

from tieout.server.jobs.models import Job


def jobs(*, state: str = "", kind: str = "") -> QuerySet[Job]:
    """Jobs, the newest first."""
    found = Job.objects.select_related("actor")
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    return found


def counts_by_state() -> dict[str, int]:
    """How many jobs stand in each state."""
    rows = Job.objects.order_by().values_list("state").annotate(jobs=Count("pk"))
    return dict.fromkeys(Job.State.values, 0) | dict(rows)
