"""The worker: takes one job after another and runs it."""

import threading
from collections.abc import Callable
from typing import Final

from django.db import close_old_connections

from tieout.model.errors import InputError
from tieout.server.context import accepted_request_id, request_context
from tieout.server.jobs import leases
from tieout.server.jobs.leases import LEASE_SECONDS, LeaseLostError
from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import Heartbeat, JobCancelledError, Progress
from tieout.server.jobs.registry import UnknownKindError, handler_of

POLL_SECONDS: Final = 0.5
_BEATS_A_LEASE: Final = 4
_ERROR_CHARACTERS_MAX: Final = 2000


def work(
    *,
    stop: threading.Event,
    poll_seconds: float = POLL_SECONDS,
    lease_seconds: float = LEASE_SECONDS,
    between: Callable[[], None] = lambda: None,
) -> None:
    """Run jobs until `stop` is set. between: called before each look for a job."""
    while not stop.is_set():
        close_old_connections()
        between()
        job = leases.take(lease_seconds=lease_seconds)
        if job is None:
            stop.wait(poll_seconds)
        else:
            run_job(job, lease_seconds=lease_seconds)


def work_off(*, lease_seconds: float = LEASE_SECONDS) -> int:
    """Run all jobs that are due and answer with their number."""
    done = 0
    while (job := leases.take(lease_seconds=lease_seconds)) is not None:
        run_job(job, lease_seconds=lease_seconds)
        done += 1
    return done


def run_job(job: Job, *, lease_seconds: float = LEASE_SECONDS) -> None:
    """Run a job that was taken, and write down how it ended."""
    with request_context(accepted_request_id(job.request_id)):
        try:
            _run(job, lease_seconds)
        except LeaseLostError:
            # Whoever has the job now writes down how it ends.
            return


def _run(job: Job, lease_seconds: float) -> None:
    progress = Progress(job, lease_seconds=lease_seconds)
    try:
        how = handler_of(job.kind)
        with Heartbeat(progress, every_seconds=lease_seconds / _BEATS_A_LEASE):
            result = how.run(job, progress)
        leases.complete(job, result, how.effect)
    except JobCancelledError:
        leases.stop(job)
    except LeaseLostError:
        raise
    except (InputError, UnknownKindError) as error:
        # It would fail in the same way again.
        leases.fail(job, str(error), for_good=True)
    except Exception as error:
        leases.fail(job, f"{type(error).__name__}: {error}"[:_ERROR_CHARACTERS_MAX])
