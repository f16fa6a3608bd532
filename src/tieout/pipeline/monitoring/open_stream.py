"""The stream that a spec asks for."""

import os
import re
from typing import Final

from tieout.model.errors import InputError
from tieout.monitor.decode import EventShape
from tieout.monitor.source_spec import (
    FileSource,
    KafkaSource,
    NatsSource,
    RabbitSource,
    RedisSource,
    TableSource,
)
from tieout.monitor.spec import MonitorSpec
from tieout.sources.streams.stream import Stream

_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


def open_stream(spec: MonitorSpec, shape: EventShape) -> Stream:
    """Make the stream; it connects when it is started.

    `${NAME}` in an address is taken from the environment, so that a spec holds no password. Raises
    InputError without a `source`, and for variables that are not set.
    """
    source = spec.source
    if source is None:
        raise InputError("the spec has no `source`; see `tieout schema monitor`")
    if isinstance(source, FileSource):
        from tieout.pipeline.monitoring.replayed import ReplayedStream

        return ReplayedStream(source.path, spec, source.speed, source.batch)
    if isinstance(source, TableSource):
        return _table(source, shape)
    if isinstance(source, KafkaSource):
        from tieout.sources.streams.kafka import KafkaStream

        options = {name: filled(value) for name, value in source.options.items()}
        return KafkaStream(
            filled(source.servers), source.topic, source.group, source.batch, options
        )
    return _pushed(source)


def filled(text: str) -> str:
    """A text with its `${NAME}` taken from the environment. Raises InputError for unset ones."""

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if found is None:
            raise InputError(f"source: the environment variable {match[1]} is not set")
        return found

    return _VARIABLE.sub(value, text)


def _table(source: TableSource, shape: EventShape) -> Stream:
    from tieout.sources.streams.table import TableStream

    return TableStream(
        location=filled(source.url),
        table=source.table,
        key=source.key,
        time=shape.time,
        status=shape.status,
        dimensions=tuple(dict.fromkeys((*shape.dimensions, *filter(None, [shape.currency])))),
        values=tuple(name for name in (shape.amount, shape.duration) if name),
        moments=tuple(name for name in (shape.request, shape.response) if name),
        count=shape.count,
        settle_seconds=source.settle_seconds,
        batch_rows=source.batch,
    )


def _pushed(source: NatsSource | RabbitSource | RedisSource) -> Stream:
    from tieout.sources.streams.brokers import nats_stream, rabbit_stream, redis_stream

    if isinstance(source, NatsSource):
        return nats_stream(
            servers=filled(source.servers),
            stream=source.stream,
            subject=source.subject,
            durable=source.durable,
            wait_seconds=source.wait_seconds,
            batch_messages=source.batch,
        )
    if isinstance(source, RabbitSource):
        return rabbit_stream(
            url=filled(source.url), queue=source.queue, batch_messages=source.batch
        )
    return redis_stream(
        url=filled(source.url),
        stream=source.stream,
        group=source.group,
        consumer=source.consumer,
        claim_after_ms=source.claim_after_ms,
        batch_messages=source.batch,
    )
