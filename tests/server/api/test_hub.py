"""Subscribers are told in order, and told what they have lost."""

import asyncio
import json
from typing import Any

from tieout.server.api.hub import QUEUE_MAX, Hub, Subscription


def taken(subscription: Subscription, count: int) -> list[dict[str, Any]]:
    async def take() -> list[dict[str, Any]]:
        return [json.loads(await subscription.take()) for _ in range(count)]

    return asyncio.run(take())


def hub_with(*identities: int, kept_max: int = 100) -> Hub:
    hub = Hub(kept_max=kept_max)
    for identity in identities:
        hub.publish(identity, {"score": 0.5})
    return hub


def test_a_subscriber_is_told_of_what_comes_after_it() -> None:
    hub = hub_with(1, 2)
    subscription = hub.subscribe()
    hub.publish(3, {"score": 0.75})
    assert taken(subscription, 1) == [{"type": "finding", "id": 3, "score": 0.75}]


def test_one_that_comes_back_is_told_of_what_it_missed() -> None:
    hub = hub_with(5, 6, 9)
    assert [each["id"] for each in taken(hub.subscribe(after=5), 2)] == [6, 9]


def test_what_is_in_memory_no_more_is_for_the_database_to_tell() -> None:
    hub = hub_with(3, 4, 5, 6, kept_max=2)
    assert hub.first_kept == 5
    assert [each["id"] for each in taken(hub.subscribe(after=1), 2)] == [5, 6]


def test_a_slow_subscriber_loses_the_oldest_and_is_told_how_many() -> None:
    hub = hub_with()
    slow, other = hub.subscribe(), hub.subscribe()
    lost = 0
    for identity in range(1, QUEUE_MAX + 4):
        lost += hub.publish(identity, {})
        if identity <= 10:
            taken(other, 1)
    assert lost == 3
    assert slow.dropped == 3
    assert other.dropped == 0
    gap, first = taken(slow, 2)
    assert gap == {"type": "gap", "dropped": 3, "next_id": 4}
    assert first["id"] == 4


def test_catching_up_loses_nothing_however_much_it_is() -> None:
    hub = hub_with(*range(1, QUEUE_MAX + 501), kept_max=QUEUE_MAX + 500)
    subscription = hub.subscribe(after=0)
    found = [each["id"] for each in taken(subscription, QUEUE_MAX + 500)]
    assert found == list(range(1, QUEUE_MAX + 501))
    assert subscription.dropped == 0


def test_who_has_left_is_told_nothing() -> None:
    hub = hub_with()
    subscription = hub.subscribe()
    hub.leave(subscription)
    hub.publish(1, {})
    assert hub.subscribers == 0
    assert hub.last_id == 1


def test_a_subscriber_waits_for_the_next_one() -> None:
    async def wait_for_one() -> str:
        hub = Hub()
        subscription = hub.subscribe()
        waiting = asyncio.create_task(subscription.take())
        await asyncio.sleep(0)
        assert not waiting.done()
        hub.publish(1, {})
        return await waiting

    assert json.loads(asyncio.run(wait_for_one()))["id"] == 1
