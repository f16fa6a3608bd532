"""The WebSocket of the console's live page: a word whenever a monitor has judged a minute."""

import asyncio
from contextlib import suppress
from http.cookies import SimpleCookie
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from tieout.server.database import with_database

router = APIRouter()
_EVERY_SECONDS: Final = 0.5
_NO_ENTRY: Final = 4401


@router.websocket("/watch/ws")
async def watch_socket(socket: WebSocket, monitor: str = "") -> None:
    """Tell whoever is logged in to the console that a monitor has moved on, until they leave.

    A page of another origin is not let in, as a browser would send it the same cookie.
    """
    await socket.accept()
    cookie = socket.headers.get("cookie", "")
    if not _is_same_origin(socket) or not await run_in_threadpool(_may_see, cookie):
        await socket.close(_NO_ENTRY, "log in to the console")
        return
    leaving = asyncio.create_task(_until_it_leaves(socket))
    told: str | None = None
    with suppress(WebSocketDisconnect, RuntimeError):
        while not leaving.done():
            minute = await run_in_threadpool(_last_minute, monitor)
            if minute != told:
                told = minute
                await socket.send_json({"minute": minute})
            await asyncio.wait({leaving}, timeout=_EVERY_SECONDS)
    leaving.cancel()


async def _until_it_leaves(socket: WebSocket) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_text()


def _is_same_origin(socket: WebSocket) -> bool:
    origin = socket.headers.get("origin", "")
    return urlsplit(origin).netloc == socket.headers.get("host", "")


@with_database
def _may_see(cookie: str) -> bool:
    from django.conf import settings
    from django.contrib.auth import get_user

    from tieout.server.accounts.permissions import has_role

    found = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    if found is None:
        return False
    store = import_module(settings.SESSION_ENGINE).SessionStore(found.value)
    request: Any = SimpleNamespace(session=store)
    return has_role(get_user(request))


@with_database
def _last_minute(name: str) -> str | None:
    from tieout.server.alerts.queries import is_followed, monitor_of

    monitor = monitor_of(name)
    if monitor is None:
        return None
    return f"{monitor.updated_at.isoformat()}{'' if is_followed(monitor) else ' left'}"
