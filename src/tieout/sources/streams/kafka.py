"""Kafka: batches of a consumer group, from the offsets that were kept with the counts."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tieout.model.errors import InputError
from tieout.sources.streams.stream import Position, Positions, StreamBatch

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

_BATCH_MESSAGES: Final = 5000
_LOG: Final = logging.getLogger("tieout.streams")


@dataclass
class KafkaStream:
    """Events of a topic, by one member of a group.

    The offsets that count are those kept with the counts, not the broker's: a partition begins
    there when it is assigned. The group's own offsets are committed all the same, for tools that
    show how far a consumer lags. They are looked up when a partition is assigned: another member
    may have moved it on since this one began.
    """

    servers: str
    topic: str
    group: str
    batch_messages: int = _BATCH_MESSAGES
    options: dict[str, Any] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    _kept: Positions = field(default_factory=dict)
    _waiting: list[StreamBatch] = field(default_factory=list)
    _consumer: "Consumer | None" = None
    _said: set[int] = field(default_factory=set)

    def start(self, positions: Positions) -> None:
        """Join the group. Raises InputError without confluent-kafka."""
        try:
            from confluent_kafka import Consumer
        except ImportError as error:
            raise InputError(
                "reading Kafka needs confluent-kafka: pip install 'tieout[streams]'"
            ) from error
        self._kept, self.positions = positions, dict(positions)
        usual = {
            "bootstrap.servers": self.servers,
            "group.id": self.group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "session.timeout.ms": 6000,
            # Each attempt to reconnect would be a line; `_said_once` says what lasts.
            "log_level": 2,
            "error_cb": self._said_once,
        }
        self._consumer = Consumer(usual | self.options)
        self._consumer.subscribe([self.topic], on_assign=self._assigned, on_revoke=self._revoked)

    def poll_batch(self, timeout_seconds: float) -> StreamBatch | None:
        """The events of one partition, as many as have come."""
        if not self._waiting:
            consumer = self._consumer
            assert consumer is not None  # noqa: S101 - `start` comes first
            self._waiting = self._sorted(consumer.consume(self.batch_messages, timeout_seconds))
        return self._waiting.pop(0) if self._waiting else None

    def commit(self, token: Any) -> None:
        """Move the group's offset of a partition on."""
        if self._consumer is not None:
            self._consumer.commit(offsets=[token], asynchronous=True)

    def go_on(self, partition: str, position: Position, /) -> None:
        """Read a partition from where another member came to, as long as it is given to this one.

        A member that stalled keeps what it had fetched, and reads on, until it hears that its
        partitions have gone to others.
        """
        from confluent_kafka import OFFSET_BEGINNING, KafkaException, TopicPartition

        self._waiting = [batch for batch in self._waiting if batch.partition != partition]
        offset = int(position.get("offset", OFFSET_BEGINNING))
        assert self._consumer is not None  # noqa: S101 - `start` comes first
        try:
            number = int(partition.rpartition("/")[2])
            self._consumer.seek(TopicPartition(self.topic, number, offset))
        except KafkaException:
            # It is not ours any more; whoever has it begins where it was kept.
            position = {}
        self.positions[partition] = position

    def close(self) -> None:
        """Leave the group."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None

    def _sorted(self, messages: "Sequence[Message]") -> list[StreamBatch]:
        """A batch for each partition, in the order in which they first come."""
        from confluent_kafka import KafkaError, KafkaException, TopicPartition

        values: dict[int, list[bytes]] = {}
        last: dict[int, int] = {}
        if messages:
            self._said.clear()
        for message in messages:
            problem = message.error()
            if problem is not None:
                if problem.code() == KafkaError._PARTITION_EOF:
                    continue
                raise KafkaException(problem)
            number, offset = message.partition() or 0, message.offset() or 0
            # After a rebalance the client may give again what it had fetched.
            if offset < self._next(number):
                continue
            values.setdefault(number, []).append(message.value() or b"")
            last[number] = offset
        batches = []
        for number, lines in values.items():
            after = last[number] + 1
            name = f"{self.topic}/{number}"
            begins, position = self.positions.get(name, {}), {"offset": after}
            self.positions[name] = position
            token = TopicPartition(self.topic, number, after)
            whole = b"\n".join(lines)
            batches.append(StreamBatch(name, position, whole, begins=begins, token=token))
        return batches

    def _said_once(self, error: "KafkaError") -> None:
        if error.code() not in self._said:
            _LOG.warning("Kafka %s: %s", self.topic, error.str())
        self._said.add(error.code())

    def _next(self, number: int) -> int:
        return int(self.positions.get(f"{self.topic}/{number}", {}).get("offset", 0))

    def _assigned(self, consumer: "Consumer", partitions: "list[TopicPartition]") -> None:
        for partition in partitions:
            name = f"{self.topic}/{partition.partition}"
            kept = self._kept.get(name)
            if kept:
                self.positions[name] = kept
                partition.offset = int(kept["offset"])
        consumer.assign(partitions)

    def _revoked(self, _: "Consumer", partitions: "list[TopicPartition]") -> None:
        """What was fetched of a partition that another member has now is no longer ours."""
        gone = {f"{self.topic}/{partition.partition}" for partition in partitions}
        self._waiting = [batch for batch in self._waiting if batch.partition not in gone]
        for name in gone:
            self.positions.pop(name, None)
