"""How events are put into each broker, and how they are read from it."""

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tieout.sources.streams.brokers import nats_stream, rabbit_stream, redis_stream
from tieout.sources.streams.kafka import KafkaStream
from tieout.sources.streams.stream import Stream, StreamBatch


@dataclass(frozen=True)
class Feed:
    """put: adds events. open: a new reader of the same events, as after a restart."""

    put: Callable[[Sequence[bytes]], None]
    open: Callable[[], Stream]


def event(minute: int, status: str = "approved", second: int = 0) -> bytes:
    """An event as JSON."""
    return json.dumps({"timestamp": minute * 60 + second, "status": status}).encode()


def events(first: int, last: int) -> list[bytes]:
    """One event for each of these minutes."""
    return [event(29_000_000 + minute) for minute in range(first, last)]


def lines(batch: StreamBatch) -> list[bytes]:
    """The events of a batch."""
    return batch.lines.splitlines()


def polled(stream: Stream, events: int, seconds: float = 20) -> list[StreamBatch]:
    """Batches until there are so many events."""
    batches: list[StreamBatch] = []
    until = time.monotonic() + seconds
    while sum(len(lines(batch)) for batch in batches) < events and time.monotonic() < until:
        batch = stream.poll_batch(0.3)
        if batch is not None:
            batches.append(batch)
    return batches


def kept_in_order(stream: Stream, events: int) -> list[bytes]:
    """So many events as they come, each acknowledged."""
    batches = polled(stream, events)
    for batch in batches:
        stream.commit(batch.token)
    return [line for batch in batches for line in lines(batch)]


def kafka_feed(servers: str) -> Feed:
    """A topic and a group of their own."""
    from confluent_kafka import Producer

    topic = f"t{uuid.uuid4().hex[:8]}"
    producer = Producer({"bootstrap.servers": servers})

    def put(events: Sequence[bytes]) -> None:
        for each in events:
            producer.produce(topic, each, partition=0)
        producer.flush(20)

    return Feed(put, lambda: KafkaStream(servers, topic, f"g-{topic}"))


def nats_feed(servers: str, *, name: str = "", wait_seconds: float = 1.0) -> Feed:
    """A stream and a durable consumer of their own."""
    name = name or f"S{uuid.uuid4().hex[:8]}"
    subject = f"events.{name}"

    def put(events: Sequence[bytes]) -> None:
        async def publish() -> None:
            import nats

            client = await nats.connect(servers)
            stream = client.jetstream()
            await stream.add_stream(name=name, subjects=[subject])
            for each in events:
                await stream.publish(subject, each)
            await client.close()

        asyncio.run(publish())

    return Feed(
        put,
        lambda: nats_stream(
            servers=servers,
            stream=name,
            subject=subject,
            durable="tieout",
            wait_seconds=wait_seconds,
        ),
    )


def rabbit_feed(url: str, *, identified: bool = False) -> Feed:
    """A queue of its own; with message ids or without."""
    queue = f"q{uuid.uuid4().hex[:8]}"

    def put(events: Sequence[bytes]) -> None:
        async def publish() -> None:
            import aio_pika

            connection = await aio_pika.connect(url)
            async with connection:
                channel = await connection.channel()
                await channel.declare_queue(queue, durable=True)
                for each in events:
                    message_id = uuid.uuid4().hex if identified else None
                    message = aio_pika.Message(each, message_id=message_id)
                    await channel.default_exchange.publish(message, routing_key=queue)

        asyncio.run(publish())

    return Feed(put, lambda: rabbit_stream(url=url, queue=queue))


def redis_feed(
    url: str, *, name: str = "", claim_after_ms: int = 400, consumer: str | None = "one"
) -> Feed:
    """A stream and a group of their own."""
    name = name or f"s{uuid.uuid4().hex[:8]}"

    def put(events: Sequence[bytes]) -> None:
        from redis import Redis

        with Redis.from_url(url) as client:
            for each in events:
                client.xadd(name, {"data": each})

    return Feed(
        put,
        lambda: redis_stream(
            url=url,
            stream=name,
            group="tieout",
            consumer=consumer,
            claim_after_ms=claim_after_ms,
        ),
    )


FEEDS: dict[str, Callable[[str], Feed]] = {
    "kafka": kafka_feed,
    "nats": nats_feed,
    "rabbitmq": rabbit_feed,
    "redis": redis_feed,
}


@contextmanager
def holding(opened: str, events: int) -> Iterator[int]:
    """Another process that was given events and keeps none; its id, until it is killed.

    opened: how it opens its stream, as an expression.
    """
    script = f"""if True:
        from tieout.sources.streams.brokers import nats_stream, redis_stream
        stream, held = {opened}, 0
        stream.start({{}})
        while held < {events}:
            batch = stream.poll_batch(1)
            held += len(batch.lines.splitlines()) if batch else 0
        print(held, flush=True)
        while True:
            stream.poll_batch(1)
    """
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{events}\n"
        yield process.pid
    finally:
        process.kill()
        process.communicate()
