"""Where a live monitor keeps its state, and a store in memory for trying one out."""

from collections.abc import ItemsView, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Protocol

from tieout.monitor.alerts import Told
from tieout.monitor.book import Sent
from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.episodes import Episode
from tieout.monitor.flags import Silence
from tieout.monitor.journal import Entry
from tieout.sources.streams.stream import Position


@dataclass(frozen=True)
class Kept:
    """What there is of a stream. judged: number of the last entry that was judged.

    snapshot: all state after entry `snapshot_at`, or None at the beginning. positions: where each
    partition stands.
    """

    judged: int = 0
    snapshot: bytes | None = None
    snapshot_at: int = 0
    positions: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class People:
    """What people said: silences, and until which minute an episode is acknowledged."""

    silences: tuple[Silence, ...] = ()
    acknowledged: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ToldSoFar:
    """Ids of alerts that went out, and what of each episode was told by them."""

    ids: set[str]
    episodes: dict[str, Told]


@dataclass(frozen=True)
class Judged:
    """What judging some entries gave: kept in one transaction, or not at all."""

    before: int
    after: int
    minutes: Sequence[Minute]
    alerts: Sequence[Sent]
    monitor: Monitor


class Store(Protocol):
    """Source positions, journal, snapshots, episodes and alerts of one stream."""

    def kept(self) -> Kept:
        """What there is."""

    def transaction(self) -> AbstractContextManager[None]:
        """All that is written inside is kept together; others wait who write to the same stream."""

    def is_away(self, error: Exception) -> bool:
        """Whether an error says that the store does not answer for now; a connection is let go."""

    def add(self, entry: Entry) -> bool:
        """Append to the journal and move the partition on; False where that was done before.

        Raises MovedOnError where the partition does not stand where the entry begins.
        """

    def entries(self, after: int) -> list[tuple[int, Entry]]:
        """The journal behind an entry, numbered from 1."""

    def leads(self) -> bool:
        """Whether this process is the one that judges; asks for the lease where it is free."""

    def people(self) -> People:
        """What people said of episodes."""

    def told(self) -> ToldSoFar:
        """The alerts that went out."""

    def open_episodes(self) -> list[Episode]:
        """Those that are not over, as they were kept."""

    def keep(self, judged: Judged) -> None:
        """Keep episodes, alerts and minutes. Raises LostLeaseError: another one was quicker."""

    def save(self, at: int, snapshot: bytes) -> None:
        """Keep all state as one, and forget the journal up to that entry."""


class KeptPositions(Mapping[str, Position]):
    """Where each partition stands, as it is kept at the moment of asking."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getitem__(self, partition: str) -> Position:
        """The position of a partition that was kept."""
        return self._store.kept().positions[partition]

    def __iter__(self) -> Iterator[str]:
        """All that were."""
        return iter(self._store.kept().positions)

    def __len__(self) -> int:
        """How many were."""
        return len(self._store.kept().positions)

    def items(self) -> ItemsView[str, Position]:
        """All of them, asked for once."""
        return self._store.kept().positions.items()


class LostLeaseError(RuntimeError):
    """Another process has judged in the meantime."""


class MovedOnError(RuntimeError):
    """Another process has kept a part of a batch; position: where its partition stands."""

    def __init__(self, partition: str, position: Position) -> None:
        super().__init__(f"{partition} stands at {position}")
        self.position = position


def is_new(entry: Entry, kept: Position | None) -> bool:
    """Whether an entry was not kept before, as `Store.add` has to tell.

    kept: where its partition stands, None where nothing was kept of it. Raises MovedOnError.

    >>> is_new(Entry("topic/0", {"offset": 200}, begins={"offset": 100}), {"offset": 100})
    True
    >>> is_new(Entry("topic/0", {"offset": 200}, begins={"offset": 100}), {"offset": 200})
    False
    """
    if kept == entry.position:
        return False
    if entry.begins is not None and entry.begins != (kept or {}):
        raise MovedOnError(entry.partition, kept or {})
    return True


@dataclass
class MemoryStore:
    """Keeps everything in this process; two monitors that share it are like two processes."""

    journal: list[Entry] = field(default_factory=list)
    state: Kept = field(default_factory=Kept)
    alerts: list[Sent] = field(default_factory=list)
    said: People = field(default_factory=People)
    minutes: list[int] = field(default_factory=list)
    left: list[Episode] = field(default_factory=list)
    forgotten: int = 0

    def kept(self) -> Kept:
        """What there is."""
        return self.state

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What fails inside leaves no trace."""
        before = dict(vars(self))
        copies = {name: copy(value) for name, value in before.items() if name != "said"}
        try:
            yield
        except BaseException:
            vars(self).update(copies)
            raise

    def is_away(self, error: Exception) -> bool:
        """Memory is there, unless a test says otherwise."""
        return isinstance(error, ConnectionError)

    def add(self, entry: Entry) -> bool:
        """Append to the journal."""
        if entry.clock is None:
            if not is_new(entry, self.state.positions.get(entry.partition)):
                return False
            positions = self.state.positions | {entry.partition: entry.position}
            self.state = Kept(
                self.state.judged, self.state.snapshot, self.state.snapshot_at, positions
            )
        self.journal.append(entry)
        return True

    def entries(self, after: int) -> list[tuple[int, Entry]]:
        """The journal behind an entry."""
        return list(enumerate(self.journal[after - self.forgotten :], start=after + 1))

    def leads(self) -> bool:
        """There is nobody else."""
        return True

    def people(self) -> People:
        """What was said."""
        return self.said

    def told(self) -> ToldSoFar:
        """The alerts so far."""
        episodes: dict[str, Told] = {}
        for each in self.alerts:
            before = episodes.get(each.episode.episode_id, Told())
            after = before.after(each.kind, each.episode.severity, each.minute)
            episodes[each.episode.episode_id] = after
        return ToldSoFar({each.alert_id for each in self.alerts}, episodes)

    def open_episodes(self) -> list[Episode]:
        """Those that are not over."""
        return self.left

    def keep(self, judged: Judged) -> None:
        """Keep what was judged."""
        if judged.before != self.state.judged:
            raise LostLeaseError
        self.alerts.extend(judged.alerts)
        self.left = list(judged.monitor.episodes.open.values())
        self.minutes.extend(minute.minute for minute in judged.minutes)
        self.state = Kept(
            judged.after, self.state.snapshot, self.state.snapshot_at, self.state.positions
        )

    def save(self, at: int, snapshot: bytes) -> None:
        """Keep a snapshot."""
        self.journal = self.journal[at - self.forgotten :]
        self.forgotten = at
        self.state = Kept(self.state.judged, snapshot, at, self.state.positions)
