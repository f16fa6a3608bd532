"""One ASGI application: the API at the root, and behind it the console."""

from typing import Any, Literal

from a2wsgi import WSGIMiddleware
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tieout.server.config import load_config

Part = Literal["api", "console"]
CONSOLE_THREADS = 8
_HSTS = (b"strict-transport-security", b"max-age=31536000")


def create_app(only: Part | None = None) -> FastAPI:
    """Make the application of a workspace that was booted; `only` leaves the other part out."""
    app = _api() if only != "console" else FastAPI(openapi_url=None)
    if only != "api":
        from django.core.wsgi import get_wsgi_application

        console: Any = get_wsgi_application()
        mounted: Any = WSGIMiddleware(console, workers=CONSOLE_THREADS)
        app.mount("/", mounted)
    if load_config().secure:
        app.add_middleware(StrictTransport)
    return app


class StrictTransport:
    """Tells browsers to come by HTTPS only, also where the API answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header to each answer."""

        async def with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [each for each in message["headers"] if each[0].lower() != _HSTS[0]]
                message["headers"] = [*headers, _HSTS]
            await send(message)

        await self.app(scope, receive, with_header)


def _api() -> FastAPI:
    from tieout.server.api.app import create_api

    return create_api()
