"""Uploads: a CSV file in, its run and anomalies out."""

from pathlib import Path
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from tieout.model.errors import InputError
from tieout.model.facts import Reject
from tieout.pipeline.run_query import Condition, Question, ask
from tieout.pipeline.scoring.files import BrokenFileError, SentFile, read_sent
from tieout.server.api.answers import LIMIT_MAX, PlainJSON
from tieout.server.api.auth import Caller, needs
from tieout.server.api.bodies import Profile
from tieout.server.api.folders import run_folder_of, summary_of, workspace
from tieout.server.api.parameters import IdempotencyKey, digest
from tieout.server.api.problem import ErrorItem, ProblemError, documented
from tieout.server.api.receiving import Received, receive
from tieout.server.api.tables import finite
from tieout.server.database import with_database

router = APIRouter(tags=["scoring"], responses=documented(400, 401, 403, 409, 413, 415, 422, 429))
MayScore = Annotated[Caller, Depends(needs("score"))]
PATH: Final = "/api/upload_csv/"
# Files up to this size are judged before the answer; larger ones by a job.
AT_ONCE_BYTES_MAX: Final = 4 * 2**20
_KEEP: Final = frozenset({"1", "true", "yes", "keep"})
_FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "transactions or journal lines, with a header",
                        },
                        "profile": {
                            "type": "string",
                            "enum": list(get_args(Profile)),
                            "description": "what the rows are; found out if left out",
                        },
                        "keep_rejects": {
                            "type": "string",
                            "enum": ["true", "false"],
                            "description": "leave out rows that cannot be read, instead of "
                            "refusing the file",
                        },
                    },
                }
            }
        },
    }
}


class RejectFacts(BaseModel):
    """A row that could not be read."""

    row: int
    column: str
    value: str
    expected: str


class UploadAnswer(BaseModel):
    """A file that was judged, or is being judged: then follow `links.job`.

    anomalies: the flagged rows, the oddest first, with the columns of the file.
    """

    status: str = Field(description="done or queued", examples=["done"])
    name: str
    job_id: int
    run_id: str | None = None
    rows: int | None = None
    rejected: int | None = None
    flagged: dict[str, int] | None = Field(
        default=None, examples=[{"ml": 3, "rules": 1, "total": 4}]
    )
    anomalies: list[dict[str, Any]] | None = None
    rejects: list[RejectFacts] | None = None
    links: dict[str, str]


@router.post(PATH.rstrip("/"), include_in_schema=False)
@router.post(
    PATH,
    response_model=UploadAnswer,
    summary="Judge a CSV file",
    openapi_extra=_FORM,
    responses={202: {"model": UploadAnswer, "description": "A large file: a job judges it."}},
)
async def upload_csv(
    request: Request,
    caller: MayScore,
    idempotency_key: IdempotencyKey = None,
    limit: Annotated[
        int, Query(ge=0, le=LIMIT_MAX, description="how many anomalies stand in the answer")
    ] = 100,
) -> PlainJSON:
    """Takes a file of any size up to the limit, straight to the disk.

    Up to 4 MiB it is judged at once; a larger one is judged by a job. A file that looks like data
    the workspace knows is judged by what was learnt from those, any other by itself. Rows that
    cannot be read are refused with row and column, unless `keep_rejects` is true.
    """
    received = await receive(request, workspace(), bytes_max=request.app.state.upload_bytes_max)
    wish = _wish(received)
    is_small = received.size <= AT_ONCE_BYTES_MAX
    rejects: tuple[Reject, ...] = ()
    if is_small:
        sent = await run_in_threadpool(_checked, received, wish)
        rejects = sent.rejects
    job_id = await run_in_threadpool(_registered, caller, received, wish, idempotency_key)
    if is_small:
        await run_in_threadpool(_judged_here, job_id)
    return await run_in_threadpool(_answer, job_id, received.name, rejects, limit)


def _wish(received: Received) -> dict[str, Any]:
    profile = received.fields.get("profile") or None
    known = get_args(Profile)
    if profile is not None and profile not in known:
        raise ProblemError(422, f"profile: {profile[:40]!r}; expected {', '.join(known)}")
    keep = received.fields.get("keep_rejects", "").strip().lower() in _KEEP
    return {"profile": profile, "keep_rejects": keep}


def _checked(received: Received, wish: dict[str, Any]) -> SentFile:
    """Read the file whole before anything is noted of it. Raises ProblemError 422."""
    root = workspace()
    try:
        return read_sent(
            root / received.path,
            name=received.name,
            workspace=root,
            keep_rejects=wish["keep_rejects"],
        )
    except BrokenFileError as error:
        items = [
            ErrorItem(
                field="file",
                message="cannot be read",
                expected=reject.expected,
                value=reject.value[:200],
                row=reject.row,
                column=reject.column,
            )
            for reject in error.rejects
        ]
        raise ProblemError(422, str(error), errors=items) from error


@with_database
def _registered(caller: Caller, received: Received, wish: dict[str, Any], key: str | None) -> int:
    from tieout.server.intake.services import KeyTakenError, Sent, once, register_upload

    actor = caller.user()

    sent = Sent(received.name, received.path, received.sha256, received.size)
    at_once = received.size <= AT_ONCE_BYTES_MAX

    def register() -> tuple[int, Any]:
        upload = register_upload(sent, wish=wish, actor=actor, at_once=at_once)
        return 202, {"job_id": upload.job_id}

    if key is None or actor is None:
        return int(register()[1]["job_id"])
    what = digest("POST", PATH, received.sha256, repr(sorted(wish.items())))
    try:
        return int(once(actor, key, what, register)[1]["job_id"])
    except KeyTakenError as error:
        raise ProblemError(409, str(error)) from error


@with_database
def _judged_here(job_id: int) -> None:
    """Carry out the job of a small file in this process; if it dies, a worker takes it up."""
    from tieout.server.jobs.leases import take_one
    from tieout.server.jobs.worker import run_job

    job = take_one(job_id)
    if job is not None:
        run_job(job)


@with_database
def _answer(job_id: int, name: str, rejects: tuple[Reject, ...], limit: int) -> PlainJSON:
    from tieout.server.jobs.models import Job

    job = Job.objects.get(pk=job_id)
    if job.state in {Job.State.FAILED, Job.State.CANCELLED}:
        raise InputError(job.error or "the job was cancelled")
    links = {"job": f"/api/v1/jobs/{job_id}"}
    told: dict[str, Any] = {"status": "queued", "name": name, "job_id": job_id, "links": links}
    if job.state != Job.State.DONE:
        return PlainJSON(told, status_code=202, headers={"Location": links["job"]})
    folder = run_folder_of(str((job.result or {}).get("run_id")))
    summary = summary_of(folder)
    links |= {
        "run": f"/api/v1/runs/{folder.name}",
        "anomalies": f"/api/v1/runs/{folder.name}/tables/scored?is_flag=true&sort=-score",
        "report": f"/api/v1/runs/{folder.name}/files/report.html",
    }
    told |= {
        "status": "done",
        "run_id": folder.name,
        "rows": summary["counts"]["rows"],
        "rejected": summary["counts"]["rejected"],
        "flagged": summary["counts"]["flagged"],
        "anomalies": _anomalies(folder, limit),
        "rejects": [
            {"row": each.row, "column": each.column, "value": each.value, "expected": each.expected}
            for each in rejects
        ],
    }
    return PlainJSON(told)


def _anomalies(folder: Path, limit: int) -> list[dict[str, Any]]:
    question = Question(
        conditions=(Condition("is_flag", "is", ("true",)),),
        sort="score",
        descending=True,
        limit=limit,
    )
    return [finite(row) for row in ask(folder, "scored", question).rows]
