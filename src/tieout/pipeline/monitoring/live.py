"""A stream followed live: polled, kept, judged and told of, over restarts and beside others."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from tieout.model.errors import InputError
from tieout.monitor.decode import Decoded, EventShape, decode_frame, decode_ndjson
from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.journal import Entry, packed
from tieout.monitor.snapshot import SnapshotError, restored, saved
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.tally import MINUTE, fold
from tieout.pipeline.monitoring.pace import Pace
from tieout.pipeline.monitoring.store import (
    Judged,
    KeptPositions,
    LostLeaseError,
    MovedOnError,
    Store,
)
from tieout.sources.streams.stream import Stream, StreamBatch

_LOG: Final = logging.getLogger(__name__)
_POLL_SECONDS: Final = 0.5
_PAUSE_SECONDS_MAX: Final = 5.0
_ATTEMPTS: Final = 5
_REMEMBERED_MINUTES: Final = 7 * 1440
_BEHIND_MINUTES_MIN: Final = 30


@dataclass
class Counted:
    """What became of events.

    rejected: could not be read, or are ahead of the clock. late: counted after their minute was
    judged. lost: came too late for that. again: batches that had been kept before. refused: batches
    of which another process had kept a part; what is left of them is read again.
    """

    events: int = 0
    rejected: int = 0
    late: int = 0
    lost: int = 0
    batches: int = 0
    again: int = 0
    refused: int = 0
    alerts: int = 0


@dataclass
class Live:
    """One process that follows a stream; several may share a store and a consumer group.

    Each batch is one transaction: what it amounts to, where its source stands, and, by the one
    process that holds the lease, what judging it gave. Whatever fails in it leaves no trace: the
    batch is tried again, with all state as it was kept. A source that fails is opened anew until it
    answers, while time goes on, unless not `is_patient`. clock: seconds since 1970.
    elapsed: seconds by a clock that nobody sets.
    """

    spec: MonitorSpec
    shape: EventShape
    stream: Stream
    store: Store
    clock: Callable[[], float] = time.time
    elapsed: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    watch: Callable[[Minute, Monitor], None] = lambda *_: None
    stopping: Callable[[], bool] = lambda: False
    is_patient: bool = True
    counted: Counted = field(default_factory=Counted)
    _failures: int = 0
    _monitor: Monitor | None = None
    _judged: int = 0
    _saved: int = 0
    _since_saved: int = 0
    _pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        """Nothing was heard."""
        self._pace = self._new_pace()

    def start(self) -> None:
        """Go on from what was kept. Raises InputError for a spec that nothing can be judged by."""
        Monitor(self.spec, self.shape.dimensions)
        try:
            self.stream.start(KeptPositions(self.store))
        except InputError:
            raise
        except Exception as error:
            self._source_failed(error)

    def step(self, timeout_seconds: float = _POLL_SECONDS) -> bool:
        """Take the next batch, or let the clock close minutes; whether there was a batch."""
        batch = self._polled(timeout_seconds)
        if batch is None:
            self._carry_out(self._moved_on())
            return False
        decoded = self._decoded(batch)
        folded = fold(decoded.frame, self.shape.dimensions)
        entry = Entry(batch.partition, batch.position, packed(folded), begins=batch.begins)
        try:
            is_new = self._carry_out(entry)
        except MovedOnError as error:
            _LOG.warning("a batch is refused, another process has kept a part of it: %s", error)
            self.counted.refused += 1
            self.stream.go_on(batch.partition, error.position)
            return True
        self._commit(batch.token)
        self.counted.batches += 1
        if is_new:
            self.counted.events += decoded.frame.height
            self.counted.rejected += len(decoded.bad)
        else:
            self.counted.again += 1
        moved = self._moved_on()
        if moved is not None:
            self._carry_out(moved)
        return True

    def run(self, *, stop: Callable[[], bool]) -> None:
        """Step until told to stop, then keep all state as one."""
        self.start()
        try:
            while not stop():
                self.step()
        finally:
            self.stream.close()

    @property
    def monitor(self) -> Monitor:
        """The state, as of the last entry that was judged here."""
        if self._monitor is None:
            self._monitor = self._rebuilt()
        return self._monitor

    def _polled(self, timeout_seconds: float) -> StreamBatch | None:
        """The next batch; None too where the source fails, which is then opened anew."""
        try:
            if self._failures:
                with suppress(Exception):
                    self.stream.close()
                self.stream.start(KeptPositions(self.store))
            batch = self.stream.poll_batch(timeout_seconds)
        except Exception as error:
            self._source_failed(error)
            return None
        if self._failures:
            _LOG.warning("the source answers again")
            self._failures = 0
        return batch

    def _commit(self, token: Any) -> None:
        """What was kept and cannot be committed comes again, and is left out then."""
        try:
            self.stream.commit(token)
        except Exception as error:
            self._source_failed(error)

    def _source_failed(self, error: Exception) -> None:
        said = _line(error)
        if not self.is_patient:
            raise InputError(f"the source fails: {said}") from error
        self._failures += 1
        _LOG.warning("the source fails, trying again: %s", said)
        _LOG.debug("the source fails", exc_info=error)
        self.pause(min(_POLL_SECONDS * 2**self._failures, _PAUSE_SECONDS_MAX))

    def _decoded(self, batch: StreamBatch) -> Decoded:
        if batch.frame is not None:
            decoded = decode_frame(batch.frame, self.shape)
        else:
            decoded = decode_ndjson(batch.lines, self.shape)
        last = int(self.clock() // 60) + self.spec.live.ahead_minutes
        ahead = decoded.frame[MINUTE] > last
        if not ahead.any():
            return decoded
        why = f"expected a time at most {self.spec.live.ahead_minutes} minutes ahead of the clock"
        bad = [(row, why) for row in ahead.arg_true().to_list()]
        return Decoded(decoded.frame.filter(~ahead), (*decoded.bad, *bad))

    def _moved_on(self) -> Entry | None:
        """The minutes that the clock closes while the source, or a part of it, is quiet.

        Who judges does so for all. When all is quiet, event time moves as the clock does, from when
        the last event came, or from when this process took over.
        """
        if self._monitor is None:
            return None
        mark = self._monitor.watermark
        reached = self._pace.reached(mark.latest, self.elapsed())
        return Entry("", {}, clock=reached) if reached and reached > mark.reached else None

    def _new_pace(self) -> Pace:
        behind = max(self.spec.windows.revise_minutes, _BEHIND_MINUTES_MIN)
        return Pace(self.spec.live.idle_seconds, behind)

    def _carry_out(self, entry: Entry | None) -> bool:
        """Keep an entry and what judging gives, in one transaction; whether the entry was new."""
        is_new = False
        for attempt in count(1):
            try:
                with self.store.transaction():
                    added = entry is not None and self.store.add(entry)
                    judged = self._judge()
                is_new = is_new or added
                self._follow(judged)
            except LostLeaseError:
                self._monitor = None
                if attempt == _ATTEMPTS:
                    raise
            except MovedOnError:
                raise
            except Exception as error:
                self._monitor = None
                self._store_failed(error, attempt)
            else:
                break
        return is_new

    def _store_failed(self, error: Exception, attempt: int) -> None:
        """Wait for a store that is away, as long as that takes; for anything else a few times."""
        is_away = self.store.is_away(error)
        if is_away and (self.stopping() or not self.is_patient) and attempt >= _ATTEMPTS:
            raise InputError(f"the state cannot be kept: {_line(error)}") from error
        if not is_away and attempt == _ATTEMPTS:
            raise error
        if is_away:
            _LOG.warning("the state cannot be kept, trying again: %s", _line(error))
        else:
            _LOG.error("a batch could not be kept; trying it again", exc_info=error)
        self.pause(min(0.2 * 2**attempt, _PAUSE_SECONDS_MAX))

    def _judge(self) -> Judged | None:
        """Judge what is in the journal and was not yet, where this process is the one to do it."""
        if not self.store.leads():
            self._monitor = None
            return None
        kept = self.store.kept()
        if self._monitor is not None and kept.judged != self._judged:
            self._monitor = None
        monitor = self.monitor
        journal = self.store.entries(self._judged)
        if not journal:
            return None
        self._listen(monitor)
        before, minutes = self._judged, []
        for _, entry in journal:
            fed = entry.apply(monitor)
            if fed.rows:
                latest = monitor.watermark.latest[entry.partition]
                self._pace.hear(entry.partition, latest, self.elapsed())
            self.counted.late += fed.late
            self.counted.lost += fed.lost
            minutes += list(monitor.judge())
        alerts = [alert for minute in minutes for alert in minute.alerts]
        if alerts:
            known = self.store.told().ids
            alerts = [alert for alert in alerts if alert.alert_id not in known]
        after = journal[-1][0]
        judged = Judged(before, after, minutes, alerts, monitor)
        self.store.keep(judged)
        if self._since_saved + len(minutes) >= self.spec.live.snapshot_minutes:
            monitor.episodes.forget(monitor.closed - _REMEMBERED_MINUTES)
            self.store.save(after, saved(monitor))
        return judged

    def _follow(self, judged: Judged | None) -> None:
        """After it was kept."""
        if judged is None:
            return
        self._judged = judged.after
        self._since_saved += len(judged.minutes)
        if self._since_saved >= self.spec.live.snapshot_minutes:
            self._since_saved = 0
        self.counted.alerts += len(judged.alerts)
        for minute in judged.minutes:
            self.watch(minute, judged.monitor)

    def _listen(self, monitor: Monitor) -> None:
        people = self.store.people()
        monitor.episodes.hear(people.silences, people.acknowledged)

    def _rebuilt(self) -> Monitor:
        """All state as it was kept: the last snapshot, and the journal since, told to nobody."""
        kept = self.store.kept()
        monitor = self._restored(kept.snapshot)
        for number, entry in self.store.entries(kept.snapshot_at):
            if number > kept.judged:
                break
            entry.apply(monitor)
            for _ in monitor.judge():
                pass
        # What was held back then, by silences that are over, was not told.
        monitor.episodes.told = dict(self.store.told().episodes)
        monitor.episodes.take_on(self.store.open_episodes())
        self._judged = kept.judged
        self._pace = self._new_pace()
        for name, latest in monitor.watermark.latest.items():
            self._pace.hear(name, latest, self.elapsed())
        return monitor

    def _restored(self, snapshot: bytes | None) -> Monitor:
        """As it was saved, by the spec of today; from nothing where that cannot be."""
        fresh = Monitor(self.spec, self.shape.dimensions)
        if snapshot is None:
            return fresh
        try:
            before = restored(snapshot)
        except SnapshotError as error:
            _LOG.warning("what is usual is learnt anew: %s", error)
            return fresh
        if before.spec == self.spec and tuple(before.dimensions) == self.shape.dimensions:
            return before
        if tuple(before.dimensions) != self.shape.dimensions or not self.spec.learns_as(
            before.spec
        ):
            _LOG.warning("what is usual is learnt anew: the spec counts otherwise than before")
            return fresh
        monitor = restored(snapshot, self.spec)
        if self.spec.forecast != before.spec.forecast:
            monitor.forecasts = fresh.forecasts
        if self.spec.forest != before.spec.forest:
            monitor.patterns = fresh.patterns
        return monitor


def _line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def shape_of(spec: MonitorSpec) -> EventShape:
    """Names of the fields of an event, by the spec's `input`.

    Raises InputError for what a live stream cannot have.
    """
    wanted = spec.input
    if (wanted.request_time is None) != (wanted.response_time is None):
        raise InputError("input: `request_time` and `response_time` go together")
    if wanted.count and (wanted.amount or wanted.duration or wanted.request_time):
        raise InputError("input: rows with a `count` have no amounts or durations of single events")
    named: dict[str, Any] = {"time": wanted.time, "status": wanted.status}
    return EventShape(
        **{name: value for name, value in named.items() if value},
        dimensions=wanted.dimensions or (),
        amount=wanted.amount,
        currency=wanted.currency if wanted.amount else None,
        duration=wanted.duration,
        duration_seconds=wanted.duration_unit == "s",
        request=None if wanted.duration else wanted.request_time,
        response=None if wanted.duration else wanted.response_time,
        count=wanted.count,
    )
