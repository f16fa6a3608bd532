"""What happens behind an answer: it is noted, then stored, then told to subscribers."""

import asyncio
import hashlib
import logging
import threading
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tieout.pipeline.scoring.model import ScoringModel, Verdict
from tieout.pipeline.scoring.records import Record
from tieout.server.api.auth import Caller
from tieout.server.api.bodies import judged
from tieout.server.api.hub import Hub
from tieout.server.api.metrics import Metrics
from tieout.server.context import current_request_id
from tieout.server.intake.spool import Spool

_LOOK_SECONDS: Final = 1.0
_GATHER_SECONDS: Final = 0.05
_log = logging.getLogger(__name__)


class Behind:
    """Notes what was scored in the spool; a thread writes it to the database, a task tells of it.

    The answer waits for the spool alone. Findings of other processes are told of as well: they
    are read from the database.
    """

    def __init__(self, workspace: Path, hub: Hub, metrics: Metrics) -> None:
        self._spool = Spool(workspace)
        self._hub = hub
        self._metrics = metrics
        self._noted = threading.Event()
        self._stop = threading.Event()
        self._written = asyncio.Event()
        self._waiting = 0

    def note(
        self,
        *,
        way: str,
        caller: Caller,
        body: bytes,
        model: ScoringModel,
        records: Sequence[Record],
        verdict: Verdict,
    ) -> None:
        """Note a request that was scored: its digest for the audit log, its findings whole."""
        findings = [
            {"place": place, "record": dict(records[place]), **judged(scored)}
            for place, scored in enumerate(verdict.scored)
            if scored.is_flag
        ]
        event: dict[str, Any] = {
            "event": uuid.uuid4().hex,
            "at": datetime.now(UTC).isoformat(),
            "way": way,
            "actor": caller.name,
            "actor_id": caller.user_id,
            "request_id": current_request_id(),
            "model": model.name,
            "profile": model.profile,
            "records": len(records),
            "flagged": len(findings),
            "sha256": hashlib.sha256(body).hexdigest(),
            "findings": findings,
        }
        self._spool.append(event)
        self._metrics.spooled.inc()
        self._noted.set()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Write and tell until the block ends; what is noted by then is written.

        Nobody is let in before it is known how far findings go: who comes back gets all since then.
        """
        from tieout.server.database import with_database
        from tieout.server.intake.queries import last_finding_id

        self._hub.last_id = await asyncio.to_thread(with_database(last_finding_id))
        loop = asyncio.get_running_loop()
        thread = threading.Thread(target=self._write, args=(loop,), name="intake", daemon=True)
        thread.start()
        task = asyncio.create_task(self._tell())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self._stop.set()
            self._noted.set()
            await asyncio.to_thread(thread.join)
            self._spool.close()

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        from django.db import connection

        from tieout.server.database import with_database
        from tieout.server.intake.services import take_over

        write = with_database(take_over)
        try:
            while True:
                stopping = self._stop.is_set()
                self._noted.clear()
                try:
                    taken = write(self._spool)
                except Exception:
                    _log.exception("what was scored is not in the database yet; trying again")
                else:
                    self._metrics.spooled.set(0)
                    if taken:
                        loop.call_soon_threadsafe(self._written.set)
                if stopping:
                    return
                self._noted.wait(_LOOK_SECONDS)
                # Requests of a moment are written together.
                self._stop.wait(_GATHER_SECONDS)
        finally:
            connection.close()

    async def _tell(self) -> None:
        from tieout.server.database import with_database
        from tieout.server.intake.queries import findings_after, told

        read = with_database(findings_after)
        while True:
            try:
                fresh = await asyncio.to_thread(read, self._hub.last_id)
            except Exception:
                _log.exception("findings cannot be read; trying again")
                fresh = []
            for finding in fresh:
                lost = self._hub.publish(finding.pk, told(finding))
                self._metrics.dropped.inc(lost)
            self._metrics.subscribers.set(self._hub.subscribers)
            self._written.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._written.wait(), _LOOK_SECONDS)
