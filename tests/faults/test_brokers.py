"""Events of real brokers: all of them, in spite of failures and restarts, and each once."""

import time
from collections import Counter

import pytest
from stream_feeds import FEEDS, Feed, event, lines, polled, rabbit_feed

from tieout.sources.streams.stream import StreamBatch


@pytest.fixture(params=FEEDS)
def feed(request: pytest.FixtureRequest) -> Feed:
    """Each broker with events of its own."""
    address = request.getfixturevalue(request.param)
    return FEEDS[request.param](address)


def counted(batches: list[StreamBatch]) -> Counter[bytes]:
    """Each event, and how often it came."""
    return Counter(line for batch in batches for line in lines(batch))


def test_all_events_come_and_twins_stay_two(feed: Feed) -> None:
    events = [event(29_000_000 + number // 50, second=number % 3) for number in range(200)]
    feed.put(events)
    stream = feed.open()
    stream.start({})
    batches = polled(stream, 200)
    for batch in batches:
        stream.commit(batch.token)
    stream.close()
    assert counted(batches) == Counter(events)


def test_what_was_polled_but_not_kept_comes_again_after_a_restart(feed: Feed) -> None:
    events = [event(29_000_000, second=number) for number in range(40)]
    feed.put(events)
    first = feed.open()
    first.start({})
    assert counted(polled(first, 40)).total() == 40
    first.close()
    second = feed.open()
    second.start({})
    batches = polled(second, 40)
    for batch in batches:
        second.commit(batch.token)
    second.close()
    assert counted(batches) == Counter(events)


def test_what_was_kept_but_not_committed_is_left_out_after_a_restart(feed: Feed) -> None:
    kept = [event(29_000_000, second=number) for number in range(30)]
    feed.put(kept)
    first = feed.open()
    first.start({})
    batches = polled(first, 30)
    for batch in batches[:-1]:
        first.commit(batch.token)
    positions = {batch.partition: batch.position for batch in batches}
    first.close()
    later = [event(29_000_001, second=number) for number in range(20)]
    feed.put(later)
    second = feed.open()
    second.start(positions)
    batches = polled(second, 20)
    for batch in batches:
        second.commit(batch.token)
    time.sleep(1.5)
    extra = second.poll_batch(0.5)
    second.close()
    assert extra is None
    assert counted(batches) == Counter(later)


def test_messages_with_ids_are_known_by_them(rabbitmq: str) -> None:
    feed = rabbit_feed(rabbitmq, identified=True)
    feed.put([event(29_000_000)] * 3)
    stream = feed.open()
    stream.start({})
    [batch] = polled(stream, 3)
    stream.commit(batch.token)
    stream.close()
    [identities] = batch.position["recent"]
    assert len(set(identities)) == 3
