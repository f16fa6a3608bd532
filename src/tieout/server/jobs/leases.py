"""Who works on a job: taking it, holding it, and ending it; each change is one transaction.

Only the holder of the lease's token may change a running job. A worker that was thought dead and
comes back finds another token there, and what it has done counts for nothing.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from tieout.server.audit.services import record
from tieout.server.jobs.models import Job
from tieout.server.jobs.registry import Effect, Result

LEASE_SECONDS = 60
_BACKOFF_SECONDS_FIRST = 5
_BACKOFF_SECONDS_MAX = 3600
_STATE = Job.State


class LeaseLostError(Exception):
    """Somebody else works on the job by now."""


def take(now: datetime | None = None, *, lease_seconds: float = LEASE_SECONDS) -> Job | None:
    """Take the job that is due first, or None. A job whose worker died counts as due."""
    now = now or timezone.now()
    due = Q(state=_STATE.QUEUED, run_after__lte=now)
    left_behind = Q(state=_STATE.RUNNING, lease_until__lt=now)
    found = Job.objects.filter(due | left_behind).order_by("run_after", "id")
    # Looked at first without the right to write, which on SQLite only one can have.
    while found.exists():
        job = _take_first(found, now, lease_seconds)
        if job is None or job.state == _STATE.RUNNING:
            return job
    return None


def take_one(job_id: int, *, lease_seconds: float = LEASE_SECONDS) -> Job | None:
    """Take one job, due or not; None where it has been taken or has ended."""
    queued = Job.objects.filter(pk=job_id, state=_STATE.QUEUED)
    return _take_first(queued, timezone.now(), lease_seconds)


@transaction.atomic
def _take_first(found: QuerySet[Job], now: datetime, lease_seconds: float) -> Job | None:
    if connection.features.has_select_for_update_skip_locked:
        found = found.select_for_update(skip_locked=True)
    job = found.first()
    if job is None:
        return None
    if job.state == _STATE.RUNNING and (job.cancel_requested or job.attempts >= job.attempts_max):
        _end_left_behind(job, now)
        return job
    job.state, job.attempts = _STATE.RUNNING, job.attempts + 1
    job.lease_token = uuid.uuid4().hex
    job.lease_until = now + timedelta(seconds=lease_seconds)
    job.started_at = job.started_at or now
    job.save()
    return job


def hold(job: Job, *, progress: float, step: str, lease_seconds: float = LEASE_SECONDS) -> bool:
    """Keep the lease and note how far the job is; answers whether it was asked to stop.

    Raises LeaseLostError.
    """
    until = timezone.now() + timedelta(seconds=lease_seconds)
    if not _held(job).update(lease_until=until, progress=progress, step=step[:200]):
        raise LeaseLostError(str(job))
    return Job.objects.values_list("cancel_requested", flat=True).get(pk=job.pk)


@transaction.atomic
def complete(job: Job, result: Result, effect: Effect | None = None) -> None:
    """Mark the job as done and write its effect, both or neither. Raises LeaseLostError."""
    _change(job, state=_STATE.DONE, progress=1.0, step="", result=result, error="")
    if effect is not None:
        effect(job, result)
    _note(job, "job.done", {"kind": job.kind, "result": result})


@transaction.atomic
def stop(job: Job) -> None:
    """Mark a running job as cancelled. Raises LeaseLostError."""
    _change(job, state=_STATE.CANCELLED)


@transaction.atomic
def fail(job: Job, error: str, *, for_good: bool = False) -> None:
    """Queue the job again after a while, or give it up: after its last attempt, or for good.

    Raises LeaseLostError.
    """
    if for_good or job.attempts >= job.attempts_max:
        _change(job, state=_STATE.FAILED, error=error)
        _note(job, "job.failed", {"kind": job.kind, "error": error})
        return
    wait = timedelta(seconds=backoff_seconds(job.attempts))
    _change(job, state=_STATE.QUEUED, error=error, run_after=timezone.now() + wait)


@transaction.atomic
def give_back(job: Job) -> None:
    """Queue the job again at once, because the worker has to leave; the attempt is not counted."""
    _change(job, state=_STATE.QUEUED, attempts=F("attempts") - 1, run_after=timezone.now())


def backoff_seconds(attempts: int) -> int:
    """How long to wait after so many attempts.

    >>> [backoff_seconds(attempts) for attempts in (1, 2, 3, 20)]
    [5, 20, 80, 3600]
    """
    grown: int = _BACKOFF_SECONDS_FIRST * 4 ** min(attempts - 1, 10)
    return min(grown, _BACKOFF_SECONDS_MAX)


def _end_left_behind(job: Job, now: datetime) -> None:
    job.state = _STATE.CANCELLED if job.cancel_requested else _STATE.FAILED
    job.error = job.error or "the worker died at each attempt"
    job.finished_at, job.lease_until, job.lease_token = now, None, ""
    job.save()
    if job.state == _STATE.FAILED:
        _note(job, "job.failed", {"kind": job.kind, "error": job.error})


def _held(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state=_STATE.RUNNING, lease_token=job.lease_token)


def _change(job: Job, *, state: str, **values: Any) -> None:
    finished = None if state == _STATE.QUEUED else timezone.now()
    ended = {"lease_until": None, "lease_token": "", "finished_at": finished}
    if not _held(job).update(state=state, **ended, **values):
        raise LeaseLostError(str(job))


def _note(job: Job, action: str, after: dict[str, Any]) -> None:
    record(
        actor=None,
        action=action,
        target=("job", job.pk),
        after=after,
        request_id=job.request_id,
    )
