"""Each question that is asked of a break, by itself."""

from collections.abc import Callable

import numpy as np
import pytest

from tieout.detect.history.channels import Channel
from tieout.detect.history.judge import judge_history
from tieout.detect.history.observations import Observations

Observe = Callable[..., Observations]
Row = tuple[int, str, float]


def noise(random: np.random.Generator, *, days: int, keys: int, size: float = 20.0) -> list[Row]:
    """Keys that break every day by chance."""
    return [
        (day, f"K{key}", round(float(random.normal(0, size)), 2) or 0.01)
        for day in range(days)
        for key in range(keys)
    ]


def p_of(observations: Observations, channel: Channel, row: int = -1) -> float:
    """The p-value of a current break by one channel; 1 where it has nothing to say."""
    channels = judge_history(observations).channels
    return float(np.exp(channels[channel][row])) if channel in channels else 1.0


@pytest.fixture
def random() -> np.random.Generator:
    """Chance that is the same in every run."""
    return np.random.default_rng(21)


@pytest.mark.parametrize(("times", "least", "most"), [(1, 0.05, 1.0), (6, 0, 1e-2), (50, 0, 1e-5)])
def test_a_level_is_the_odder_the_further_it_is(
    times: float, least: float, most: float, random: np.random.Generator, observe: Observe
) -> None:
    rows = [*noise(random, days=60, keys=10), (60, "K3", 20.0 * times)]
    assert least <= p_of(observe(rows), Channel.LEVEL) <= most


def test_a_level_is_measured_by_its_own_key(random: np.random.Generator, observe: Observe) -> None:
    rows = noise(random, days=60, keys=12)
    rows += [(day, f"L{n}", 500 * amount) for day, key, amount in rows for n in [key[1:]]]
    small = p_of(observe([*rows, (60, "K1", 2_000.0)]), Channel.LEVEL)
    large = p_of(observe([*rows, (60, "L1", 2_000.0)]), Channel.LEVEL)
    assert small < 1e-4
    assert large > 0.1


def test_one_wild_day_is_no_shift_of_level(random: np.random.Generator, observe: Observe) -> None:
    rows = [*noise(random, days=60, keys=20), (60, "K3", 900.0)]
    assert p_of(observe(rows), Channel.SHIFT) > 0.05


def test_a_shift_takes_three_of_five(random: np.random.Generator, observe: Observe) -> None:
    quiet = noise(random, days=56, keys=20)
    moved = [(day, "K3", 200.0 + day) for day in range(56, 61)]
    assert p_of(observe([*quiet, *moved]), Channel.SHIFT) < 1e-3
    back = [(day, "K3", 200.0 if day > 58 else 3.0) for day in range(56, 61)]
    assert p_of(observe([*quiet, *back]), Channel.SHIFT) > 0.01


def test_a_line_within_the_scatter_is_no_trend(
    random: np.random.Generator, observe: Observe
) -> None:
    quiet = noise(random, days=50, keys=20)
    line = [(day, "K3", 1.0 + (day - 49)) for day in range(50, 61)]
    steep = [(day, "K3", 30.0 * (day - 49)) for day in range(50, 61)]
    assert p_of(observe([*quiet, *line]), Channel.TREND) > 0.05
    assert p_of(observe([*quiet, *steep]), Channel.TREND) < 1e-3


@pytest.mark.parametrize(("run", "is_odd"), [(2, False), (4, True), (12, True)])
def test_a_difference_that_stands_is_stale_where_none_does(
    run: int, is_odd: bool, random: np.random.Generator, observe: Observe
) -> None:
    quiet = noise(random, days=61 - run, keys=6)
    standing = [(day, "K3", 12.34) for day in range(61 - run, 61)]
    assert (p_of(observe([*quiet, *standing]), Channel.STALE) < 0.001) == is_odd


def test_what_always_stands_is_not_stale(observe: Observe) -> None:
    rows = [(day, f"K{key}", 10.0 + key) for day in range(60) for key in range(8)]
    assert p_of(observe(rows), Channel.STALE) > 0.05


def test_a_few_that_always_stand_among_many_that_do_not_are_not_stale(
    random: np.random.Generator, observe: Observe
) -> None:
    rows = noise(random, days=60, keys=20)
    rows += [(day, f"S{key}", 10.0 + key) for day in range(60) for key in range(3)]
    channels = judge_history(observe(rows)).channels
    assert (channels[Channel.STALE] > np.log(0.01)).all()


def test_a_key_that_changes_by_the_month_is_not_stale_within_it(
    random: np.random.Generator, observe: Observe
) -> None:
    rows = noise(random, days=100, keys=20)
    rows += [(day, "M", 50.0 + day // 20) for day in range(100)]
    observations = observe(rows)
    assert p_of(observations, Channel.STALE) > 0.05


@pytest.mark.parametrize(("count", "is_odd"), [(1, False), (3, True)])
def test_several_breaks_of_a_key_in_a_day_are_odd_where_there_is_one(
    count: int, is_odd: bool, random: np.random.Generator, observe: Observe
) -> None:
    rows = [*noise(random, days=40, keys=6), *[(40, "K2", 5.0 + n) for n in range(count)]]
    assert (p_of(observe(rows), Channel.REPEATED) < 0.001) == is_odd


def test_a_desk_with_many_breaks_every_day_repeats_nothing(observe: Observe) -> None:
    random = np.random.default_rng(5)
    rows = [
        (day, f"D{n % 3}", round(float(random.normal(0, 9)), 2))
        for day in range(40)
        for n in range(int(random.poisson(20)))
    ]
    assert p_of(observe(rows), Channel.REPEATED) > 0.01


def test_without_days_a_key_repeats_where_the_others_of_the_present_do_not(
    random: np.random.Generator, observe: Observe
) -> None:
    past = [(day - 60, key, amount) for day, key, amount in noise(random, days=60, keys=5)]
    present = [(0, f"N{n}", 4.0 + n) for n in range(50)] + [(0, "N7", 3.0 + n) for n in range(3)]
    observations = observe([*past, *present], dated=False)
    assert p_of(observations, Channel.REPEATED) < 1e-3
    assert p_of(observations, Channel.REPEATED, row=0) == 1.0


def test_a_key_that_breaks_once_in_a_hundred_is_rarer_than_one_in_three(
    random: np.random.Generator, observe: Observe
) -> None:
    rows = [
        (day, f"K{key}", 5.0 + day % 3 if random.random() < (0.01 if key < 5 else 0.33) else 0.0)
        for day in range(200)
        for key in range(40)
    ]
    observations = observe([*rows, (200, "K2", 6.0), (200, "K30", 6.0)])
    rare, common = (p_of(observations, Channel.RATE, row) for row in (0, 1))
    assert rare < 0.03
    assert common > 0.2


def test_what_began_yesterday_does_not_make_itself_look_usual(
    random: np.random.Generator, observe: Observe
) -> None:
    quiet = noise(random, days=56, keys=40)
    moved = [(day, f"K{key}", 300.0 + day) for day in range(56, 61) for key in range(10)]
    still = [(day, key, amount) for day, key, amount in noise(random, days=61, keys=40) if day > 55]
    rows = [*quiet, *moved, *(row for row in still if int(row[1][1:]) >= 10)]
    found = judge_history(observe(rows)).frame
    assert found["anomalous"].to_list()[:10].count(True) >= 9


def test_month_ends_that_are_always_wild_are_usual(observe: Observe) -> None:
    random = np.random.default_rng(8)
    # Days from 2024-10-04; the last ones are 30 and 31 January 2025.
    ends = {27, 28, 56, 88, 119}
    rows = [
        (day, f"K{key}", round(float(random.normal(0, 400 if day in ends else 40)), 2))
        for day in range(120)
        for key in range(30)
    ]
    assert judge_history(observe(rows)).frame["anomalous"].sum() <= 1
    usual_day = [(day, key, amount) for day, key, amount in rows if day < 119]
    wild = [(119, f"K{key}", 420.0 * (-1) ** key) for key in range(30)]
    shifted = observe([*((day - 3, key, amount) for day, key, amount in usual_day), *wild])
    assert judge_history(shifted).frame.height == 30
