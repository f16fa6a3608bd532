"""What is usual: rates, volumes, their dispersion and their seasons."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.monitor.baseline import TrailingRate, TrailingVolume
from tieout.monitor.season import Season

KEEP, LEAVE = np.array([[True]]), np.array([[False]])
ONE = np.ones(1)


def one(value: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[value]])


def test_a_trailing_rate_is_that_of_the_minutes_it_saw() -> None:
    rate = TrailingRate(60)
    for _ in range(500):
        rate.learn(one(5.0), one(100.0), KEEP)
    for memory in (0, 1):
        count, exposure = rate.of(memory, (1, 1))
        assert count[0, 0] / exposure[0, 0] == pytest.approx(0.05)
    assert rate.of(0, (1, 1))[1][0, 0] == pytest.approx(6000, rel=0.01)


def test_a_minute_that_is_left_out_changes_nothing() -> None:
    rate = TrailingRate(60)
    rate.learn(one(5.0), one(100.0), KEEP)
    before = [each.copy() for each in rate.of(0, (1, 1))]
    rate.learn(one(90.0), one(100.0), LEAVE)
    assert [each.tolist() for each in rate.of(0, (1, 1))] == [each.tolist() for each in before]


def test_a_new_status_has_missed_what_all_others_have_seen() -> None:
    rate = TrailingRate(60)
    for _ in range(10):
        rate.learn(np.array([[5.0, 0.0]]), np.array([[100.0, 100.0]]), np.array([[True, True]]))
    count, exposure = rate.of(0, (1, 4))
    assert exposure[0].tolist() == pytest.approx([exposure[0, 0]] * 4)
    assert count[0, 2:].tolist() == [0.0, 0.0]


def test_the_fast_memory_follows_sooner() -> None:
    rate = TrailingRate(60)
    for value in [5.0] * 300 + [10.0] * 60:
        rate.learn(one(value), one(100.0), KEEP)
    fast, slow = (np.divide(*rate.of(memory, (1, 1)))[0, 0] for memory in (0, 1))
    assert 0.05 < slow < fast < 0.1


def recent(usual: float, minutes: int) -> tuple[float, float, float]:
    """Rate and exposure of `recent` and exposure of the fast memory, of 100 events a minute."""
    rate = TrailingRate(60)
    for _ in range(minutes):
        rate.learn(one(usual), one(100.0), KEEP)
    count, exposure = rate.recent((1, 1))
    return count[0, 0] / exposure[0, 0], exposure[0, 0], rate.of(0, (1, 1))[1][0, 0]


def test_a_rare_status_is_known_by_older_minutes_too() -> None:
    share, exposure, fast = recent(0.1, 600)
    assert share == pytest.approx(0.001)
    assert exposure > 4 * fast


def test_what_is_older_than_an_hour_weighs_as_forty_events() -> None:
    share, exposure, fast = recent(20.0, 1500)
    assert share == pytest.approx(0.2)
    assert (exposure - fast) * share == pytest.approx(40.0)


def test_a_frequent_status_has_the_rate_of_the_last_hour() -> None:
    rate = TrailingRate(60)
    for value in [20.0] * 600 + [30.0] * 180:
        rate.learn(one(value), one(100.0), KEEP)
    now, slow = np.divide(*rate.recent((1, 1))), np.divide(*rate.of(1, (1, 1)))
    assert now[0, 0] == pytest.approx(0.294, abs=0.004)
    assert slow[0, 0] < 0.25


def forecast(values: list[float], ahead: float = 1.0, memory: int = 30) -> tuple[float, float]:
    volume = TrailingVolume(memory)
    for value in values:
        volume.learn(np.array([value]), KEEP[0])
    risen, flat = volume.forecast(1, ahead, ONE, 0.008)
    return float(risen[0]), float(flat[0])


def test_a_level_volume_is_forecast_as_it_is() -> None:
    assert forecast([100.0] * 50) == pytest.approx((100.0, 100.0))


@pytest.mark.parametrize("growth", [0.012, 0.006, -0.006, -0.012])
def test_a_trend_is_carried_on_as_a_share_of_the_level(growth: float) -> None:
    values = [4000.0 * np.exp(growth * (minute - 200)) for minute in range(200)]
    risen, flat = forecast(values, ahead=15.0)
    assert risen == pytest.approx(4000.0 * np.exp(growth * 14), rel=0.05)
    assert abs(np.log(flat / 4000.0)) > abs(growth) * 25


def test_a_slope_is_carried_on_too() -> None:
    risen, flat = forecast([100.0 + minute for minute in range(200)], ahead=15.0)
    assert risen == pytest.approx(314.0, rel=0.04)
    assert flat < 290.0


def test_the_trend_of_few_events_is_believed_by_half() -> None:
    values = [3.0 * np.exp(-0.01 * minute) for minute in range(120)]
    few, level = forecast(values, ahead=1.0)
    many, many_level = forecast([1000 * each for each in values], ahead=1.0)
    believed = np.log(few / level) / np.log(many / many_level)
    assert 0.4 < believed < 0.95


def test_a_trend_within_chance_is_nearly_none() -> None:
    random = np.random.default_rng(1)
    risen, flat = forecast(random.poisson(100, 60).astype(float).tolist(), ahead=15.0)
    assert risen == pytest.approx(flat, rel=0.1)


def test_minutes_taken_at_once_are_known_as_those_taken_one_by_one() -> None:
    random = np.random.default_rng(5)
    counts = random.poisson(30, (50, 3)).astype(float)
    keep = random.random((50, 3)) < 0.8
    volume, whole = TrailingVolume(30), TrailingVolume(30)
    for minute in range(50):
        whole.learn(counts[minute], keep[minute])
        if minute < 40:
            volume.learn(counts[minute], keep[minute])
    before = volume.moments.copy()
    later = volume.later(counts[40:], keep[40:])
    assert later.moments == pytest.approx(whole.moments[:, :3])
    assert np.array_equal(volume.moments, before), "only what would be known"


def test_no_forecast_runs_away() -> None:
    risen, flat = forecast([10.0 * 1.3**minute for minute in range(40)], ahead=1000.0)
    assert flat < risen <= 3.0 * flat


def test_the_level_of_a_volume_is_what_a_minute_has() -> None:
    volume = TrailingVolume(30)
    assert volume.level(2).tolist() == [0.0, 0.0]
    for _ in range(50):
        volume.learn(np.array([7.0, 0.0]), np.array([True, False]))
    assert volume.level(2).tolist() == pytest.approx([7.0, 0.0])


def test_nothing_is_forecast_from_nothing() -> None:
    risen, flat = TrailingVolume(30).forecast(2, 1.0, np.ones(2), 0.008)
    assert np.isnan(risen).all()
    assert np.isnan(flat).all()


def test_left_out_minutes_age_a_volume_but_do_not_change_its_level() -> None:
    volume = TrailingVolume(30)
    for _ in range(60):
        volume.learn(np.array([50.0]), KEEP[0])
    for _ in range(30):
        volume.learn(np.array([0.0]), LEAVE[0])
    assert volume.forecast(1, 1.0, ONE, 0.008)[0][0] == pytest.approx(50.0)


def season_of(days: int, weekly: float = 1.0) -> Season:
    """Hours 9 to 17 have twice the events; on Mondays `weekly` times as many again."""
    season = Season(days=2, weeks=2)
    monday = 4 * 1440  # 1970-01-05.
    for minute in range(monday, monday + days * 1440):
        hour, day = minute // 60 % 24, (minute - monday) // 1440 % 7
        count = (200.0 if 9 <= hour < 17 else 100.0) * (weekly if day == 0 else 1.0)
        season.learn(minute, one(count), one(1.0))
    return season


def test_no_hour_differs_before_its_second_day() -> None:
    assert season_of(1).level(6 * 1440 + 13 * 60) is None


def test_an_hour_of_the_day_has_its_level_after_two_days() -> None:
    season = season_of(3)
    day, night = (season.level(8 * 1440 + hour * 60 + 30) for hour in (13, 3))
    assert day is not None
    assert night is not None
    assert day[0, 0] / night[0, 0] == pytest.approx(2.0, rel=0.02)


def test_levels_move_from_hour_to_hour() -> None:
    season = season_of(3)
    levels = [season.level(8 * 1440 + minute) for minute in range(8 * 60 + 30, 9 * 60 + 31, 10)]
    values = [float(level[0, 0]) for level in levels if level is not None]
    assert len(values) == 7
    assert values == sorted(values)


def test_an_hour_of_the_week_has_its_own_level_after_two_weeks() -> None:
    monday = (4 + 28) * 1440 + 13 * 60 + 30
    for weeks, ratio in ((1, 1.0), (4, 3.0)):
        season = season_of(7 * weeks, weekly=3.0)
        own, next_day = season.level(monday), season.level(monday + 1440)
        assert own is not None
        assert next_day is not None
        assert own[0, 0] / next_day[0, 0] == pytest.approx(ratio, rel=0.1)


@given(st.integers(0, 10_000_000))
def test_what_is_rare_has_no_season(minute: int) -> None:
    season = Season(days=1, weeks=2)
    for at in range(1440):
        season.learn(at, one(1.0 if at % 300 == 0 else 0.0), one(1.0))
    level = season.level(minute)
    assert level is not None
    assert level[0, 0] == pytest.approx(1.0, abs=0.1)
