"""Periods, and workdays counted from their end."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final

import numpy as np

from tieout.model.errors import InputError
from tieout.reconcile.calendars import BusinessCalendar

_EPOCH: Final = date(1970, 1, 1)
_OPENS, _CLOSES = 9.0, 17.0
_NEAR: Final = 1e-6


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A month of the books.

    >>> Period.parse("2026-10").last_day, Period(2026, 1).before
    (datetime.date(2026, 10, 31), Period(year=2025, month=12))
    """

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read YYYY-MM. Raises InputError for anything else."""
        found = re.fullmatch(r"(\d{4})-(\d{2})", text.strip())
        if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < 1970:
            raise InputError(f"period {text!r}: expected a month such as 2026-10")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Period":
        """The period in which a day lies."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return self.after.first_day - timedelta(days=1)

    @property
    def after(self) -> "Period":
        """The month after it."""
        return Period(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def before(self) -> "Period":
        """The month before it."""
        return self.later(-1)

    def later(self, months: int) -> "Period":
        """So many months later, or earlier."""
        number = self.year * 12 + self.month - 1 + months
        return Period(number // 12, number % 12 + 1)


@dataclass(frozen=True)
class Timeline:
    """Workdays of a close: positions 0 to 1 are the first workday after the period.

    >>> october = Timeline(Period(2026, 10), None)
    >>> october.workday(1), october.workday(0), october.day_of(1.5)
    (datetime.date(2026, 11, 2), datetime.date(2026, 10, 30), datetime.date(2026, 11, 3))
    """

    period: Period
    holidays: str | None

    @cached_property
    def _calendar(self) -> BusinessCalendar:
        try:
            return BusinessCalendar.of(self.holidays)
        except InputError as error:
            raise InputError(str(error).replace("spec: calendar", "holidays", 1)) from error

    @cached_property
    def _known(self) -> dict[int, date]:
        return {}

    @cached_property
    def _first(self) -> int:
        return int(self._calendar.ordinals(self._days(self.period.after.first_day))[0])

    def workday(self, number: int) -> date:
        """The date of a workday: 1 is the first after the period, 0 the last of it."""
        if number not in self._known:
            after = self._days(self.period.after.first_day)
            found = self._calendar.add(after, number - 1)
            self._known[number] = _EPOCH + timedelta(days=int(found[0]))
        return self._known[number]

    def day_of(self, finish: float) -> date:
        """The date on which something that is done at a position is done."""
        return self.workday(math.ceil(finish - _NEAR))

    def position(self, moment: datetime | date) -> float:
        """Where a moment is; a date is the end of its day, hours before and after work are none."""
        day = moment.date() if isinstance(moment, datetime) else moment
        at = self._days(day)
        whole = int(self._calendar.ordinals(at)[0]) - self._first
        is_workday = int(self._calendar.between(at, at + 1)[0]) == 1
        if not is_workday:
            return float(whole)
        if not isinstance(moment, datetime):
            return whole + 1.0
        hours = moment.hour + moment.minute / 60 - _OPENS
        return whole + min(max(hours / (_CLOSES - _OPENS), 0.0), 1.0)

    @staticmethod
    def _days(day: date) -> "np.typing.NDArray[np.int64]":
        return np.array([(day - _EPOCH).days], dtype=np.int64)
