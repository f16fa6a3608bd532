"""How much a caller may ask for in a while: a bucket of tokens each, in this process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_CALLERS_MAX: Final = 10_000


@dataclass
class _Bucket:
    tokens: float
    at: float


class Rates:
    """Refilled at `per_second`, up to `burst`; 0 a second means no limit."""

    def __init__(
        self, *, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._burst = max(burst, 1.0)
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_seconds(self, caller: str, cost: float = 1.0) -> float:
        """0 where the caller may go on; else how long to wait. What may go on is counted."""
        if self._per_second <= 0:
            return 0.0
        bucket = self._bucket(caller)
        # One request that costs more than a whole bucket is let through from a full one.
        needed = min(cost, self._burst)
        if bucket.tokens >= needed:
            bucket.tokens -= needed
            return 0.0
        return (needed - bucket.tokens) / self._per_second

    def _bucket(self, caller: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.get(caller)
        if bucket is None:
            bucket = self._buckets[caller] = _Bucket(self._burst, now)
            if len(self._buckets) > _CALLERS_MAX:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(caller)
            grown = bucket.tokens + (now - bucket.at) * self._per_second
            bucket.tokens, bucket.at = min(self._burst, grown), now
        return bucket
