"""Seconds by step."""

import pytest

from tieout.pipeline.timing import Stopwatch


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Takes the place of the machine's clock."""
    clock = Clock()
    monkeypatch.setattr("time.perf_counter", clock)
    return clock


def test_steps_keep_their_order_and_seconds(clock: Clock) -> None:
    watch = Stopwatch(_started=clock.now)
    for name, seconds in (("read", 1.5), ("match", 0.25)):
        with watch.step(name):
            clock.now += seconds
    clock.now += 10
    assert list(watch.seconds.items()) == [("read", 1.5), ("match", 0.25)]
    assert watch.total == 11.75


def test_steps_of_one_name_add_up(clock: Clock) -> None:
    watch = Stopwatch()
    for _ in range(3):
        with watch.step("read"):
            clock.now += 0.5
    assert watch.seconds == {"read": 1.5}


def test_a_step_that_fails_is_timed_too(clock: Clock) -> None:
    watch = Stopwatch()

    def fail() -> None:
        with watch.step("read"):
            clock.now += 2
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert watch.seconds == {"read": 2.0}


def test_each_step_is_announced_when_it_begins(clock: Clock) -> None:
    said: list[str] = []
    watch = Stopwatch(said.append)
    with watch.step("read"):
        assert said == ["read"]
    assert said == ["read"]
