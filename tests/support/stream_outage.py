"""A stream with an outage in it, as JSON events, and a monitor that follows it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tieout.monitor.decode import EventShape
from tieout.monitor.journal import Entry, unpacked
from tieout.monitor.spec import LiveSpec, MonitorSpec
from tieout.pipeline.monitoring.live import Live
from tieout.pipeline.monitoring.store import MemoryStore
from tieout.sources.streams.stream import Position, Positions, Stream, StreamBatch

START = 29_000_000
MINUTES = 120
PER_MINUTE = 40
SPEC = MonitorSpec(live=LiveSpec(snapshot_minutes=25))


def outage() -> list[bytes]:
    """Two hours of forty payments a minute; half are denied for twenty minutes."""
    generator = np.random.default_rng(4)
    events = []
    for minute in range(MINUTES):
        share = 0.5 if 80 <= minute < 100 else 0.05
        for number in range(PER_MINUTE):
            status = "denied" if generator.random() < share else "approved"
            moment = (START + minute) * 60 + number
            events.append(json.dumps({"timestamp": moment, "status": status}).encode())
    return events


@dataclass
class ListedStream:
    """Events of a list, by their place in it: what was not committed comes again.

    is_chained: whether a batch counts only where the one before it was kept.
    """

    events: list[bytes]
    size: int = 300
    committed: int = 0
    is_chained: bool = False
    _at: int = 0
    closed: bool = field(default=False)

    def start(self, positions: Positions) -> None:
        """Go on where the position says, or where was committed."""
        self._at = int(positions.get("list", {}).get("at", self.committed))

    def poll_batch(self, timeout_seconds: float) -> StreamBatch | None:
        """The next ones."""
        part = self.events[self._at : self._at + self.size]
        if not part:
            return None
        before = {"at": self._at} if self._at else {}
        self._at += len(part)
        begins = before if self.is_chained else None
        position = {"at": self._at}
        return StreamBatch("list", position, b"\n".join(part), begins=begins, token=self._at)

    def commit(self, token: Any) -> None:
        """They were kept."""
        self.committed = token

    def go_on(self, _: str, position: Position, /) -> None:
        """Go on from there."""
        self._at = int(position.get("at", 0))

    def close(self) -> None:
        """Nothing is held."""
        self.closed = True


def follow(stream: Stream, store: MemoryStore, **more: Any) -> Live:
    """A monitor that follows a stream, long after its events."""
    clock: Callable[[], float] = more.pop("clock", lambda: (START + MINUTES) * 60.0)
    return Live(
        more.pop("spec", SPEC), EventShape(), stream, store, clock=clock,
        elapsed=more.pop("elapsed", clock), pause=lambda _: None, **more,
    )  # fmt: skip


def told(store: MemoryStore) -> list[tuple[str, str]]:
    """Kind and severity of the alerts so far."""
    return [(str(each.kind), str(each.episode.severity)) for each in store.alerts]


def stalls(stream: Stream, meanwhile: Callable[[], object]) -> None:
    """Let a reader stall once, with the next batch that it polls in its hands."""
    poll = stream.poll_batch

    def polled(timeout_seconds: float) -> StreamBatch | None:
        batch = poll(timeout_seconds)
        if batch is not None:
            vars(stream).pop("poll_batch")
            meanwhile()
        return batch

    vars(stream)["poll_batch"] = polled


def journal_of(entries: Iterable[Entry]) -> list[tuple[Position, int]]:
    """Where the partition stood after each entry of a journal, and how many events it has."""
    return [(each.position, int(unpacked(each.data).counts["count"].sum())) for each in entries]


def events_in(live: Live) -> int:
    """Events that are counted in the last minutes of a monitor, and wait to be judged."""
    return sum(
        int(part.events[3][part.events[1] == 0].sum())
        for parts in live.monitor._pending.values()
        for part in parts
    )


def drained(live: Live) -> Live:
    """Started, and stepped until nothing comes."""
    live.start()
    while live.step(0):
        pass
    return live
