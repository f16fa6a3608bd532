"""One ASGI application: the API at the root, and behind it the console."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from a2wsgi import WSGIMiddleware
from fastapi import FastAPI

Part = Literal["api", "console"]
CONSOLE_THREADS = 8
API_MODULE = "tieout.server.api"


def create_app(only: Part | None = None) -> FastAPI:
    """Make the application of a workspace that was booted; `only` leaves the other part out."""
    app = _api() if only != "console" else FastAPI(openapi_url=None)
    if only != "api":
        from django.core.wsgi import get_wsgi_application

        console: Any = get_wsgi_application()
        mounted: Any = WSGIMiddleware(console, workers=CONSOLE_THREADS)
        app.mount("/", mounted)
    return app


def _api() -> FastAPI:
    if find_spec(API_MODULE) is None:
        return FastAPI(openapi_url=None)
    api: FastAPI = import_module(f"{API_MODULE}.app").create_api()
    return api
