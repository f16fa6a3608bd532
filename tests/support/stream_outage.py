"""A stream with an outage in it, as JSON events, and a monitor that follows it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tieout.monitor.decode import EventShape
from tieout.monitor.spec import LiveSpec, MonitorSpec
from tieout.pipeline.monitoring.live import Live
from tieout.pipeline.monitoring.store import MemoryStore
from tieout.sources.streams.stream import Positions, Stream, StreamBatch

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
    """Events of a list, by their place in it: what was not committed comes again."""

    events: list[bytes]
    size: int = 300
    committed: int = 0
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
        self._at += len(part)
        return StreamBatch("list", {"at": self._at}, b"\n".join(part), token=self._at)

    def commit(self, token: Any) -> None:
        """They were kept."""
        self.committed = token

    def close(self) -> None:
        """Nothing is held."""
        self.closed = True


def follow(stream: Stream, store: MemoryStore, **more: Any) -> Live:
    """A monitor that follows a stream, long after its events."""
    clock: Callable[[], float] = more.pop("clock", lambda: (START + MINUTES) * 60.0)
    return Live(
        more.pop("spec", SPEC), EventShape(), stream, store, clock=clock,
        pause=lambda _: None, **more,
    )  # fmt: skip


def told(store: MemoryStore) -> list[tuple[str, str]]:
    """Kind and severity of the alerts so far."""
    return [(str(each.kind), str(each.episode.severity)) for each in store.alerts]


def events_in(live: Live) -> int:
    """Events that are counted in the last minutes of a monitor, and wait to be judged."""
    return sum(
        int(part.events[3][part.events[1] == 0].sum())
        for parts in live.monitor._pending.values()
        for part in parts
    )
