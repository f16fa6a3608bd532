"""Brokers that push: messages are acknowledged one by one, once what they amount to is kept.

Each client works in an event loop of its own thread. A message is told by an identity that its
broker keeps over redeliveries; those of the last batches are part of the position, so that a
message that was kept but not acknowledged is left out when it comes again.
Between consumers that share a queue there is no such memory: when one stalls for longer than the
broker waits for an acknowledgement, another one counts its messages too.
"""

import asyncio
import queue
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from tieout.sources.streams.stream import Position, Positions, StreamBatch

BATCH_MESSAGES: Final = 2000
_BATCHES_KEPT: Final = 2
_START_SECONDS: Final = 30.0
_SETTLE_SECONDS: Final = 0.05
_SEEN_MAX: Final = 200_000
_FULL_SECONDS: Final = 0.02


@dataclass(frozen=True)
class Pushed:
    """One message.

    identity: the same when it comes again. is_unique: no other message has it; else it is told by
    its content, and has come before only where `may_repeat`. message: what can be acknowledged.
    was_given: to another consumer, which may have kept it.
    """

    identity: str
    body: bytes
    message: Any
    is_unique: bool = True
    may_repeat: bool = True
    was_given: bool = False


@dataclass(frozen=True)
class Connection:
    """What can be asked of a broker's client; `acknowledge` takes messages as they were pushed."""

    stop: Callable[[], Awaitable[None]]
    acknowledge: Callable[[list[Any]], Awaitable[None]]


Take = Callable[[Pushed], Awaitable[None]]
# Makes a started client that hands each message to `take`.
Connect = Callable[[Take], Awaitable[Connection]]


@dataclass
class PushedStream:
    """Messages of a queue, a subject or a stream, by one consumer.

    siblings: what the names of other consumers of the same messages begin with, if they have any.
    """

    name: str
    connect: Connect
    batch_messages: int = BATCH_MESSAGES
    siblings: str | None = None
    _positions: Positions = field(default_factory=dict)
    _recent: list[list[str]] = field(default_factory=list)
    _seen: "OrderedDict[str, None]" = field(default_factory=OrderedDict)
    _messages: "queue.Queue[Pushed]" = field(default_factory=queue.Queue)
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _connection: Connection | None = None
    _closing: bool = False

    def start(self, positions: Positions) -> None:
        """Connect in a thread of its own. Raises what the broker's client raises."""
        self._positions = positions
        self._recent = [list(each) for each in positions.get(self.name, {}).get("recent", [])]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name=f"stream {self.name}", daemon=True
        )
        self._thread.start()
        self._seen = OrderedDict.fromkeys(each for batch in self._recent for each in batch)
        self._messages, self._closing = queue.Queue(), False
        try:
            self._connection = self._run(self.connect(self._take))
        except BaseException:
            self.close()
            raise

    def poll_batch(self, timeout_seconds: float) -> StreamBatch | None:
        """The messages that have come; those that were kept before are acknowledged at once."""
        taken = self._taken(timeout_seconds)
        known = Counter(identity for batch in self._recent for identity in batch)
        theirs = self._kept_by_others(taken)
        again: list[Pushed] = []
        new: list[Pushed] = []
        for each in taken:
            has_come = self._has_come(each, known) or (each.was_given and each.identity in theirs)
            (again if has_come else new).append(each)
        # One that waited here for so long that it was given again is not kept yet.
        fresh = {each.identity for each in new}
        twice = [each.message for each in again if each.identity in fresh]
        kept = [each.message for each in again if each.identity not in fresh]
        if kept:
            self._acknowledge(kept)
        if not new:
            return None
        self._recent = [*self._recent, [each.identity for each in new]][-_BATCHES_KEPT:]
        return StreamBatch(
            self.name,
            {"recent": self._recent},
            b"\n".join(each.body for each in new),
            token=[*(each.message for each in new), *twice],
        )

    def commit(self, token: Any) -> None:
        """Acknowledge the messages of a batch."""
        self._acknowledge(token)

    def go_on(self, partition: str, position: Position, /) -> None:
        """Batches of messages count in any order: none is refused."""

    def close(self) -> None:
        """Disconnect; what was not acknowledged comes again to whoever is next."""
        if self._loop is None or self._thread is None:
            return
        self._closing = True
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                self._run(connection.stop())
        finally:
            self._run(_cancelled())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_START_SECONDS)
            self._loop.close()
            self._loop = None

    async def _take(self, message: Pushed) -> None:
        """Take a message from the broker, as soon as there is room."""
        while self._messages.qsize() > 2 * self.batch_messages and not self._closing:
            await asyncio.sleep(_FULL_SECONDS)
        self._messages.put(message)

    def _has_come(self, message: Pushed, known: "Counter[str]") -> bool:
        """Whether a message was in a batch before. Brokers give again what waits for too long."""
        if not message.is_unique:
            again = message.may_repeat and known[message.identity] > 0
            known[message.identity] -= again
            return again
        if message.identity in self._seen:
            return True
        self._seen[message.identity] = None
        if len(self._seen) > _SEEN_MAX:
            self._seen.popitem(last=False)
        return False

    def _kept_by_others(self, taken: list[Pushed]) -> set[str]:
        """What siblings kept last, as of now: asked when something was taken over from them."""
        if self.siblings is None or not any(each.was_given for each in taken):
            return set()
        return {
            identity
            for name, position in self._positions.items()
            if name.startswith(self.siblings) and name != self.name
            for batch in position.get("recent", [])
            for identity in batch
        }

    def _taken(self, timeout_seconds: float) -> list[Pushed]:
        """The first message when it comes, and what comes right after it."""
        taken: list[Pushed] = []
        until = time.monotonic() + timeout_seconds
        while len(taken) < self.batch_messages:
            wait = max(until - time.monotonic(), 0.0) if not taken else _SETTLE_SECONDS
            try:
                taken.append(self._messages.get(timeout=wait))
            except queue.Empty:
                break
        return taken

    def _acknowledge(self, messages: list[Any]) -> None:
        assert self._connection is not None  # noqa: S101 - `start` comes first
        self._run(self._connection.acknowledge(messages))

    def _run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        assert self._loop is not None  # noqa: S101 - `start` comes first
        return asyncio.run_coroutine_threadsafe(awaited(), self._loop).result(_START_SECONDS)


async def paused(stopping: asyncio.Event, seconds: float) -> None:
    """Wait, unless told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


async def _cancelled() -> None:
    """End what the broker's client left running."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
