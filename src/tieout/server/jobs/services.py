"""Writes of jobs by those who ask for them: enqueue and cancel."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tieout.server.audit.services import record
from tieout.server.context import current_request_id
from tieout.server.jobs.models import ATTEMPTS_MAX, Job
from tieout.server.jobs.registry import handler_of

if TYPE_CHECKING:
    from tieout.server.accounts.models import User


@transaction.atomic
def enqueue(
    kind: str,
    arguments: dict[str, Any],
    *,
    actor: "User | None",
    idempotency_key: str = "",
    run_after: datetime | None = None,
    attempts_max: int = ATTEMPTS_MAX,
) -> Job:
    """Ask for a job; asked again under the same key, the answer is the job of the first time.

    Call it in the transaction of whatever the job belongs to: both happen or neither. Raises
    UnknownKindError.
    """
    handler_of(kind)
    values = {
        "kind": kind,
        "arguments": arguments,
        "actor": actor,
        "run_after": run_after or timezone.now(),
        "attempts_max": attempts_max,
        "request_id": current_request_id(),
    }
    if idempotency_key:
        job, is_new = Job.objects.get_or_create(idempotency_key=idempotency_key, defaults=values)
    else:
        job, is_new = Job.objects.create(**values), True
    if is_new:
        after = {"kind": kind, "arguments": arguments}
        record(actor=actor, action="job.queued", target=("job", job.pk), after=after)
    return job


@transaction.atomic
def cancel(job_id: int, *, actor: "User | None") -> Job:
    """Stop a job: at once while it waits, at its next step while it runs."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if not job.is_open or job.cancel_requested:
        return job
    job.cancel_requested = True
    if job.state == Job.State.QUEUED:
        job.state, job.finished_at = Job.State.CANCELLED, timezone.now()
    job.save(update_fields=["cancel_requested", "state", "finished_at"])
    record(actor=actor, action="job.cancelled", target=("job", job.pk))
    return job


@transaction.atomic
def retry(job_id: int, *, actor: "User | None") -> Job:
    """Queue a job again that failed or was cancelled, with all its attempts before it."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.state not in {Job.State.FAILED, Job.State.CANCELLED}:
        return job
    job.state, job.attempts, job.cancel_requested = Job.State.QUEUED, 0, False
    job.run_after, job.finished_at, job.error = timezone.now(), None, ""
    job.save()
    record(actor=actor, action="job.retried", target=("job", job.pk))
    return job
