"""The year that practice payments cover, and how busy its days are."""

from datetime import date
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints

FIRST_DAY: Final = (date(2025, 1, 1) - date(1970, 1, 1)).days
DAYS: Final = 365
DAY_SECONDS: Final = 86_400
HOUR_SECONDS: Final = 3_600

_BY_WEEKDAY: Final = np.array([0.93, 0.92, 0.95, 1.0, 1.2, 1.25, 0.75])
_BY_MONTH: Final = np.array(
    [0.9, 0.92, 0.97, 1.0, 1.02, 1.0, 1.02, 0.94, 0.98, 1.0, 1.09, 1.26]
)  # fmt: skip
_QUIET_DAYS: Final = (date(2025, 1, 1), date(2025, 12, 25), date(2025, 12, 26))


def calendar() -> Ints:
    """Every epoch day of the year."""
    return np.arange(FIRST_DAY, FIRST_DAY + DAYS, dtype=np.int64)


def weekday_of(day: Ints) -> Ints:
    """0 for Monday."""
    return (day + 3) % 7


def month_and_day_of(day: Ints) -> tuple[Ints, Ints]:
    """Month from 0 and day of the month from 1."""
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    return months.astype(np.int64) % 12, (dates - months).astype(np.int64) + 1


def after_payday(day: Ints) -> Floats:
    """How freely people spend: more once the salary is in, less before the next."""
    _, day_of_month = month_and_day_of(day)
    freely = np.ones(len(day))
    freely[(day_of_month >= 26) | (day_of_month <= 3)] = 1.12
    freely[(day_of_month >= 16) & (day_of_month <= 24)] = 0.93
    return freely


def day_weights(generator: np.random.Generator) -> Floats:
    """Share of the year's payments by day: weeks, months, seasons, paydays and chance."""
    day = calendar()
    month, _ = month_and_day_of(day)
    weights = _BY_WEEKDAY[weekday_of(day)] * _BY_MONTH[month] * after_payday(day)
    weights *= np.exp(generator.normal(0, 0.05, DAYS))
    for quiet in _QUIET_DAYS:
        weights[(quiet - date(1970, 1, 1)).days - FIRST_DAY] *= 0.35
    shares: Floats = weights / weights.sum()
    return shares
