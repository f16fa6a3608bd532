"""Runs: what there is, what each came to, its files."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from tieout.server.api.answers import Limit, Offset, Page, PlainJSON, page
from tieout.server.api.auth import Caller, needs
from tieout.server.api.folders import files_of, run_folder_of, run_folders, summary_of
from tieout.server.api.problem import ProblemError, documented
from tieout.server.database import with_database

router = APIRouter(
    prefix="/api/v1/runs", tags=["runs"], responses=documented(401, 403, 404, 409, 422, 429)
)
MAY_READ = Depends(needs("read"))


class RunInput(BaseModel):
    """One side of a run."""

    side: str
    name: str
    rows: int
    rejected: int


class RunSummary(BaseModel):
    """A finished run. tables: what can be asked at /api/v1/runs/{run_id}/tables/{table}."""

    run_id: str = Field(examples=["20260131T235959Z-reconcile"])
    job: str
    created_at: str
    inputs: list[RunInput]
    counts: dict[str, Any]
    conserved: bool = Field(description="every row is in exactly one match, break or reject")
    seconds: float
    tables: list[str]


class RunFile(BaseModel):
    """A file of a run folder."""

    name: str
    bytes: int


@router.get(
    "", response_model=Page[RunSummary], summary="Runs, the newest first", dependencies=[MAY_READ]
)
def list_runs(job: str | None = None, limit: Limit = 50, offset: Offset = 0) -> PlainJSON:
    """Finished runs of the workspace; `job` is detect, reconcile, analyze, rootcause …"""
    folders = run_folders(job)
    items = [summary_of(folder) for folder in folders[offset : offset + limit]]
    return page(items, total=len(folders), limit=limit, offset=offset)


@router.get("/{run_id}", response_model=RunSummary, summary="One run", dependencies=[MAY_READ])
def one_run(run_id: str) -> PlainJSON:
    """What a run came to."""
    return PlainJSON(summary_of(run_folder_of(run_id)))


@router.get(
    "/{run_id}/files",
    response_model=list[RunFile],
    summary="Files of a run",
    dependencies=[MAY_READ],
)
def list_files(run_id: str) -> PlainJSON:
    """Names and sizes."""
    return PlainJSON(files_of(run_folder_of(run_id)))


@router.get(
    "/{run_id}/files/{name}",
    summary="Download a file of a run",
    response_class=FileResponse,
    responses={
        200: {"description": "the file", "content": {"application/octet-stream": {}}},
    },
)
async def download(run_id: str, name: str, caller: Annotated[Caller, MAY_READ]) -> FileResponse:
    """The file as it lies in the run folder; who took it stands in the audit log."""
    folder = run_folder_of(run_id)
    if name not in {each["name"] for each in files_of(folder)}:
        raise ProblemError(404, f"run {run_id} has no file {name[:120]!r}")
    await run_in_threadpool(_note_download, caller, run_id, name)
    return FileResponse(folder / name, filename=name, media_type="application/octet-stream")


@with_database
def _note_download(caller: Caller, run_id: str, name: str) -> None:
    from django.db import transaction

    from tieout.server.audit.services import record

    with transaction.atomic():
        record(
            actor=caller.user(),
            action="run.downloaded",
            target=("run", run_id),
            after={"file": name},
        )
