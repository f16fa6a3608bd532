"""Jobs: how far they are, what came of them; stopping one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from tieout.server.accounts.permissions import WORKING_ROLES, Role
from tieout.server.api.answers import Limit, Offset, Page, PlainJSON, page
from tieout.server.api.auth import Caller, needs
from tieout.server.api.parameters import Identity
from tieout.server.api.problem import ProblemError, documented
from tieout.server.database import with_database
from tieout.server.jobs import queries, services
from tieout.server.jobs.models import Job

router = APIRouter(
    prefix="/api/v1/jobs", tags=["jobs"], responses=documented(401, 403, 404, 422, 429)
)
MAY_READ = Depends(needs("read"))
MayStop = Annotated[Caller, Depends(needs("write", *WORKING_ROLES, Role.ADMIN))]


class JobFacts(BaseModel):
    """A job. progress: 0 to 1. error: why it failed, with row and column where it is a file."""

    id: int
    kind: str
    state: str = Field(examples=["running"])
    progress: float
    step: str
    created_at: str
    finished_at: str | None
    attempts: int
    error: str
    result: dict[str, Any] | None


def told(job: Job) -> dict[str, Any]:
    """A job as the API tells of it."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "state": str(job.state),
        "progress": job.progress,
        "step": job.step,
        "created_at": job.created_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "attempts": job.attempts,
        "error": job.error,
        "result": job.result,
    }


@router.get(
    "", response_model=Page[JobFacts], summary="Jobs, the newest first", dependencies=[MAY_READ]
)
@with_database
def list_jobs(state: str = "", kind: str = "", limit: Limit = 50, offset: Offset = 0) -> PlainJSON:
    """All jobs, or those of a state or kind."""
    found = queries.jobs(state=state, kind=kind)
    items = [told(job) for job in found[offset : offset + limit]]
    return page(items, total=found.count(), limit=limit, offset=offset)


@router.get("/{job_id}", response_model=JobFacts, summary="One job", dependencies=[MAY_READ])
@with_database
def one_job(job_id: Identity) -> PlainJSON:
    """How far it is, and what came of it."""
    return PlainJSON(told(_job(job_id)))


@router.post("/{job_id}/cancel", response_model=JobFacts, summary="Stop a job")
@with_database
def cancel_job(job_id: Identity, caller: MayStop) -> PlainJSON:
    """At once while it waits, at its next step while it runs; one that has ended stays as it is."""
    _job(job_id)
    return PlainJSON(told(services.cancel(job_id, actor=caller.user())))


def _job(job_id: int) -> Job:
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise ProblemError(404, f"there is no job {job_id}")
    return job
