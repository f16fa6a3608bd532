"""Kafka's partitions change hands: each goes on from where it was kept, by whomever that was."""

import time
import uuid

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from stream_feeds import event
from stream_outage import follow, journal_of, stalls

from tieout.monitor.journal import Entry
from tieout.pipeline.monitoring.live import Live
from tieout.pipeline.monitoring.store import KeptPositions, MemoryStore
from tieout.sources.streams.kafka import KafkaStream


class Assigned:
    """Stands for a consumer; remembers what it was told to read."""

    def __init__(self) -> None:
        self.partitions: list[TopicPartition] = []

    def assign(self, partitions: list[TopicPartition]) -> None:
        self.partitions = partitions


class Message:
    """An event at an offset of partition 0."""

    def __init__(self, offset: int) -> None:
        self._offset = offset

    def error(self) -> None:
        return None

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return self._offset

    def value(self) -> bytes:
        return b"{}"


def member(store: MemoryStore) -> KafkaStream:
    """A member of the group, before anything was assigned to it."""
    stream = KafkaStream("127.0.0.1:1", "payments", "group")
    stream.start(KeptPositions(store))
    return stream


def given(stream: KafkaStream) -> int:
    """The offset from which partition 0 is read once it is assigned."""
    consumer = Assigned()
    assert isinstance(stream._consumer, Consumer)
    stream._assigned(consumer, [TopicPartition("payments", 0)])  # type: ignore[arg-type]
    return int(consumer.partitions[0].offset)


def test_a_member_goes_on_from_where_another_one_came_to() -> None:
    store = MemoryStore()
    waiting = member(store)
    store.add(Entry("payments/0", {"offset": 100}))
    store.add(Entry("payments/0", {"offset": 250}))
    assert given(waiting) == 250
    waiting.close()


def test_a_partition_that_comes_back_goes_on_from_where_it_was_kept_meanwhile() -> None:
    store = MemoryStore()
    stream = member(store)
    store.add(Entry("payments/0", {"offset": 100}))
    assert given(stream) == 100
    stream._revoked(stream._consumer, [TopicPartition("payments", 0)])  # type: ignore[arg-type]
    store.add(Entry("payments/0", {"offset": 400}))
    assert given(stream) == 400
    stream.close()


def test_what_the_client_gives_again_after_that_is_left_out() -> None:
    store = MemoryStore()
    stream = member(store)
    store.add(Entry("payments/0", {"offset": 400}))
    given(stream)
    batches = stream._sorted([Message(each) for each in range(395, 403)])  # type: ignore[misc]
    assert [(each.position, each.lines) for each in batches] == [({"offset": 403}, b"{}\n{}\n{}")]
    stream.close()


def test_what_lasts_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    stream = member(MemoryStore())
    for text in ("after 0ms", "after 1ms"):
        stream._said_once(KafkaError(KafkaError._TRANSPORT, text))
    assert caplog.messages == ["Kafka payments: after 0ms"]
    stream._sorted([Message(0)])  # type: ignore[list-item]
    stream._said_once(KafkaError(KafkaError._TRANSPORT, "after 2ms"))
    assert caplog.messages[1:] == ["Kafka payments: after 2ms"]
    stream.close()


def test_a_batch_begins_where_the_one_before_it_ended() -> None:
    store = MemoryStore()
    stream = member(store)
    first, second = ([Message(each) for each in part] for part in (range(3), range(7, 9)))
    [before] = stream._sorted(first)  # type: ignore[arg-type]
    # Offsets may be missing, of transactions or after a topic was compacted.
    [after] = stream._sorted(second)  # type: ignore[arg-type]
    assert (before.begins, before.position) == ({}, {"offset": 3})
    assert (after.begins, after.position) == ({"offset": 3}, {"offset": 9})
    stream.close()


def test_a_partition_that_is_another_members_is_left_to_it() -> None:
    stream = member(MemoryStore())
    [batch] = stream._sorted([Message(each) for each in range(3)])  # type: ignore[misc]
    stream._waiting = [batch]
    stream.go_on("payments/0", {"offset": 150})
    assert stream._waiting == []
    assert stream.positions == {"payments/0": {}}
    stream.close()


def test_a_stalled_member_counts_nothing_of_what_its_successor_kept(kafka: str) -> None:
    topic, store = f"t{uuid.uuid4().hex[:8]}", MemoryStore()
    producer = Producer({"bootstrap.servers": kafka})
    for number in range(300):
        producer.produce(topic, event(29_000_000, second=number % 60), partition=0)
    producer.flush(20)

    def read_by(group: str, messages: int) -> Live:
        # Members of two groups both have the partition, as one has that did not hear of its end.
        return follow(KafkaStream(kafka, topic, group, messages), store)

    def reaches(live: Live, offset: int) -> None:
        until = time.monotonic() + 30
        while standing(store) < offset and time.monotonic() < until:
            live.step(1)

    old, new = read_by("old", 100), read_by("new", 50)
    old.start()
    reaches(old, 100)
    new.start()
    stalls(old.stream, lambda: reaches(new, standing(store) + 1))
    reaches(old, 250)
    reaches(new, 300)
    old.stream.close()
    new.stream.close()
    assert old.counted.refused == 1
    counted = journal_of(store.journal)
    assert counted[-1][0] == {"offset": 300}
    assert sum(events for _, events in counted) == 300


def standing(store: MemoryStore) -> int:
    """The offset up to which the one partition was kept."""
    return max((int(each["offset"]) for each in store.state.positions.values()), default=0)


def test_positions_answer_as_of_the_moment_of_asking() -> None:
    store = MemoryStore()
    positions = KeptPositions(store)
    assert (len(positions), positions.get("payments/0")) == (0, None)
    store.add(Entry("payments/0", {"offset": 1}))
    store.add(Entry("payments/1", {"offset": 2}))
    assert dict(positions) == {"payments/0": {"offset": 1}, "payments/1": {"offset": 2}}
    store.add(Entry("payments/0", {"offset": 3}))
    assert positions["payments/0"] == {"offset": 3}
