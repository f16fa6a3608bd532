from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.ledger.calendar import (
    FIRST_DAY,
    LAST_DAY,
    LAST_POSTING_DAY,
    MONTHS,
    days_of_business,
    is_workday,
    month_before,
    month_end,
    workday_from,
    workdays_later,
    workdays_of,
)

DAYS = st.dates(FIRST_DAY + timedelta(days=40), LAST_DAY - timedelta(days=40))


@given(day=DAYS)
def test_the_next_workday_is_the_first_from_here(day: date) -> None:
    found = workday_from(day)
    assert is_workday(found)
    between = [day + timedelta(days=n) for n in range((found - day).days)]
    assert not any(is_workday(each) for each in between)


@given(day=DAYS, count=st.integers(1, 15))
def test_workdays_are_counted(day: date, count: int) -> None:
    later = workdays_later(day, count)
    days = [day + timedelta(days=n) for n in range(1, (later - day).days + 1)]
    assert sum(is_workday(each) for each in days) == count
    assert is_workday(later)


@given(day=DAYS, count=st.integers(1, 15))
def test_counting_back_undoes_counting_on(day: date, count: int) -> None:
    start = workday_from(day)
    assert workdays_later(workdays_later(start, count), -count) == start


@given(day=DAYS)
def test_months_end_on_their_last_day(day: date) -> None:
    end = month_end(day.year, day.month)
    assert end.month == day.month
    assert (end + timedelta(days=1)).day == 1
    assert month_before(day) + timedelta(days=1) == day.replace(day=1)


@pytest.mark.parametrize("day", [date(2024, 12, 25), date(2025, 4, 21), date(2024, 6, 1)])
def test_nobody_works_on_holidays_and_weekends(day: date) -> None:
    assert not is_workday(day)


def test_every_month_has_about_twenty_workdays() -> None:
    counts = [len(workdays_of(year, month)) for year, month in MONTHS]
    assert len(counts) == 24
    assert 18 <= min(counts) <= max(counts) <= 23


def test_days_of_business_reach_into_the_next_year() -> None:
    days = days_of_business()
    assert (days[0], days[-1]) == (FIRST_DAY, LAST_POSTING_DAY)
    assert len(set(days)) == (LAST_POSTING_DAY - FIRST_DAY).days + 1
