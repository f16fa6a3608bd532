"""A durable consumer of a NATS JetStream, which pulls, and gives back what it did not keep.

NATS waits for a message's acknowledgement before it gives it to somebody else. Whoever stops says
which ones it will never acknowledge, so that the next one has them first and at once. A process
that was killed cannot: what it had comes again after that wait. So the wait is short, and whoever
lives says of what it holds that it is at work on it.
"""

import asyncio
import json
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tieout.sources.streams.pushed import Pushed, Take, paused

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

_LOG: Final = logging.getLogger("tieout.streams")
_MESSAGES: Final = 256
# A request for messages ends after so long; the server says so behind the last one of them.
_PULL_SECONDS: Final = 0.5
_ANSWER_SECONDS: Final = 5.0
_AGAIN_SECONDS: Final = 1.0
_BEATS: Final = 4
_ENDED: Final = {"404", "408"}


@dataclass
class NatsReader:
    """Pulls messages in an event loop and hands each to `take`.

    wait_seconds: what nobody was heard to work on for so long is given again, to anybody.
    """

    servers: str
    stream: str
    subject: str
    durable: str
    wait_seconds: float
    take: Take
    _held: dict[str, "Msg"] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _client: "Client | None" = None
    _reading: "asyncio.Task[None] | None" = None
    _beating: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Connect, and make the consumer where there is none. Raises what nats-py raises."""
        import nats

        async def said(error: Exception) -> None:
            _LOG.warning("NATS %s: %s", self.stream, _named(error))

        # What reconnects for ever tries to connect for ever, too.
        wanted = nats.connect(self.servers, max_reconnect_attempts=-1, error_cb=said)
        try:
            self._client = await asyncio.wait_for(wanted, _ANSWER_SECONDS)
        except TimeoutError as error:
            raise ConnectionError("NATS does not answer") from error
        await self._make_consumer(self._client)
        inbox = await self._client.subscribe(self._client.new_inbox())
        self._reading = asyncio.create_task(self._read_on(self._client, inbox))
        self._beating = asyncio.create_task(self._beat_on())

    async def stop(self) -> None:
        """Let the last request end, give back what was not kept, and disconnect."""
        self._stopping.set()
        for task in filter(None, (self._reading, self._beating)):
            await task
        for message in self._held.values():
            await message.nak()
        self._held.clear()
        if self._client is not None:
            await self._client.drain()

    async def acknowledge(self, messages: list["Msg"]) -> None:
        """Tell NATS that messages were kept."""
        for message in messages:
            await message.ack()
            self._held.pop(message.reply, None)

    async def _make_consumer(self, client: "Client") -> None:
        """Or change one that waits for another time."""
        from nats.js.api import ConsumerConfig
        from nats.js.errors import NotFoundError

        manager = client.jsm()
        wanted = ConsumerConfig(
            name=self.durable,
            durable_name=self.durable,
            filter_subject=self.subject,
            ack_wait=self.wait_seconds,
        )
        try:
            found = (await manager.consumer_info(self.stream, self.durable)).config
        except NotFoundError:
            found = None
        if found is not None and found.ack_wait != self.wait_seconds:
            wanted = found.evolve(ack_wait=self.wait_seconds)
        elif found is not None:
            return
        await manager.add_consumer(self.stream, wanted)

    async def _beat_on(self) -> None:
        """Say every now and then that what is held is not forgotten."""
        from nats.errors import Error

        while not self._stopping.is_set():
            await paused(self._stopping, self.wait_seconds / _BEATS)
            try:
                for message in [*self._held.values()]:
                    if message.reply in self._held:
                        await message.in_progress()
            except (Error, OSError) as error:
                _LOG.warning("NATS %s: %s", self.stream, _named(error))

    async def _read_on(self, client: "Client", inbox: "Subscription") -> None:
        """Until told to stop; after a failure, or when the consumer was deleted, from the start."""
        from nats.errors import Error

        failed = False
        while not self._stopping.is_set():
            try:
                if failed:
                    await self._make_consumer(client)
                status = await self._pull(client, inbox)
            except (Error, OSError) as error:
                status = _named(error)
            failed = status not in _ENDED
            if failed:
                _LOG.warning("NATS %s: %s; trying again", self.stream, status)
                await paused(self._stopping, _AGAIN_SECONDS)

    async def _pull(self, client: "Client", inbox: "Subscription") -> str:
        """Take what comes until a request ends; how it did."""
        from nats.js import JetStreamContext

        wanted: dict[str, Any] = {"batch": _MESSAGES, "expires": round(_PULL_SECONDS * 1e9)}
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{self.durable}"
        await client.publish(subject, json.dumps(wanted).encode(), reply=inbox.subject)
        for _ in range(_MESSAGES):
            message = await inbox.next_msg(_PULL_SECONDS + _ANSWER_SECONDS)
            status = JetStreamContext.is_status_msg(message)
            if status:
                return status
            self._held[message.reply] = message
            sequence = message.metadata.sequence.stream
            await self.take(Pushed(str(sequence), message.data, message))
        return "408"


def _named(error: Exception) -> str:
    return str(error) or type(error).__name__
