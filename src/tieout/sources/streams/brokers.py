"""NATS JetStream, RabbitMQ and Redis Streams as streams of events."""

import hashlib
import logging
from typing import TYPE_CHECKING, Any, Final

from tieout.model.errors import InputError
from tieout.sources.streams.consumer import consumer_name
from tieout.sources.streams.nats import NatsReader
from tieout.sources.streams.pushed import (
    BATCH_MESSAGES,
    Connect,
    Connection,
    Pushed,
    PushedStream,
    Take,
)
from tieout.sources.streams.redis import RedisReader

if TYPE_CHECKING:
    from faststream._internal.broker import BrokerUsecase

_CLAIM_AFTER_MILLISECONDS: Final = 60_000
_WAIT_SECONDS: Final = 10.0
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

    async def connect(take: Take) -> Connection:
        reader = NatsReader(servers, stream, subject, durable, wait_seconds, take)
        await reader.start()
        return Connection(reader.stop, reader.acknowledge)

    return PushedStream(f"nats/{stream}/{subject}", _guarded(connect, "NATS"), batch_messages)


def rabbit_stream(*, url: str, queue: str, batch_messages: int = BATCH_MESSAGES) -> PushedStream:
    """A durable queue; a message is known by its message_id, without one by its content.

    Only what the broker marks as redelivered may have come before, so that two customers who do
    the same at the same time stay two.
    """

    async def connect(take: Take) -> Connection:
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
    consumer: str | None = None,
    claim_after_ms: int = _CLAIM_AFTER_MILLISECONDS,
    batch_messages: int = BATCH_MESSAGES,
) -> PushedStream:
    """A consumer group of a Redis stream; a message is known by its entry's id.

    What it took before and never acknowledged comes first; what another consumer took and never
    acknowledged is claimed after a while, at once where its process is known to be over, and left
    out where that one kept it. Each process needs a name of its own as `consumer`: by default it is
    made from machine and process.
    """
    name = consumer or consumer_name()

    async def connect(take: Take) -> Connection:
        reader = RedisReader(url, stream, group, name, claim_after_ms, take)
        await reader.start()
        return Connection(reader.stop, reader.acknowledge)

    siblings = f"redis/{stream}/"
    return PushedStream(
        f"{siblings}{name}", _guarded(connect, "Redis"), batch_messages, siblings=siblings
    )


async def _started(broker: "BrokerUsecase[Any, Any]") -> Connection:
    await broker.start()
    return Connection(broker.stop, _one_by_one)


async def _one_by_one(messages: list[Any]) -> None:
    for message in messages:
        await message.ack()


def _guarded(connect: Connect, name: str) -> Connect:
    """The same, with one line for those who lack the libraries."""

    async def guarded(take: Take) -> Connection:
        try:
            return await connect(take)
        except ImportError as error:
            raise InputError(
                f"reading {name} needs libraries of its own: pip install 'tieout[streams]'"
            ) from error

    return guarded
