"""Whether the server lives and is ready, and figures for Prometheus."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from tieout.server.api.answers import PlainJSON
from tieout.server.api.auth import needs
from tieout.server.api.problem import documented
from tieout.server.api.state import scoring_of

router = APIRouter(tags=["system"], responses=documented(429))


class Health(BaseModel):
    """That the process answers."""

    status: str = Field(default="ok", examples=["ok"])


class Ready(BaseModel):
    """Whether everything that requests need is there."""

    status: str = Field(examples=["ready"])
    checks: dict[str, str] = Field(examples=[{"database": "ok", "models": "ok"}])


@router.get("/health", response_model=Health, summary="Does it live?")
async def health() -> PlainJSON:
    """Answers as long as the process does; asks nothing of database or models."""
    return PlainJSON({"status": "ok"})


@router.get(
    "/ready",
    response_model=Ready,
    summary="Can it serve?",
    responses={503: {"model": Ready, "description": "Something is missing; `checks` says what."}},
)
async def ready(request: Request) -> PlainJSON:
    """Asks the database, and whether the models are loaded."""
    database = await run_in_threadpool(_database)
    models = "ok" if scoring_of(request).models.is_loaded else "loading"
    is_ready = (database, models) == ("ok", "ok")
    body = {
        "status": "ready" if is_ready else "not ready",
        "checks": {"database": database, "models": models},
    }
    return PlainJSON(body, status_code=200 if is_ready else 503)


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    dependencies=[Depends(needs("read"))],
    response_class=Response,
    responses={
        200: {"description": "Prometheus text format", "content": {"text/plain": {}}},
        **documented(401, 403),
    },
)
async def metrics(request: Request) -> Response:
    """Requests, durations, scored records and subscribers of this process."""
    registry: Any = request.app.state.metrics.registry
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


def _database() -> str:
    from django.db import DatabaseError, connection

    from tieout.server.database import with_database

    @with_database
    def ask() -> str:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            return "does not answer"
        return "ok"

    return ask()
