"""What a running job tells of itself, and how it learns that it should stop."""

import threading
import time
from typing import Any

from tieout.server.jobs.leases import LEASE_SECONDS, LeaseLostError, hold
from tieout.server.jobs.models import Job

# A job may report as often as it likes; the table is told this often.
_NOTE_SECONDS = 0.5


class JobCancelledError(Exception):
    """Somebody asked the job to stop, or it is no longer this worker's."""


class WorkerLeavesError(Exception):
    """The worker was asked to stop: the job goes back to the queue."""


class Progress:
    """Given to each handler. Call it at every step: it raises to stop the job."""

    def __init__(
        self,
        job: Job,
        *,
        lease_seconds: float = LEASE_SECONDS,
        leaving: threading.Event | None = None,
    ) -> None:
        self._job = job
        self._lease_seconds = lease_seconds
        self._share = 0.0
        self._step = ""
        self._told = 0.0
        self._stop = threading.Event()
        self._leaving = leaving
        self._lock = threading.Lock()

    def __call__(self, share: float, step: str = "") -> None:
        """Note what share (0 to 1) is done, and what comes next."""
        self._share, self._step = share, step or self._step
        if time.monotonic() - self._told >= _NOTE_SECONDS:
            self.tell()
        if self._stop.is_set():
            raise JobCancelledError(str(self._job))
        if self._leaving is not None and self._leaving.is_set():
            raise WorkerLeavesError(str(self._job))

    def step(self, words: str) -> None:
        """Note what is being done; fits where the engine asks for `announce`."""
        self(self._share, words)

    def tell(self) -> None:
        """Write to the table, keep the lease, and learn whether to stop."""
        with self._lock:
            self._told = time.monotonic()
            try:
                asked_to_stop = hold(
                    self._job,
                    progress=self._share,
                    step=self._step,
                    lease_seconds=self._lease_seconds,
                )
            except LeaseLostError:
                asked_to_stop = True
        if asked_to_stop:
            self._stop.set()


class Heartbeat:
    """Keeps the lease in a thread of its own while a handler is busy with one long step."""

    def __init__(self, progress: Progress, *, every_seconds: float) -> None:
        self._progress = progress
        self._every_seconds = every_seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        from django.db import DatabaseError, connection

        try:
            while not self._ended.wait(self._every_seconds):
                try:
                    self._progress.tell()
                except DatabaseError:
                    # The next beat tries again; the lease outlives several.
                    connection.close()
        finally:
            connection.close()
