from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.company.calendar import (
    BANK_DAYS,
    CLOSED,
    FIRST_DAY,
    LAST_DAY,
    MONTHS,
    bank_days_later,
    first_bank_day,
    is_bank_day,
    last_bank_day,
    month_day,
    weekdays_between,
)

DAYS = st.dates(FIRST_DAY, LAST_DAY)


def test_it_covers_half_a_year_of_bank_days() -> None:
    assert (BANK_DAYS[0], BANK_DAYS[-1]) == (date(2026, 1, 2), date(2026, 6, 30))
    assert list(BANK_DAYS) == sorted(set(BANK_DAYS))
    assert 120 <= len(BANK_DAYS) <= 130


def test_the_bank_is_closed_on_weekends_and_holidays() -> None:
    assert all(day.weekday() < 5 and day not in CLOSED for day in BANK_DAYS)
    assert not is_bank_day(date(2026, 5, 1))
    assert not is_bank_day(date(2026, 5, 2))
    assert is_bank_day(date(2026, 5, 4))


def test_easter_is_passed_over() -> None:
    assert bank_days_later(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert bank_days_later(date(2026, 4, 7), -1) == date(2026, 4, 2)


def test_no_days_later_is_the_same_day() -> None:
    assert bank_days_later(date(2026, 3, 14), 0) == date(2026, 3, 14)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 1, 1), date(2026, 1, 2)),
        (date(2026, 4, 3), date(2026, 4, 7)),
        (date(2026, 6, 13), date(2026, 6, 15)),
        (date(2026, 6, 16), date(2026, 6, 16)),
    ],
)
def test_a_closed_day_becomes_the_next_open_one(day: date, first: date) -> None:
    assert first_bank_day(day) == first


def test_a_day_of_a_month_that_is_closed_moves_on() -> None:
    assert month_day(5, 1) == date(2026, 5, 4)
    assert month_day(6, 10) == date(2026, 6, 10)


def test_every_month_ends_on_its_last_bank_day() -> None:
    ends = [last_bank_day(month) for month in MONTHS]
    assert [day.day for day in ends] == [30, 27, 31, 30, 29, 30]
    assert all(is_bank_day(day) for day in ends)


@given(first=DAYS, last=DAYS)
def test_weekdays_between_do_not_depend_on_the_order(first: date, last: date) -> None:
    between = weekdays_between(first, last)
    assert between == weekdays_between(last, first)
    assert 0 <= between <= abs((last - first).days)


@given(day=DAYS, count=st.integers(-10, 10).filter(bool))
def test_days_later_are_bank_days_and_so_many(day: date, count: int) -> None:
    later = bank_days_later(day, count)
    low, high = min(day, later), max(day, later)
    passed = [low + timedelta(days=offset) for offset in range((high - low).days + 1)]
    assert is_bank_day(later)
    assert sum(is_bank_day(each) for each in passed if each != day) == abs(count)
