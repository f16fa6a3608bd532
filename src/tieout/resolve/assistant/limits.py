"""How often a model is asked, and when it is left alone: a rate, and a circuit breaker.

Both are asked by several threads at once; the clock is given, so that tests need not wait.
"""

import threading
import time
from collections.abc import Callable
from enum import StrEnum

Clock = Callable[[], float]


class Rate:
    """At most so many a minute, `burst` of them at once (a leaky bucket, as GCRA keeps it).

    >>> rate = Rate(per_minute=60, burst=2, clock=lambda: 0.0)
    >>> rate.reserve(), rate.reserve(), rate.reserve()
    (0.0, 0.0, 1.0)
    """

    def __init__(self, *, per_minute: float, burst: int, clock: Clock = time.monotonic) -> None:
        self._each = 60.0 / per_minute
        self._ahead = self._each * (burst - 1)
        self._clock = clock
        self._next = float("-inf")
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take the next place; answers with the seconds to wait for it."""
        with self._lock:
            now = self._clock()
            place = max(self._next, now)
            self._next = place + self._each
            return max(0.0, place - self._ahead - now)


class State(StrEnum):
    """closed: it is asked. open: it is left alone. half_open: one question tries it."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Leaves a server alone for a while that has failed so often in a row."""

    def __init__(self, *, failures: int, seconds: float, clock: Clock = time.monotonic) -> None:
        self._most, self._seconds, self._clock = failures, seconds, clock
        self._failed = 0
        self._opened_at: float | None = None
        self._is_tried = False
        self._lock = threading.Lock()

    @property
    def state(self) -> State:
        """As it stands now."""
        with self._lock:
            return self._state()

    def allows(self) -> bool:
        """Whether a question may be asked; of a server that was left alone, the first alone."""
        with self._lock:
            state = self._state()
            if state is State.CLOSED:
                return True
            if state is State.OPEN or self._is_tried:
                return False
            self._is_tried = True
            return True

    def succeeded(self) -> None:
        """It answered, whatever it said."""
        with self._lock:
            self._failed, self._opened_at, self._is_tried = 0, None, False

    def failed(self) -> None:
        """It did not answer."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._most or self._is_tried:
                self._opened_at, self._is_tried = self._clock(), False

    def _state(self) -> State:
        if self._opened_at is None:
            return State.CLOSED
        waited = self._clock() - self._opened_at
        return State.HALF_OPEN if waited >= self._seconds else State.OPEN
