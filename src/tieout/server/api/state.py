"""What an application holds while it runs."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from fastapi import FastAPI, Request

from tieout.pipeline.scoring.live import ScoringModels
from tieout.pipeline.scoring.model import ScoringModel, Verdict
from tieout.pipeline.scoring.records import Record
from tieout.server.api.behind import Behind
from tieout.server.api.hub import Hub
from tieout.server.api.metrics import Metrics

REFRESH_SECONDS: Final = 2.0
Sent = TypeVar("Sent")
_log = logging.getLogger(__name__)


class Scoring:
    """The models in memory, a thread that scores, and a task that keeps the models current."""

    def __init__(self, workspace: Path, metrics: Metrics) -> None:
        self.models = ScoringModels(workspace, announce=_log.warning)
        self._metrics = metrics
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="scoring")

    async def score_next(self, record: Record, profile: str | None) -> tuple[ScoringModel, Verdict]:
        """Judge one record by the model that knows most of its fields, after those before it.

        Raises RecordError and NoModelError.
        """
        model = self.models.choose(record, profile)
        if model.is_quick:
            # Quicker than handing it to a thread, and in the order in which requests come.
            return model, self._timed(model, model.score_next, record)
        loop = asyncio.get_running_loop()
        judged = loop.run_in_executor(self._threads, self._timed, model, model.score_next, record)
        return model, await judged

    async def score(
        self, records: Sequence[Record], profile: str | None
    ) -> tuple[ScoringModel, Verdict]:
        """Judge records together by the model that knows most of the first one's fields.

        Raises RecordError and NoModelError.
        """
        model = self.models.choose(records[0] if records else (), profile)
        loop = asyncio.get_running_loop()
        judged = loop.run_in_executor(self._threads, self._timed, model, model.score, records)
        return model, await judged

    def _timed(self, model: ScoringModel, judge: Callable[[Sent], Verdict], sent: Sent) -> Verdict:
        used, began = time.thread_time(), time.perf_counter()
        verdict = judge(sent)
        took, used = time.perf_counter() - began, time.thread_time() - used
        self._metrics.scoring_cpu_seconds.inc(used)
        self._metrics.scoring_seconds.observe(took)
        self._metrics.scored.labels(model.profile).inc(len(verdict.scored))
        self._metrics.flagged.labels(model.profile).inc(sum(s.is_flag for s in verdict.scored))
        return verdict

    @asynccontextmanager
    async def kept_current(self) -> AsyncIterator[None]:
        """Load the models, and load them again when the workspace changes."""
        task = asyncio.create_task(self._keep_current())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _keep_current(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.run_in_executor(None, self.models.refresh)
            except Exception:
                _log.exception("the models could not be loaded; trying again")
            await asyncio.sleep(REFRESH_SECONDS)


def scoring_of(request: Request) -> Scoring:
    """The scoring of the application that a request came to."""
    found: Scoring = request.app.state.scoring
    return found


def hub_of(app: FastAPI) -> Hub:
    """The findings that an application tells of."""
    found: Hub = app.state.hub
    return found


def behind_of(app: FastAPI) -> Behind:
    """What an application does behind its answers."""
    found: Behind = app.state.behind
    return found
