"""Buckets of tokens."""

from tieout.server.api.rates import Rates


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_goes_through_and_the_next_one_waits() -> None:
    rates = Rates(per_second=2, burst=3, clock=Clock())
    assert [rates.wait_seconds("ann") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_time_fills_the_bucket_up_to_the_burst() -> None:
    clock = Clock()
    rates = Rates(per_second=2, burst=3, clock=clock)
    for _ in range(3):
        rates.wait_seconds("ann")
    clock.now = 0.5
    assert rates.wait_seconds("ann") == 0.0
    assert rates.wait_seconds("ann") == 0.5
    clock.now = 1_000.0
    assert [rates.wait_seconds("ann") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_one_caller_does_not_use_up_what_another_has() -> None:
    rates = Rates(per_second=1, burst=1, clock=Clock())
    assert rates.wait_seconds("ann") == 0.0
    assert rates.wait_seconds("ann") > 0.0
    assert rates.wait_seconds("ben") == 0.0


def test_what_costs_more_than_a_bucket_takes_a_full_one() -> None:
    rates = Rates(per_second=1, burst=5, clock=Clock())
    assert rates.wait_seconds("ann", cost=50) == 0.0
    assert rates.wait_seconds("ann", cost=50) == 5.0


def test_no_rate_is_no_limit() -> None:
    rates = Rates(per_second=0, burst=1, clock=Clock())
    assert {rates.wait_seconds("ann") for _ in range(100)} == {0.0}


def test_callers_of_long_ago_are_forgotten() -> None:
    rates = Rates(per_second=1, burst=1, clock=Clock())
    rates.wait_seconds("first")
    for number in range(10_000):
        rates.wait_seconds(str(number))
    assert rates.wait_seconds("first") == 0.0
