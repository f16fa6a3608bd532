"""Serves a workspace: console, API and a worker, in one process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from tieout.server.web import Part, create_app


@dataclass(frozen=True)
class Serving:
    """How a workspace is served."""

    host: str = "127.0.0.1"
    port: int = 8000
    only: Part | None = None
    worker: bool = True


def serve(serving: Serving) -> None:
    """Serve the workspace that was booted until the process is asked to stop."""
    config = uvicorn.Config(
        create_app(serving.only),
        host=serving.host,
        port=serving.port,
        log_level="warning",
        server_header=False,
    )
    with _worker_inside() if serving.worker else _none():
        uvicorn.Server(config).run()


@contextmanager
def _worker_inside() -> Iterator[None]:
    from tieout.server.jobs.worker import work
    from tieout.server.outbox.delivering import delivering

    stop = threading.Event()
    thread = threading.Thread(target=work, kwargs={"stop": stop}, name="worker", daemon=True)
    thread.start()
    try:
        with delivering():
            yield
    finally:
        stop.set()
        thread.join(timeout=10)


@contextmanager
def _none() -> Iterator[None]:
    yield
