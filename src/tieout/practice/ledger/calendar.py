"""The two years of the practice ledger and their working days."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

YEARS: Final = (2024, 2025)
FIRST_DAY: Final = date(2024, 1, 1)
LAST_DAY: Final = date(2025, 12, 31)
# The books of the last month are closed in the days after it.
LAST_POSTING_DAY: Final = date(2026, 1, 16)
MONTHS: Final = tuple((year, month) for year in YEARS for month in range(1, 13))
HOLIDAYS: Final = frozenset(
    date(year, month, day)
    for year in (*YEARS, 2026)
    for month, day in ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
) | {date(2024, 3, 29), date(2024, 4, 1), date(2025, 4, 18), date(2025, 4, 21)}
DAY: Final = timedelta(days=1)


def is_workday(day: date) -> bool:
    """Monday to Friday, no holiday.

    >>> is_workday(date(2024, 4, 1)), is_workday(date(2024, 4, 2))
    (False, True)
    """
    return day.weekday() < 5 and day not in HOLIDAYS


def workday_from(day: date) -> date:
    """The day itself, or the next on which people work."""
    while not is_workday(day):
        day += DAY
    return day


def workdays_later(day: date, count: int) -> date:
    """So many working days after a day; before it when negative.

    >>> workdays_later(date(2024, 3, 28), 1)
    datetime.date(2024, 4, 2)
    """
    step = DAY if count > 0 else -DAY
    for _ in range(abs(count)):
        day += step
        while not is_workday(day):
            day += step
    return day


@lru_cache(maxsize=64)
def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return (date(year, month, 28) + 4 * DAY).replace(day=1) - DAY


@lru_cache(maxsize=64)
def workdays_of(year: int, month: int) -> tuple[date, ...]:
    """Days of a month on which people work."""
    days = (date(year, month, number + 1) for number in range(month_end(year, month).day))
    return tuple(day for day in days if is_workday(day))


def month_before(day: date) -> date:
    """The last day of the month before."""
    return day.replace(day=1) - DAY


def days_of_business() -> tuple[date, ...]:
    """Every day from the first to the last on which something may be posted."""
    count = (LAST_POSTING_DAY - FIRST_DAY).days + 1
    return tuple(FIRST_DAY + timedelta(days=number) for number in range(count))
