"""The half-year that the practice company's books cover."""

from datetime import date, timedelta
from typing import Final

FIRST_DAY: Final = date(2026, 1, 2)
LAST_DAY: Final = date(2026, 6, 30)
# New Year, Good Friday, Easter Monday and Labour Day: no euro payment is settled.
CLOSED: Final = frozenset((date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1)))
MONTHS: Final = tuple(range(1, 7))
MONTH_NAMES: Final = ("January", "February", "March", "April", "May", "June")


def is_bank_day(day: date) -> bool:
    """Whether the bank books on this day.

    >>> is_bank_day(date(2026, 4, 6)), is_bank_day(date(2026, 4, 7))
    (False, True)
    """
    return day.weekday() < 5 and day not in CLOSED


BANK_DAYS: Final = tuple(
    day
    for day in (
        FIRST_DAY + timedelta(days=offset) for offset in range((LAST_DAY - FIRST_DAY).days + 1)
    )
    if is_bank_day(day)
)


def first_bank_day(day: date) -> date:
    """The day itself, or the next on which the bank books."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def bank_days_later(day: date, count: int) -> date:
    """So many bank days after a day, before it when negative."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_bank_day(day):
            day += step
    return day


def month_day(month: int, day: int) -> date:
    """The first bank day on or after a day of a month."""
    return first_bank_day(date(2026, month, day))


def last_bank_day(month: int) -> date:
    """The last bank day of a month."""
    return bank_days_later(date(2026, month + 1, 1), -1)


def weekdays_between(first: date, last: date) -> int:
    """Days from Monday to Friday between two dates, whichever is earlier.

    >>> weekdays_between(date(2026, 1, 9), date(2026, 1, 12))
    1
    """
    first, last = min(first, last), max(first, last)
    days = (first + timedelta(days=offset) for offset in range((last - first).days))
    return sum(day.weekday() < 5 for day in days)
