"""NATS over restarts: what was given back comes first, in order and at once."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import nats as nats_py
import pytest
from stream_feeds import Feed, events, holding, kept_in_order, nats_feed, polled


@pytest.fixture
def name() -> str:
    """A stream of its own."""
    return f"S{uuid.uuid4().hex[:8]}"


@pytest.fixture
def feed(nats: str, name: str) -> Feed:
    """Events of that stream; none comes again by itself before a minute has passed."""
    return nats_feed(nats, name=name, wait_seconds=60)


def asked(address: str, what: Callable[[Any], Awaitable[Any]]) -> Any:
    """Ask a server as another client."""

    async def ask() -> Any:
        client = await nats_py.connect(address)
        try:
            return await what(client.jetstream())
        finally:
            await client.close()

    return asyncio.run(ask())


def test_what_was_not_kept_comes_first_and_at_once(feed: Feed, nats: str, name: str) -> None:
    feed.put(events(0, 300))
    first = feed.open()
    first.batch_messages = 40  # type: ignore[attr-defined]
    first.start({})
    [kept] = polled(first, 40)
    first.commit(kept.token)
    assert first.poll_batch(5) is not None
    first.close()
    feed.put(events(300, 320))
    second = feed.open()
    second.start({kept.partition: kept.position})
    found = kept_in_order(second, 280)
    second.close()
    assert found == events(40, 320)
    info = asked(nats, lambda stream: stream.consumer_info(name, "tieout"))
    assert (info.num_ack_pending, info.num_pending) == (0, 0)


@pytest.mark.parametrize("time_of_restart", range(3))
def test_what_comes_right_after_closing_goes_to_the_next_one(
    feed: Feed, time_of_restart: int
) -> None:
    feed.put(events(0, 1))
    first = feed.open()
    first.start({})
    assert kept_in_order(first, 1) == events(0, 1)
    first.poll_batch(0.2 * time_of_restart)
    first.close()
    feed.put(events(1, 30))
    second = feed.open()
    second.start({})
    found = kept_in_order(second, 29)
    second.close()
    assert found == events(1, 30)


def test_a_consumer_that_is_deleted_begins_anew(feed: Feed, nats: str, name: str) -> None:
    feed.put(events(0, 3))
    stream = feed.open()
    stream.start({})
    before = kept_in_order(stream, 3)
    asked(nats, lambda stream: stream.delete_consumer(name, "tieout"))
    feed.put(events(3, 5))
    after = kept_in_order(stream, 2)
    stream.close()
    assert before + after == events(0, 5), "what was kept is known, and left out"


def test_what_a_living_reader_holds_is_given_to_nobody_else(nats: str, name: str) -> None:
    feed = nats_feed(nats, name=name, wait_seconds=1)
    feed.put(events(0, 5))
    first, second = feed.open(), feed.open()
    first.start({})
    [held] = polled(first, 5)
    second.start({})
    assert second.poll_batch(2.5) is None
    first.commit(held.token)
    for stream in (first, second):
        stream.close()
    info = asked(nats, lambda stream: stream.consumer_info(name, "tieout"))
    assert (info.num_ack_pending, info.num_redelivered) == (0, 0)


def test_what_a_killed_process_held_comes_after_the_wait(nats: str, name: str) -> None:
    feed = nats_feed(nats, name=name, wait_seconds=1)
    feed.put(events(0, 5))
    opened = (
        f"nats_stream(servers={nats!r}, stream={name!r}, subject='events.{name}', "
        "durable='tieout', wait_seconds=1)"
    )
    with holding(opened, 5):
        pass
    stream = feed.open()
    stream.start({})
    found = kept_in_order(stream, 5)
    stream.close()
    assert found == events(0, 5)


def test_a_consumer_that_was_made_with_another_wait_is_changed(nats: str, name: str) -> None:
    for seconds in (60.0, 5.0):
        feed = nats_feed(nats, name=name, wait_seconds=seconds)
        feed.put([])
        stream = feed.open()
        stream.start({})
        stream.close()
        info = asked(nats, lambda stream: stream.consumer_info(name, "tieout"))
        assert info.config.ack_wait == seconds
