"""Periods and workdays."""

from datetime import date, datetime

import pytest

from tieout.close.tasks.dates import Period, Timeline
from tieout.model.errors import InputError


def test_a_period_knows_its_days_and_neighbours() -> None:
    december = Period.parse("2026-12")
    assert (december.first_day, december.last_day) == (date(2026, 12, 1), date(2026, 12, 31))
    assert (str(december.before), str(december.after)) == ("2026-11", "2027-01")
    assert str(december.later(-12)) == "2025-12"
    assert Period.of(date(2026, 12, 9)) == december


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-1", "10/2026", "", "1960-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="expected a month such as 2026-10"):
        Period.parse(text)


def test_workdays_are_counted_from_the_end_of_the_period() -> None:
    october = Timeline(Period(2026, 10), None)
    assert october.workday(1) == date(2026, 11, 2)
    assert october.workday(0) == date(2026, 10, 30)
    assert october.workday(-1) == date(2026, 10, 29)
    assert october.workday(6) == date(2026, 11, 9)


def test_holidays_are_no_workdays() -> None:
    december = Timeline(Period(2025, 12), "DE")
    assert december.workday(1) == date(2026, 1, 2)
    assert december.workday(0) == date(2025, 12, 31)
    assert december.workday(-4) == date(2025, 12, 23)


def test_an_unknown_calendar_is_named() -> None:
    with pytest.raises(InputError, match="holidays 'XX' is not known"):
        Timeline(Period(2026, 1), "XX").workday(1)


@pytest.mark.parametrize(
    ("moment", "at"),
    [
        (datetime(2026, 11, 2, 9, 0), 0.0),  # noqa: DTZ001 - wall time of the workplace
        (datetime(2026, 11, 2, 13, 0), 0.5),  # noqa: DTZ001
        (datetime(2026, 11, 2, 23, 0), 1.0),  # noqa: DTZ001
        (datetime(2026, 11, 3, 6, 0), 1.0),  # noqa: DTZ001
        (date(2026, 11, 2), 1.0),
        (date(2026, 11, 8), 5.0),
        (date(2026, 10, 31), 0.0),
        (date(2026, 10, 30), 0.0),
    ],
)
def test_moments_have_a_position(moment: date, at: float) -> None:
    assert Timeline(Period(2026, 10), None).position(moment) == at


def test_the_day_of_a_finish_and_its_position_agree() -> None:
    timeline = Timeline(Period(2026, 10), "GB")
    for workday in range(-3, 9):
        day = timeline.day_of(float(workday))
        assert timeline.position(day) == workday
        assert timeline.day_of(workday - 0.25) == day
