"""A consumer of a group of a Redis stream: first what it was given and never kept, then the new.

Redis remembers by a consumer's name what it gave and was not acknowledged. A reader that starts
(or whose connection broke) asks for that first, and for what processes of this machine left whose
end is known by their names, so that entries come in their order over a restart, instead of when
they have been idle for long enough to be claimed.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tieout.sources.streams.consumer import consumer_name, is_over
from tieout.sources.streams.pushed import Pushed, Take, paused

if TYPE_CHECKING:
    from redis.asyncio import Redis

_LOG: Final = logging.getLogger("tieout.streams")
# How long Redis holds a read that finds nothing; nobody's read outlives its reader by more.
_BLOCK_SECONDS: Final = 0.1
_ANSWER_SECONDS: Final = 10.0
_AGAIN_SECONDS: Final = 1.0
_CLAIM_SECONDS_MAX: Final = 15.0
_ENTRIES: Final = 500
# Two that take over from one process see by this what the other one has taken already.
_INHERIT_AFTER_MS: Final = 1000
_INHERIT_SECONDS: Final = 2.0
_NEW: Final = b">"
_BEGINNING: Final = b"0-0"

Entries = list[tuple[bytes, dict[bytes, bytes]]]


@dataclass
class RedisReader:
    """Reads entries in an event loop and hands each to `take`, under one name.

    claim_after_ms: what another consumer was given and has not acknowledged for so long is taken
    over, late as it is.
    """

    url: str
    stream: str
    group: str
    consumer: str
    claim_after_ms: int
    take: Take
    _held: set[bytes] = field(default_factory=set)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _claim_from: bytes = _BEGINNING
    _claim_at: float = 0.0
    _inherit_at: float = 0.0
    _reads: "Redis | None" = None
    _client: "Redis | None" = None
    _reading: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Connect, and make the group where there is none. Raises what redis-py raises."""
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        # A read whose answer was lost is not repeated as it is: its entries are ours by then.
        once: dict[str, Any] = {"retry": Retry(NoBackoff(), 0)}
        wanted: dict[str, Any] = {"protocol": 2, "socket_timeout": _ANSWER_SECONDS}
        self._client = Redis.from_url(self.url, **wanted)
        self._reads = Redis.from_url(self.url, **wanted, **once)
        await self._make_group()
        self._reading = asyncio.create_task(self._read_on())

    async def stop(self) -> None:
        """Let the last read end, and disconnect. What it was given is read first the next time.

        A name that is this process's alone and holds nothing is taken off the group.
        """
        from redis.exceptions import RedisError

        self._stopping.set()
        if self._reading is not None:
            await self._reading
        if self.consumer == consumer_name():
            try:
                await self._forget(self.consumer)
            except (RedisError, OSError) as error:
                _LOG.warning("Redis stream %s: %s", self.stream, error)
        for client in (self._reads, self._client):
            if client is not None:
                await client.aclose()

    async def acknowledge(self, entries: Sequence[bytes]) -> None:
        """Tell Redis that entries were kept."""
        for at in range(0, len(entries), _ENTRIES):
            part = entries[at : at + _ENTRIES]
            await _opened(self._client).xack(self.stream, self.group, *part)
            self._held.difference_update(part)

    async def _make_group(self) -> None:
        """A group that begins with the oldest entry."""
        from redis.exceptions import ResponseError

        try:
            client = _opened(self._client)
            await client.xgroup_create(self.stream, self.group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _read_on(self) -> None:
        """Until told to stop; after a failure, or when the stream was deleted, from the start."""
        from redis.exceptions import RedisError

        while not self._stopping.is_set():
            try:
                await self._make_group()
                await self._read_own()
                # A read of whoever had this name before may still be given entries.
                await paused(self._stopping, 2 * _BLOCK_SECONDS)
                await self._read_own()
                await self._inherit()
                while not self._stopping.is_set():
                    await self._give(await self._read(_NEW))
                    await self._inherit()
                    await self._claim()
            except (RedisError, OSError) as error:
                _LOG.warning("Redis stream %s: %s; trying again", self.stream, error)
                await paused(self._stopping, _AGAIN_SECONDS)

    async def _read_own(self) -> None:
        """What this name was given and did not acknowledge."""
        after = _BEGINNING
        while not self._stopping.is_set() and (entries := await self._read(after)):
            await self._give(entries)
            after = entries[-1][0]

    async def _read(self, after: bytes) -> Entries:
        """Entries of this name after an id, or new ones, which are waited for."""
        block = round(_BLOCK_SECONDS * 1000) if after == _NEW else None
        found: Any = await _opened(self._reads).xreadgroup(
            self.group, self.consumer, {self.stream: after}, count=_ENTRIES, block=block
        )
        return list(found[0][1]) if found else []

    async def _inherit(self) -> None:
        """Take over at once what processes of this machine left that are over."""
        now = asyncio.get_running_loop().time()
        if now < self._inherit_at:
            return
        self._inherit_at = now + _INHERIT_SECONDS
        known: Any = await _opened(self._reads).xinfo_consumers(self.stream, self.group)
        for name in sorted(each["name"].decode() for each in known):
            if name != self.consumer and is_over(name):
                await self._inherit_of(name)

    async def _inherit_of(self, name: str) -> None:
        """All of it, in its order; its last entries may be of this moment."""
        client = _opened(self._reads)
        while not self._stopping.is_set():
            left: Any = await client.xpending_range(
                self.stream, self.group, "-", "+", _ENTRIES, consumername=name
            )
            if not left:
                await self._forget(name)
                return
            youngest = min(each["time_since_delivered"] for each in left)
            if youngest < _INHERIT_AFTER_MS:
                await paused(self._stopping, (_INHERIT_AFTER_MS - youngest) / 1000)
                continue
            entries = [each["message_id"] for each in left]
            found: Any = await client.xclaim(
                self.stream, self.group, self.consumer, _INHERIT_AFTER_MS, entries
            )
            await self._give([each for each in found if each[0] is not None], was_given=True)

    async def _forget(self, name: str) -> None:
        """Take a consumer that holds nothing off the group."""
        client = _opened(self._client)
        if not await client.xpending_range(self.stream, self.group, "-", "+", 1, name):
            await client.xgroup_delconsumer(self.stream, self.group, name)

    async def _claim(self) -> None:
        """Take over what has been left by others, a part of it at a time."""
        now = asyncio.get_running_loop().time()
        if now < self._claim_at:
            return
        found: Any = await _opened(self._reads).xautoclaim(
            self.stream, self.group, self.consumer, self.claim_after_ms, self._claim_from, _ENTRIES
        )
        self._claim_from, entries = found[0], found[1]
        if self._claim_from == _BEGINNING:
            self._claim_at = now + min(self.claim_after_ms / 4000, _CLAIM_SECONDS_MAX)
        # Before version 7, Redis gives nothing in place of what was deleted.
        await self._give([each for each in entries if each[0] is not None], was_given=True)

    async def _give(self, entries: Entries, *, was_given: bool = False) -> None:
        """Hand over what is not in hand already; `was_given` to another consumer before."""
        deleted = [entry for entry, fields in entries if not fields]
        if deleted:
            await self.acknowledge(deleted)
        for entry, fields in entries:
            if self._stopping.is_set():
                return
            if fields and entry not in self._held:
                self._held.add(entry)
                body = body_of(fields)
                await self.take(Pushed(entry.decode(), body, entry, was_given=was_given))


def _opened(client: "Redis | None") -> "Redis":
    assert client is not None  # noqa: S101 - `start` comes first
    return client


def body_of(fields: dict[bytes, bytes]) -> bytes:
    """An entry's event: what FastStream packed, the field `data`, or all fields as an object."""
    from faststream.redis.parser import BinaryMessageFormatV1

    written = fields.get(b"__data__")
    if written is not None:
        return BinaryMessageFormatV1.parse(written)[0]
    if b"data" in fields:
        return fields[b"data"]
    texts = {name.decode(): value.decode(errors="replace") for name, value in fields.items()}
    return json.dumps(texts).encode()
