"""Where a live monitor reads: one model for each kind of stream."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from tieout.monitor.spec_part import SpecPart

_Batch = Annotated[int, Field(ge=1, description="Messages, or rows, at a time at most.")]


class FileSource(SpecPart):
    """A file, replayed by the clock."""

    kind: Literal["file"]
    path: Path
    speed: Annotated[
        float | None, Field(gt=0, description="Times as fast as it happened; null for max.")
    ] = 1.0
    batch: _Batch = 5000


class TableSource(SpecPart):
    """A table that grows, of SQLite (a path) or PostgreSQL (`postgresql://…`)."""

    kind: Literal["table"]
    url: str
    table: str
    key: Annotated[str, Field(description="A column that rises with each row.")] = "id"
    settle_seconds: Annotated[float, Field(ge=0, description="Leave younger rows for later.")] = 0.0
    batch: _Batch = 50_000


class KafkaSource(SpecPart):
    """A topic of JSON events."""

    kind: Literal["kafka"]
    servers: str
    topic: str
    group: str = "tieout"
    options: dict[str, str] = Field(
        default_factory=dict, description="Of librdkafka, such as security.protocol."
    )
    batch: _Batch = 5000


class NatsSource(SpecPart):
    """A JetStream of JSON events."""

    kind: Literal["nats"]
    servers: str
    stream: str
    subject: str
    durable: str = "tieout"
    wait_seconds: Annotated[
        float,
        Field(ge=1, description="A message that nobody is heard of comes again after so long."),
    ] = 10.0
    batch: _Batch = 2000


class RabbitSource(SpecPart):
    """A durable queue of JSON events."""

    kind: Literal["rabbitmq"]
    url: str
    queue: str
    batch: _Batch = 2000


class RedisSource(SpecPart):
    """A Redis stream of JSON events, as FastStream writes them or in the field `data`."""

    kind: Literal["redis"]
    url: str
    stream: str
    group: str = "tieout"
    consumer: Annotated[
        str | None, Field(description="A name of this process alone; null makes one.")
    ] = None
    claim_after_ms: Annotated[
        int, Field(ge=100, description="Take over what another consumer left unacknowledged.")
    ] = 60_000
    batch: _Batch = 2000


SourceSpec = Annotated[
    FileSource | TableSource | KafkaSource | NatsSource | RabbitSource | RedisSource,
    Field(discriminator="kind"),
]
