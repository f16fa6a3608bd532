from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.detectors.deviation import Judged
from tieout.detect.detectors.matrix import NO_MOMENT
from tieout.detect.detectors.seasonal import POSITIONS, Seasonal, SeasonalModel, positions
from tieout.model.table import Table

MONDAY = datetime.fromisoformat("2024-01-01")
EPOCH = datetime.fromisoformat("1970-01-01")


def micros(moment: datetime) -> int:
    return round((moment - EPOCH) / timedelta(microseconds=1))


@given(st.datetimes(EPOCH - timedelta(days=25_000), EPOCH + timedelta(days=48_000)))
def test_positions_are_those_of_the_calendar(moment: datetime) -> None:
    when = np.array([micros(moment)])
    following = (moment.replace(day=28) + timedelta(days=4)).replace(day=1)
    days_left = (following.date() - moment.date()).days - 1
    assert positions(when, "hour")[0] == moment.hour
    assert positions(when, "weekday")[0] == moment.weekday()
    assert positions(when, "weekday and hour")[0] == moment.weekday() * 24 + moment.hour
    assert positions(when, "day of month")[0] == days_left
    assert positions(when, "none")[0] == 0


def test_a_missing_moment_has_a_position_of_its_own() -> None:
    for cycle, count in POSITIONS.items():
        assert positions(np.array([NO_MOMENT]), cycle)[0] == count


def test_the_cycle_that_history_follows_is_chosen() -> None:
    random = np.random.default_rng(1)
    when = np.array([micros(MONDAY + timedelta(hours=hour)) for hour in range(24 * 7 * 10)])
    noise = random.normal(0.0, 1.0, len(when))
    codes = np.zeros(len(when), np.int32)
    patterns = {
        "none": np.zeros(len(when)),
        "hour": 20.0 * (positions(when, "hour") > 16),
        "weekday": 20.0 * (positions(when, "weekday") > 4),
        "weekday and hour": 20.0 * (positions(when, "weekday and hour") % 19 == 0),
    }
    for cycle, pattern in patterns.items():
        model = SeasonalModel.learnt(Judged(codes, when, pattern + noise), 1)
        assert model.cycle == cycle


def test_closings_are_found_by_days_before_the_month_ends() -> None:
    random = np.random.default_rng(2)
    when = np.array([micros(MONDAY + timedelta(days=day)) for day in range(730)])
    closing = 50.0 * (positions(when, "day of month") < 2)
    values = closing + random.normal(0.0, 1.0, len(when))
    model = SeasonalModel.learnt(Judged(np.zeros(730, np.int32), when, values), 1)
    assert model.cycle == "day of month"


def shop(weeks: int, random: np.random.Generator) -> dict[str, list[Any]]:
    """A day's sales at two stores: high on weekends."""
    days = [MONDAY + timedelta(days=day) for day in range(7 * weeks)]
    levels = [500.0 if day.weekday() > 4 else 100.0 for day in days]
    return {
        "when": [*days, *days],
        "store": ["a"] * len(days) + ["b"] * len(days),
        "sales": [
            level * factor + random.normal(0.0, 5.0) for factor in (1.0, 3.0) for level in levels
        ],
    }


def test_what_is_usual_on_a_sunday_is_odd_on_a_monday(make_table: Callable[..., Table]) -> None:
    detector = Seasonal(group="store").fit(make_table(shop(30, np.random.default_rng(3))))
    sunday, monday = MONDAY + timedelta(days=6), MONDAY + timedelta(days=7)
    current = make_table(
        {"when": [sunday, monday, sunday], "store": ["a", "a", "b"], "sales": [500.0] * 3}
    )
    scores = detector.score(current)
    assert scores.score[0] < 3.0
    assert scores.score[1] > 40.0
    assert scores.score[2] > 40.0
    assert np.exp(scores.log_p[0]) > 0.05
    assert np.exp(scores.log_p[1]) < 0.01


def test_a_position_with_few_rows_falls_back_to_the_key_and_that_to_all() -> None:
    when = np.array([micros(MONDAY + timedelta(days=day)) for day in range(70)])
    values = 100.0 * positions(when, "weekday") + np.arange(70.0) % 3
    codes = np.concatenate([np.zeros(67, np.int32), np.ones(3, np.int32)])
    model = SeasonalModel._with("weekday", Judged(codes, when, values), 3)
    judged = Judged(
        np.array([0, 0, 1], np.int32),
        np.array([when[0], NO_MOMENT, when[0]]),
        np.array([1e9, 1e9, 1e9]),
    )
    baseline = model.baseline(judged)
    mondays = values[:67][positions(when[:67], "weekday") == 0]
    assert baseline.centre.tolist() == [
        np.median(mondays), np.median(values[:67]), np.median(values)
    ]  # fmt: skip
    assert baseline.count.tolist() == [len(mondays), 67, 70]
    assert model.wording(judged, 0, " of x") == (
        f"the usual value of {len(mondays)} other rows of x on a Monday"
    )
    assert model.wording(judged, 1, " of x") == "the usual value of 67 other rows of x"
    assert model.wording(judged, 2, " of x") == "the usual value of all 70 other rows"


def test_positions_are_told_in_words() -> None:
    when = np.array([micros(datetime.fromisoformat("2024-01-31T15:00"))])
    judged = Judged(np.zeros(9, np.int32), np.repeat(when, 9), np.arange(9.0))
    told = {
        "none": "the usual value of 8 other rows",
        "hour": "the usual value of 8 other rows at hour 15",
        "weekday": "the usual value of 8 other rows on a Wednesday",
        "weekday and hour": "the usual value of 8 other rows on a Wednesday at hour 15",
        "day of month": "the usual value of 8 other rows on a month's last day",
    }
    for cycle, words in told.items():
        assert SeasonalModel._with(cycle, judged, 1).wording(judged, 0, "") == words
    earlier = Judged(judged.codes, judged.moments - 3 * 86_400_000_000, judged.values)
    model = SeasonalModel._with("day of month", earlier, 1)
    assert model.wording(earlier, 0, "").endswith("other rows 3 days before the month's last")
    nowhere = Judged(judged.codes, np.full(9, NO_MOMENT), judged.values)
    model = SeasonalModel._with("hour", nowhere, 1)
    assert model.wording(nowhere, 0, "").endswith("other rows without a time")


def test_reasons_can_be_recomputed(make_table: Callable[..., Table]) -> None:
    columns = shop(40, np.random.default_rng(4))
    columns["sales"][14] = 480.0
    table = make_table(columns)
    (reason,) = Seasonal(group="store").fit(table).reasons(table, [14])[0]
    others = np.array([columns["sales"][day] for day in range(0, 280, 7) if day != 14], float)
    centre = np.median(others)
    scale = 1.4826 * np.median(np.abs(others - centre))
    z = (480.0 - centre) / scale
    assert reason.values == pytest.approx((480.0, z, centre, scale, 39))
    assert reason.text == (
        f"sales 480.00 is {z:,.1f} robust sigma above {centre:,.2f}, "
        "the usual value of 39 other rows of store a on a Monday"
    )
