"""The worker: takes one job after another and runs it."""

import threading
from typing import Final

from django.db import DatabaseError, close_old_connections, connection

from tieout.model.errors import InputError
from tieout.server.context import accepted_request_id, request_context
from tieout.server.jobs import leases
from tieout.server.jobs.leases import LEASE_SECONDS, LeaseLostError
from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import (
    Heartbeat,
    JobCancelledError,
    Progress,
    WorkerLeavesError,
)
from tieout.server.jobs.registry import UnknownKindError, handler_of
from tieout.server.jobs.scheduling import looks_regularly
from tieout.server.logs import logger

log = logger(__name__)

POLL_SECONDS: Final = 0.5
_BEATS_A_LEASE: Final = 4
_ERROR_CHARACTERS_MAX: Final = 2000


def work(
    *,
    stop: threading.Event,
    poll_seconds: float = POLL_SECONDS,
    lease_seconds: float = LEASE_SECONDS,
) -> None:
    """Run jobs until `stop` is set, and ask for those that schedules want."""
    look_at_schedules = looks_regularly()
    while not stop.is_set():
        try:
            close_old_connections()
            look_at_schedules()
            job = leases.take(lease_seconds=lease_seconds)
            if job is not None:
                run_job(job, lease_seconds=lease_seconds, stop=stop)
        except DatabaseError:
            # Its lease brings the job back; the database may be there again later.
            log.exception("the database does not answer")
            connection.close()
            job = None
        if job is None:
            stop.wait(poll_seconds)
    connection.close()


def work_off(*, lease_seconds: float = LEASE_SECONDS) -> int:
    """Run all jobs that are due and answer with their number."""
    done = 0
    while (job := leases.take(lease_seconds=lease_seconds)) is not None:
        run_job(job, lease_seconds=lease_seconds)
        done += 1
    return done


def run_job(
    job: Job, *, lease_seconds: float = LEASE_SECONDS, stop: threading.Event | None = None
) -> None:
    """Run a job that was taken, and write down how it ended.

    stop: when it is set meanwhile, the job is given back at its next step.
    """
    with request_context(accepted_request_id(job.request_id)):
        log.info("job begins", job=job.pk, kind=job.kind, attempt=job.attempts)
        try:
            _run(job, Progress(job, lease_seconds=lease_seconds, leaving=stop), lease_seconds)
        except LeaseLostError:
            # Whoever has the job now writes down how it ends.
            log.warning("job is another's by now", job=job.pk, kind=job.kind)
        else:
            log.info("job ends", job=job.pk, kind=job.kind)


def _run(job: Job, progress: Progress, lease_seconds: float) -> None:
    try:
        how = handler_of(job.kind)
        with Heartbeat(progress, every_seconds=lease_seconds / _BEATS_A_LEASE):
            result = how.run(job, progress)
        leases.complete(job, result, how.effect)
    except JobCancelledError:
        leases.stop(job)
    except WorkerLeavesError:
        leases.give_back(job)
    except LeaseLostError:
        raise
    except (InputError, UnknownKindError) as error:
        # It would fail in the same way again.
        leases.fail(job, str(error), for_good=True)
    except Exception as error:
        log.exception("job failed", job=job.pk, kind=job.kind)
        leases.fail(job, f"{type(error).__name__}: {error}"[:_ERROR_CHARACTERS_MAX])
