"""Business days: weekends, and the holidays of a country or market."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from tieout.model.errors import InputError

Days = npt.NDArray[np.int64]

# Stands for "no date" in arrays, which know no null.
NO_DATE = -(2**31)


@dataclass(frozen=True)
class BusinessCalendar:
    """Counts business days between epoch days. `NO_DATE` counts as the first of January 1970.

    >>> calendar = BusinessCalendar.of(None)
    >>> friday, monday = np.array([19783]), np.array([19786])
    >>> calendar.between(friday, monday).tolist(), calendar.between(monday, friday).tolist()
    ([1], [-1])
    """

    code: str | None

    @classmethod
    def of(cls, code: str | None) -> "BusinessCalendar":
        """The calendar of a country ("GB"), a part of one ("US-NY") or a market ("ECB").

        None knows weekends only. Raises InputError for a code that is not known.
        """
        if code:
            _holidays(code, 2024, 2024)
        return cls(code)

    def ordinals(self, days: Days) -> Days:
        """Number of business days before each epoch day, counted from 1900.

        The difference of two is the number of business days between them. Holidays are known from
        1970 on.
        """
        if not len(days):
            return np.zeros(0, np.int64)
        known, position = np.unique(np.where(days == NO_DATE, 0, days), return_inverse=True)
        ends = known.astype("datetime64[D]")
        start = np.datetime64("1900-01-01")
        counts: Days = np.busday_count(start, ends, holidays=self._off(ends)).astype(np.int64)
        return counts[position]

    def between(self, first: Days, last: Days) -> Days:
        """Business days from `first` to `last`, negative when `last` is earlier."""
        return self.ordinals(last) - self.ordinals(first)

    def add(self, days: Days, count: int) -> Days:
        """The epoch day `count` business days later; a day off counts as the next business day."""
        if not len(days):
            return np.zeros(0, np.int64)
        known, position = np.unique(np.where(days == NO_DATE, 0, days), return_inverse=True)
        starts = known.astype("datetime64[D]")
        last = (known[-1:] + 2 * abs(count) + 30).astype("datetime64[D]")
        off = self._off(last)
        later: Days = np.busday_offset(starts, count, roll="forward", holidays=off).astype(np.int64)
        return later[position]

    def _off(self, days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
        if self.code is None:
            return np.zeros(0, "datetime64[D]")
        last = int(days[-1].astype("datetime64[Y]").astype(int)) + 1970
        return _holidays(self.code, 1970, max(1970, last))


def business_ordinals(days: pl.Series, *, calendar: str | None) -> pl.Series:
    """`BusinessCalendar.ordinals` of a series of epoch days, null where the day is."""
    numbers = BusinessCalendar.of(calendar).ordinals(
        days.cast(pl.Int64).fill_null(NO_DATE).to_numpy()
    )
    counted = pl.Series(days.name, numbers, dtype=pl.Int32)
    return pl.select(pl.when(days.is_not_null()).then(counted).alias(days.name)).to_series()


@lru_cache(maxsize=64)
def _holidays(code: str, first_year: int, last_year: int) -> npt.NDArray[np.datetime64]:
    import holidays

    country, _, part = code.partition("-")
    years = range(first_year, last_year + 1)
    try:
        if country in holidays.list_supported_financial():
            known = holidays.financial_holidays(country, years=years)
        else:
            known = holidays.country_holidays(country, subdiv=part or None, years=years)
    except NotImplementedError as error:
        raise InputError(
            f"spec: calendar {code!r} is not known; expected a country code such as GB, "
            "a part of one such as US-NY, or a market such as ECB"
        ) from error
    return np.array(sorted(known), "datetime64[D]")
