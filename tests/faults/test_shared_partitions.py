"""Kafka's partitions change hands: each goes on from where it was kept, by whomever that was."""

from confluent_kafka import Consumer, TopicPartition

from tieout.monitor.journal import Entry
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


def test_positions_answer_as_of_the_moment_of_asking() -> None:
    store = MemoryStore()
    positions = KeptPositions(store)
    assert (len(positions), positions.get("payments/0")) == (0, None)
    store.add(Entry("payments/0", {"offset": 1}))
    store.add(Entry("payments/1", {"offset": 2}))
    assert dict(positions) == {"payments/0": {"offset": 1}, "payments/1": {"offset": 2}}
    store.add(Entry("payments/0", {"offset": 3}))
    assert positions["payments/0"] == {"offset": 3}
