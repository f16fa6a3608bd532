"""Tasks of closes: who has what to do, moving them on, signing off, running automated ones."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from tieout.close.tasks.model import TaskState
from tieout.server.accounts.permissions import WORKING_ROLES, Role
from tieout.server.api.answers import Limit, Offset, Page, PlainJSON, page
from tieout.server.api.auth import Caller, needs
from tieout.server.api.jobs import JobFacts, told
from tieout.server.api.parameters import Identity
from tieout.server.api.problem import ProblemError, documented
from tieout.server.closing import running, services
from tieout.server.closing.models import Task
from tieout.server.database import with_database

router = APIRouter(
    prefix="/api/v1/tasks", tags=["tasks"], responses=documented(401, 403, 404, 422, 429)
)
MAY_READ = Depends(needs("read"))
MayWork = Annotated[Caller, Depends(needs("write", *WORKING_ROLES))]
MaySign = Annotated[Caller, Depends(needs("write", Role.REVIEWER, Role.APPROVER))]


class TaskFacts(BaseModel):
    """A task of a period."""

    id: int
    period: str
    code: str = Field(examples=["bank_reconciliation"])
    name: str
    state: str
    depends_on: list[str]
    due: str
    owner: str
    reviewer: str
    job: str
    reason: str
    evidence: str
    finished_at: str | None
    done_by: str
    signed_by: str


class Move(BaseModel):
    """The state that a task is to have; skipping and blocking need a reason."""

    state: TaskState
    reason: str = ""
    evidence: str = ""


@router.get("", response_model=Page[TaskFacts], summary="Tasks", dependencies=[MAY_READ])
@with_database
def list_tasks(
    period: str = "",
    state: str = "",
    owner: str = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> PlainJSON:
    """All tasks by period and position, or those of a period, a state or an owner."""
    found = Task.objects.select_related("period", "done_by", "signed_by")
    wanted = {"period__name": period, "state": state, "owner": owner}
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    found = found.order_by("-period__name", "position")
    items = [_told(task) for task in found[offset : offset + limit]]
    return page(items, total=found.count(), limit=limit, offset=offset)


@router.get("/{task_id}", response_model=TaskFacts, summary="One task", dependencies=[MAY_READ])
@with_database
def one_task(task_id: Identity) -> PlainJSON:
    """Where it stands."""
    return PlainJSON(_told(_task(task_id)))


@router.post("/{task_id}/state", response_model=TaskFacts, summary="Move a task on")
@with_database
def move_task(task_id: Identity, body: Move, caller: MayWork) -> PlainJSON:
    """Tasks that wait for it become ready or pending."""
    moved = services.move_task(
        _task(task_id), body.state, actor=caller.user(), reason=body.reason, evidence=body.evidence
    )
    return PlainJSON(_told(moved))


@router.post("/{task_id}/sign-off", response_model=TaskFacts, summary="Sign a task off")
@with_database
def sign_off(task_id: Identity, caller: MaySign) -> PlainJSON:
    """By somebody else than who did it."""
    user = caller.user()
    if user is None:
        raise ProblemError(403, "only reviewers and approvers sign off")
    return PlainJSON(_told(services.sign_off(_task(task_id), actor=user)))


@router.post(
    "/{task_id}/run", response_model=JobFacts, status_code=202, summary="Run an automated task"
)
@with_database
def run_task(task_id: Identity, caller: MayWork) -> PlainJSON:
    """Queues its job; the job completes or fails the task."""
    job = running.start(_task(task_id), actor=caller.user())
    return PlainJSON(told(job), status_code=202)


def _task(task_id: int) -> Task:
    found = Task.objects.select_related("period").filter(pk=task_id).first()
    if found is None:
        raise ProblemError(404, f"there is no task {task_id}")
    return found


def _told(task: Task) -> dict[str, Any]:
    return {
        "id": task.pk,
        "period": task.period.name,
        "code": task.code,
        "name": task.name,
        "state": task.state,
        "depends_on": list(task.depends_on),
        "due": task.due.isoformat(),
        "owner": task.owner,
        "reviewer": task.reviewer,
        "job": task.job,
        "reason": task.reason,
        "evidence": task.evidence,
        "finished_at": task.finished_at.isoformat() if task.finished_at else None,
        "done_by": task.done_by.username if task.done_by else "",
        "signed_by": task.signed_by.username if task.signed_by else "",
    }
