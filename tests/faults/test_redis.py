"""Redis over restarts: what a consumer was given before comes first, in order and at once."""

import asyncio
import json
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis
from stream_feeds import Feed, events, holding, kept_in_order, lines, polled, redis_feed

from tieout.sources.streams.consumer import consumer_name
from tieout.sources.streams.redis import body_of

GROUP = "tieout"


@pytest.fixture
def client(redis: str) -> Iterator[Any]:
    """A client beside the reader."""
    with Redis.from_url(redis, protocol=2) as client:
        yield client


@pytest.fixture
def name() -> str:
    """A stream of its own."""
    return f"s{uuid.uuid4().hex[:8]}"


@pytest.fixture
def feed(redis: str, name: str) -> Feed:
    """Events of that stream; nothing is claimed before a minute has passed."""
    return redis_feed(redis, name=name, claim_after_ms=60_000)


def pending(client: Any, name: str) -> int:
    """How many entries the group was given and did not acknowledge."""
    return int(client.xpending(name, GROUP)["pending"])


def holds(client: Any, name: str, entries: int, consumer: str = "one") -> None:
    """Let a consumer be given entries and die."""
    client.xreadgroup(GROUP, consumer, {name: ">"}, count=entries)


def test_what_it_was_given_and_never_kept_comes_first_and_at_once(
    feed: Feed, client: Any, name: str
) -> None:
    feed.put(events(0, 10))
    client.xgroup_create(name, GROUP, id="0")
    holds(client, name, 7)
    feed.put(events(10, 20))
    stream = feed.open()
    stream.start({})
    found = kept_in_order(stream, 20)
    stream.close()
    assert found == events(0, 20)
    assert pending(client, name) == 0


@pytest.mark.parametrize("time_of_restart", range(4))
def test_what_comes_right_after_closing_goes_to_the_next_one(
    feed: Feed, client: Any, name: str, time_of_restart: int
) -> None:
    first = feed.open()
    first.start({})
    while first.poll_batch(0.03 * time_of_restart) is None and not reading(client):
        pass
    first.close()
    feed.put(events(0, 1))
    assert pending(client, name) == 0
    assert reading(client) == 0
    feed.put(events(1, 30))
    second = feed.open()
    second.start({})
    found = kept_in_order(second, 30)
    second.close()
    assert found == events(0, 30)


def reading(client: Any) -> int:
    """How many clients wait in a read."""
    return int(client.info("clients")["blocked_clients"])


def test_a_read_that_outlives_its_process_takes_nothing_out_of_order(
    feed: Feed, client: Any, redis: str, name: str
) -> None:
    client.xgroup_create(name, GROUP, id="0", mkstream=True)

    def last_read() -> None:
        with Redis.from_url(redis) as old:
            old.xreadgroup(GROUP, "one", {name: ">"}, count=1, block=120)

    old = threading.Thread(target=last_read)
    old.start()
    until(lambda: reading(client) == 1 or not old.is_alive())
    stream = feed.open()
    stream.start({})
    feed.put(events(0, 12))
    found = kept_in_order(stream, 12)
    stream.close()
    old.join()
    assert found == events(0, 12)


def until(holds_true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something that happens soon."""
    deadline = time.monotonic() + seconds
    while not holds_true() and time.monotonic() < deadline:
        time.sleep(0.005)


def test_what_another_consumer_left_is_taken_over(redis: str, client: Any, name: str) -> None:
    feed = redis_feed(redis, name=name, claim_after_ms=100)
    feed.put(events(0, 6))
    client.xgroup_create(name, GROUP, id="0")
    holds(client, name, 4, consumer="dead")
    stream = feed.open()
    stream.start({})
    found = kept_in_order(stream, 6)
    stream.close()
    assert sorted(found) == events(0, 6)
    assert pending(client, name) == 0


def names(client: Any, name: str) -> list[str]:
    """The consumers of the group."""
    return [each["name"].decode() for each in client.xinfo_consumers(name, GROUP)]


def test_two_processes_without_names_do_not_count_what_the_other_holds(
    redis: str, client: Any, name: str
) -> None:
    feed = redis_feed(redis, name=name, claim_after_ms=60_000, consumer=None)
    feed.put(events(0, 10))
    opened = f"redis_stream(url={redis!r}, stream={name!r}, group={GROUP!r})"
    with holding(opened, 10) as process:
        stream = feed.open()
        stream.start({})
        feed.put(events(10, 11))
        # It goes to either of them, as they ask; none of the ten does.
        batch = stream.poll_batch(0.3)
        assert batch is None or lines(batch) == events(10, 11)
        assert f":{process}" in "".join(names(client, name))
    found = [] if batch is None else lines(batch)
    if batch is not None:
        stream.commit(batch.token)
    found = kept_in_order(stream, 11 - len(found)) + found
    stream.close()
    assert found == events(0, 11), "once its process is over, at once and in order"
    assert pending(client, name) == 0
    assert names(client, name) == []


def test_what_a_process_kept_that_is_over_is_left_out(
    redis: str, client: Any, name: str, over: str
) -> None:
    feed = redis_feed(redis, name=name, claim_after_ms=60_000, consumer=None)
    feed.put(events(0, 8))
    client.xgroup_create(name, GROUP, id="0")
    holds(client, name, 6, consumer=over)
    kept = [each[0].decode() for each in client.xrange(name)[:4]]
    stream = feed.open()
    stream.start({f"redis/{name}/{over}": {"recent": [kept[:2], kept[2:]]}})
    found = kept_in_order(stream, 4)
    stream.close()
    assert found == events(4, 8)
    assert pending(client, name) == 0


@pytest.fixture(scope="module")
def over() -> str:
    """The consumer of a process that is over."""
    process = subprocess.Popen(["true"])
    process.wait()
    return f"{consumer_name().rpartition(':')[0]}:{process.pid}"


def test_a_name_that_was_given_stays_in_the_group(redis: str, client: Any, name: str) -> None:
    stream = redis_feed(redis, name=name).open()
    stream.start({})
    until(lambda: names(client, name) == ["one"])
    stream.close()
    assert names(client, name) == ["one"]


def test_what_waits_for_long_is_not_taken_over_from_oneself(
    redis: str, client: Any, name: str
) -> None:
    feed = redis_feed(redis, name=name, claim_after_ms=100)
    feed.put(events(0, 6))
    stream = feed.open()
    stream.start({})
    # Claiming makes entries young again: seen once, it has happened while they wait here.
    until(lambda: pending(client, name) == 6)
    until(lambda: client.xpending_range(name, GROUP, "-", "+", 1)[0]["times_delivered"] > 1)
    [batch] = polled(stream, 6)
    assert lines(batch) == events(0, 6)
    assert pending(client, name) == 6, "what is not kept is not acknowledged"
    stream.commit(batch.token)
    assert pending(client, name) == 0
    stream.close()


def test_entries_that_were_deleted_meanwhile_are_forgotten(
    feed: Feed, client: Any, name: str
) -> None:
    feed.put(events(0, 3))
    client.xgroup_create(name, GROUP, id="0")
    holds(client, name, 3)
    client.xdel(name, client.xrange(name)[1][0])
    stream = feed.open()
    stream.start({})
    found = kept_in_order(stream, 2)
    stream.close()
    assert found == [events(0, 3)[0], events(0, 3)[2]]
    assert pending(client, name) == 0


def test_a_connection_that_breaks_costs_nothing(feed: Feed, client: Any, name: str) -> None:
    feed.put(events(0, 5))
    stream = feed.open()
    stream.start({})
    before = kept_in_order(stream, 5)
    client.client_kill_filter(_type="normal", skipme=True)
    feed.put(events(5, 10))
    after = kept_in_order(stream, 5)
    stream.close()
    assert before + after == events(0, 10)
    assert pending(client, name) == 0


def test_a_stream_that_is_deleted_begins_anew(feed: Feed, client: Any, name: str) -> None:
    feed.put(events(0, 3))
    stream = feed.open()
    stream.start({})
    before = kept_in_order(stream, 3)
    client.delete(name)
    feed.put(events(3, 6))
    after = kept_in_order(stream, 3)
    stream.close()
    assert before + after == events(0, 6)


def test_a_reader_that_was_closed_can_start_again(feed: Feed) -> None:
    feed.put(events(0, 4))
    stream = feed.open()
    stream.start({})
    [left] = polled(stream, 4)
    stream.close()
    stream.start({})
    found = kept_in_order(stream, 4)
    stream.close()
    assert found == lines(left)


def test_an_event_is_the_field_data_or_what_faststream_wrote_or_all_fields() -> None:
    from faststream.redis.parser import BinaryMessageFormatV1

    written = asyncio.run(
        BinaryMessageFormatV1.encode(
            message={"status": "denied"}, reply_to=None, headers=None, correlation_id="1"
        )
    )
    assert json.loads(body_of({b"__data__": written})) == {"status": "denied"}
    assert body_of({b"data": b"{}", b"other": b"1"}) == b"{}"
    fields = {b"timestamp": b"2025-07-12 10:00", b"status": "réfusé".encode()}
    assert json.loads(body_of(fields)) == {"timestamp": "2025-07-12 10:00", "status": "réfusé"}
