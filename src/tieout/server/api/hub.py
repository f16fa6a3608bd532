"""Findings told to subscribers: each has a queue of its own, so that a slow one slows nobody."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

QUEUE_MAX: Final = 1_000
KEPT_MAX: Final = 10_000


@dataclass(eq=False)
class Subscription:
    """What one subscriber has not been told yet. dropped: how many were lost since the last gap."""

    queue_max: int = QUEUE_MAX
    _waiting: deque[tuple[int, str]] = field(default_factory=deque)
    _dropped: int = 0
    _dropped_ever: int = 0
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def dropped(self) -> int:
        """Findings that this subscriber was not told of, ever."""
        return self._dropped_ever

    def catch_up(self, missed: Iterable[tuple[int, str]]) -> None:
        """Keep what was missed before, however much it is."""
        self._waiting.extend(missed)
        self._ready.set()

    def put(self, identity: int, text: str) -> int:
        """Keep a finding for the subscriber; answers with how many old ones had to go (0 or 1)."""
        self._waiting.append((identity, text))
        self._ready.set()
        if len(self._waiting) <= self.queue_max:
            return 0
        self._waiting.popleft()
        self._dropped += 1
        self._dropped_ever += 1
        return 1

    async def take(self) -> str:
        """The next message: first how many were lost, then the oldest finding that is left."""
        while not self._waiting:
            self._ready.clear()
            await self._ready.wait()
        if self._dropped:
            first = self._waiting[0][0]
            message = {"type": "gap", "dropped": self._dropped, "next_id": first}
            self._dropped = 0
            return json.dumps(message)
        return self._waiting.popleft()[1]


class Hub:
    """All subscribers, and the latest findings for those who come back."""

    def __init__(self, *, last_id: int = 0, kept_max: int = KEPT_MAX) -> None:
        self._subscriptions: set[Subscription] = set()
        self._kept: deque[tuple[int, str]] = deque(maxlen=kept_max)
        self.last_id = last_id

    @property
    def subscribers(self) -> int:
        """How many there are."""
        return len(self._subscriptions)

    @property
    def first_kept(self) -> int:
        """The oldest finding that is still in memory; the next one where there is none."""
        return self._kept[0][0] if self._kept else self.last_id + 1

    def publish(self, identity: int, finding: Mapping[str, Any]) -> int:
        """Tell all subscribers of a finding; answers with how many of them lost an older one."""
        self.last_id = identity
        text = json.dumps({"type": "finding", "id": identity, **finding}, allow_nan=False)
        self._kept.append((identity, text))
        return sum(each.put(identity, text) for each in self._subscriptions)

    def subscribe(self, *, after: int | None = None) -> Subscription:
        """A new subscriber, from now on or after an id that it knows already.

        What is no longer in memory the database has: see `first_kept`.
        """
        subscription = Subscription()
        if after is not None:
            subscription.catch_up(each for each in self._kept if each[0] > after)
        self._subscriptions.add(subscription)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Forget a subscriber."""
        self._subscriptions.discard(subscription)
