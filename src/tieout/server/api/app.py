"""The API as one application with one document of all its endpoints."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any, Final

from fastapi import Depends, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.routing import BaseRoute, Match, Mount

from tieout import __version__
from tieout.server.api import (
    assistant,
    audit,
    autonomy,
    balances,
    cases,
    findings,
    jobs,
    live,
    monitor,
    outbox,
    periods,
    problem,
    proposals,
    runs,
    scoring,
    system,
    tables,
    tasks,
    thresholds,
    uploads,
    watching,
)
from tieout.server.api.auth import Tokens
from tieout.server.api.behind import Behind
from tieout.server.api.folders import workspace
from tieout.server.api.hub import Hub
from tieout.server.api.known import known_parameters
from tieout.server.api.metrics import Metrics
from tieout.server.api.middleware import Passage
from tieout.server.api.problem import ProblemError
from tieout.server.api.rates import Rates
from tieout.server.api.state import Scoring
from tieout.server.config import ServerConfig, load_config

# One line for each resource.
ROUTERS: Final = (
    scoring.router,
    uploads.router,
    live.router,
    findings.router,
    runs.router,
    tables.router,
    cases.router,
    assistant.router,
    proposals.router,
    outbox.router,
    autonomy.router,
    thresholds.router,
    jobs.router,
    periods.router,
    balances.router,
    tasks.router,
    monitor.router,
    watching.router,
    audit.router,
    system.router,
)
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE")
_DESCRIPTION: Final = """
Scoring of transactions in memory, uploads, runs and what people decided.

Every request but `/health`, `/ready` and this page carries a token: `Authorization: Bearer TOKEN`.
Errors are problem documents (`application/problem+json`) whose `errors` name the field, or the
row and column of a file. `X-Request-ID` leads to the audit log and the log.

The WebSocket `/ws` takes the bodies of `/realtime_anomaly/` and `/batch_anomaly/` as messages and
answers each; `{"subscribe": {"last_id": 17}}` sends the findings after number 17 and those to come.
"""


def create_api(config: ServerConfig | None = None) -> FastAPI:
    """The application of a workspace that was booted."""
    config = config or load_config()
    app = FastAPI(
        title="Tieout",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_alive,
        license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
    )
    metrics, hub = Metrics(), Hub()
    app.state.metrics, app.state.hub = metrics, hub
    app.state.tokens = Tokens(open_scoring=config.open_scoring)
    app.state.rates = Rates(per_second=config.requests_per_second, burst=config.requests_burst)
    app.state.scoring = Scoring(workspace(), metrics)
    app.state.upload_bytes_max = config.upload_mebibytes * 2**20
    app.add_middleware(
        Passage,
        metrics=metrics,
        rates=app.state.rates,
        tokens=app.state.tokens,
        body_bytes_max=config.body_mebibytes * 2**20,
        unlimited=frozenset({uploads.PATH.rstrip("/")}),
    )
    problem.install(app)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(known_parameters)])
    _add_docs(app)
    app.add_api_route(
        "/api/{rest:path}", _nothing_here, methods=list(_METHODS), include_in_schema=False
    )
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    return app


async def _nothing_here(request: Request, rest: str) -> None:
    """No page of the console is below /api: what no endpoint is for is a problem, not a page."""
    others = [each for each in request.app.routes if each is not request.scope.get("route")]
    allowed = [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in others
            if isinstance(route, BaseRoute) and not isinstance(route, Mount)
        )
    ]
    if allowed:
        headers = {"Allow": ", ".join(allowed)}
        raise ProblemError(405, f"expected one of {headers['Allow']}", headers=headers)
    raise ProblemError(404, f"there is no endpoint /api/{rest[:200]}; see /docs")


@asynccontextmanager
async def _alive(app: FastAPI) -> AsyncIterator[None]:
    behind = Behind(workspace(), app.state.hub, app.state.metrics)
    app.state.behind = behind
    async with behind.at_work(), app.state.scoring.kept_current():
        yield


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; errors are problems throughout."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            license_info=app.license_info,
        )
        schemas = document["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas |= _schema_of_problem()
        for path in document["paths"].values():
            for operation in path.values():
                _replace_validation_errors(operation)
        app.openapi_schema = document
    return app.openapi_schema


def _schema_of_problem() -> dict[str, Any]:
    schema = problem.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}


def _replace_validation_errors(operation: dict[str, Any]) -> None:
    answers = operation.get("responses", {})
    if "application/json" in answers.get("422", {}).get("content", {}):
        answers |= {str(status): each for status, each in problem.documented(422).items()}
    if "requestBody" in operation:
        for status, each in problem.documented(400, 413).items():
            answers.setdefault(str(status), each)


def _add_docs(app: FastAPI) -> None:
    folder = resources.files("tieout.server.api") / "static"
    app.mount("/docs/assets", StaticFiles(directory=str(folder)), name="docs-assets")
    page = (folder / "docs.html").read_text(encoding="utf-8")

    @app.get("/docs", include_in_schema=False, response_class=HTMLResponse)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page)
