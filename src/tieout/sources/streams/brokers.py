"""NATS JetStream, RabbitMQ and Redis Streams, through FastStream."""

import hashlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from tieout.model.errors import InputError
from tieout.sources.streams.pushed import BATCH_MESSAGES, Connect, Pushed, PushedStream, Take

if TYPE_CHECKING:
    from faststream._internal.broker import BrokerUsecase

_CLAIM_AFTER_MILLISECONDS: Final = 60_000
_WAIT_SECONDS: Final = 60.0
_SILENT: Final = logging.getLogger("tieout.streams")


def nats_stream(
    *,
    servers: str,
    stream: str,
    subject: str,
    durable: str,
    wait_seconds: float = _WAIT_SECONDS,
    batch_messages: int = BATCH_MESSAGES,
) -> PushedStream:
    """A durable consumer of a JetStream; a message is known by its sequence number."""

    async def connect(take: Take) -> Callable[[], Awaitable[None]]:
        from faststream import AckPolicy
        from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
        from nats.js.api import ConsumerConfig

        broker = NatsBroker(servers, logger=_SILENT)

        @broker.subscriber(
            subject,
            stream=JStream(stream, declare=False),
            durable=durable,
            config=ConsumerConfig(ack_wait=wait_seconds),
            pull_sub=PullSub(batch_size=256),
            ack_policy=AckPolicy.MANUAL,
        )
        async def handle(message: NatsMessage) -> None:
            sequence = message.raw_message.metadata.sequence.stream
            await take(Pushed(str(sequence), message.body, message))

        return await _started(broker)

    return PushedStream(f"nats/{stream}/{subject}", _guarded(connect, "NATS"), batch_messages)


def rabbit_stream(*, url: str, queue: str, batch_messages: int = BATCH_MESSAGES) -> PushedStream:
    """A durable queue; a message is known by its message_id, without one by its content.

    Only what the broker marks as redelivered may have come before, so that two customers who do
    the same at the same time stay two.
    """

    async def connect(take: Take) -> Callable[[], Awaitable[None]]:
        from faststream import AckPolicy
        from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue

        broker = RabbitBroker(
            url, logger=_SILENT, default_channel=Channel(prefetch_count=2 * batch_messages)
        )

        @broker.subscriber(RabbitQueue(queue, durable=True), ack_policy=AckPolicy.MANUAL)
        async def handle(message: RabbitMessage) -> None:
            raw = message.raw_message
            identity = raw.message_id or hashlib.sha256(message.body).hexdigest()[:24]
            unique, again = raw.message_id is not None, bool(raw.redelivered)
            await take(Pushed(identity, message.body, message, unique, again))

        return await _started(broker)

    return PushedStream(f"rabbitmq/{queue}", _guarded(connect, "RabbitMQ"), batch_messages)


def redis_stream(
    *,
    url: str,
    stream: str,
    group: str,
    consumer: str,
    claim_after_ms: int = _CLAIM_AFTER_MILLISECONDS,
    batch_messages: int = BATCH_MESSAGES,
) -> PushedStream:
    """A consumer group of a Redis stream; a message is known by its entry's id.

    What another consumer took and never acknowledged is claimed after a while.
    """

    async def connect(take: Take) -> Callable[[], Awaitable[None]]:
        from faststream import AckPolicy
        from faststream.redis import RedisBroker, RedisStreamMessage, StreamSub

        await _make_group(url, stream, group)
        broker = RedisBroker(url, logger=_SILENT)

        async def handle(message: RedisStreamMessage) -> None:
            [entry] = message.raw_message["message_ids"]
            await take(Pushed(entry.decode(), message.body, message))

        for min_idle_time in (None, claim_after_ms):
            wanted = StreamSub(
                stream,
                group=group,
                consumer=consumer,
                polling_interval=100,
                last_id=">",
                min_idle_time=min_idle_time,
            )
            broker.subscriber(stream=wanted, ack_policy=AckPolicy.MANUAL)(handle)
        return await _started(broker)

    return PushedStream(f"redis/{stream}/{consumer}", _guarded(connect, "Redis"), batch_messages)


async def _make_group(url: str, stream: str, group: str) -> None:
    """Make a group that begins with the oldest entry; FastStream's would begin with the next."""
    from redis.asyncio import Redis
    from redis.exceptions import ResponseError

    async with Redis.from_url(url) as client:
        try:
            await client.xgroup_create(stream, group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise


async def _started(broker: "BrokerUsecase[Any, Any]") -> Callable[[], Awaitable[None]]:
    await broker.start()
    stop: Callable[[], Awaitable[None]] = broker.stop
    return stop


def _guarded(connect: Connect, name: str) -> Connect:
    """The same, with one line for those who lack the libraries."""

    async def guarded(take: Take) -> Callable[[], Awaitable[None]]:
        try:
            return await connect(take)
        except ImportError as error:
            raise InputError(
                f"reading {name} needs FastStream: pip install 'tieout[streams]'"
            ) from error

    return guarded
