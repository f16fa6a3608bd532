"""Seconds by step."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Stopwatch:
    """Wall seconds of each named step, in the order in which the steps ran."""

    announce: Callable[[str], None] = lambda _: None
    seconds: dict[str, float] = field(default_factory=dict)
    _started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step; steps of one name add up."""
        self.announce(name)
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started
            self.seconds[name] = round(self.seconds.get(name, 0.0) + spent, 3)

    @property
    def total(self) -> float:
        """Wall seconds since the stopwatch was made."""
        return round(time.perf_counter() - self._started, 3)
