"""What brokers push twice: left out once it was kept, and not acknowledged before."""

from dataclasses import replace
from typing import Any

from tieout.sources.streams.pushed import Connection, Pushed, PushedStream, Take


class Played:
    """A broker's client that pushes what it was made with, and remembers what is acknowledged."""

    def __init__(self, *messages: Pushed) -> None:
        self.messages = messages
        self.acknowledged: list[Any] = []
        self.stopped = 0

    async def connect(self, take: Take) -> Connection:
        for message in self.messages:
            await take(message)
        return Connection(self.stop, self.acknowledge)

    async def stop(self) -> None:
        self.stopped += 1

    async def acknowledge(self, messages: list[Any]) -> None:
        self.acknowledged += messages


def pushed(identity: str, delivery: str) -> Pushed:
    """A message, and which delivery of it this is."""
    return Pushed(identity, identity.encode(), delivery)


def test_what_was_given_again_while_it_waited_is_acknowledged_once_it_is_kept() -> None:
    broker = Played(pushed("a", "a1"), pushed("b", "b1"), pushed("a", "a2"))
    stream = PushedStream("queue", broker.connect)
    stream.start({})
    batch = stream.poll_batch(1)
    assert batch is not None
    assert batch.lines == b"a\nb"
    assert broker.acknowledged == []
    stream.commit(batch.token)
    assert broker.acknowledged == ["a1", "b1", "a2"]
    stream.close()


def test_what_was_kept_before_is_acknowledged_at_once() -> None:
    broker = Played(pushed("a", "a2"), pushed("b", "b1"))
    stream = PushedStream("queue", broker.connect)
    stream.start({"queue": {"recent": [["a"]]}})
    batch = stream.poll_batch(1)
    assert batch is not None
    assert batch.lines == b"b"
    assert broker.acknowledged == ["a2"]
    stream.close()


def test_nothing_of_before_is_left_after_another_start() -> None:
    broker = Played(pushed("a", "a1"), pushed("b", "b1"))
    stream = PushedStream("queue", broker.connect, batch_messages=1)
    stream.start({})
    assert stream.poll_batch(1) is not None
    stream.close()
    stream.close()
    assert broker.stopped == 1
    stream.start({})
    batches = [stream.poll_batch(1), stream.poll_batch(1), stream.poll_batch(0)]
    stream.close()
    assert [batch and batch.lines for batch in batches] == [b"a", b"b", None]


def test_closing_does_not_wait_for_room() -> None:
    messages = [pushed(str(number), "1") for number in range(9)]
    late = Played()

    async def connect(take: Take) -> Connection:
        import asyncio

        async def push() -> None:
            for message in messages:
                await take(message)

        task = asyncio.create_task(push())

        async def stop() -> None:
            await task
            await late.stop()

        return Connection(stop, late.acknowledge)

    stream = PushedStream("queue", connect, batch_messages=1)
    stream.start({})
    assert stream.poll_batch(1) is not None
    stream.close()
    assert late.stopped == 1


def test_what_another_consumer_kept_is_left_out_where_it_is_taken_over() -> None:
    taken_over = [replace(pushed(each, each + "2"), was_given=True) for each in "abc"]
    broker = Played(*taken_over, pushed("d", "d1"), pushed("a", "a3"))
    stream = PushedStream("redis/s/two", broker.connect, siblings="redis/s/")
    stream.start({"redis/s/one": {"recent": [["a"], ["b", "d"]]}, "redis/t/one": {"recent": ["c"]}})
    batch = stream.poll_batch(1)
    assert batch is not None
    assert batch.lines == b"c\nd", "what was not given to another one before is new"
    assert sorted(broker.acknowledged) == ["a2", "a3", "b2"]
    stream.close()


def test_without_siblings_nobody_else_is_asked() -> None:
    broker = Played(replace(pushed("a", "a1"), was_given=True))
    stream = PushedStream("queue", broker.connect)
    stream.start({"queue/other": {"recent": [["a"]]}})
    batch = stream.poll_batch(1)
    assert batch is not None
    assert batch.lines == b"a"
    stream.close()
