"""The days that a practice data set covers, and moves between them."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from tieout.practice.breaks.arrays import Flags, Floats, Ints

FIRST_DAY = date(2024, 1, 2)
BUSINESS_DAYS_MIN = 44  # two months, so that one month end has days on both sides
BUSINESS_DAYS_MAX = 261  # a year
ROWS_PER_DAY_MIN = 20  # fewer rows cover fewer months: a late day must stand out
WEEKEND_WEIGHT = 0.03


@dataclass(frozen=True)
class Period:
    """Business days are Monday to Friday; no holidays, so every calendar sees the same distance.

    business: epoch days, ascending. late_left, late_right: positions in `business` of the days
    for which that side's file is missing.
    """

    business: Ints
    late_left: Ints
    late_right: Ints

    @property
    def start(self) -> int:
        """The first epoch day."""
        return int(self.business[0])

    @property
    def calendar(self) -> Ints:
        """Every epoch day from the first to the last, weekends included."""
        return np.arange(self.start, int(self.business[-1]) + 1, dtype=np.int64)

    @property
    def late(self) -> Flags:
        """By position in `business`: the file of either side is missing."""
        late = np.zeros(len(self.business), dtype=np.bool_)
        late[self.late_left] = True
        late[self.late_right] = True
        return late

    def position(self, days: Ints) -> Ints:
        """Positions in `business` of epoch days that are business days."""
        return np.searchsorted(self.business, days).astype(np.int64)

    def moves(self, steps: Ints, *, across_month_end: bool | None = None) -> Flags:
        """Which steps of business days lead from one whole day to another.

        A row per business day, a column per step. Days with a missing file are neither left nor
        reached. `across_month_end` asks for a move over a month end (True) or not over one.
        """
        size = len(self.business)
        target = np.arange(size)[:, None] + steps[None, :]
        inside = (target >= 0) & (target < size)
        target = np.clip(target, 0, size - 1)
        allowed: Flags = inside & ~self.late[target] & ~self.late[:, None]
        if across_month_end is not None:
            month = month_of(self.business)
            allowed &= (month[target] != month[:, None]) == across_month_end
        return allowed

    def can_move(self, steps: Ints, *, across_month_end: bool | None = None) -> Flags:
        """Business days that have one such move at least."""
        count: Ints = self.moves(steps, across_month_end=across_month_end).sum(axis=1)
        return count > 0

    def move(self, days: Ints, steps: Ints, allowed: Flags, generator: np.random.Generator) -> Ints:
        """Move each day by one of its allowed steps, chosen at random."""
        position = self.position(days)
        moved: Ints = self.business[position + pick(steps, allowed[position], generator)]
        return moved


def pick(values: Ints, allowed: Flags, generator: np.random.Generator) -> Ints:
    """One of the allowed values for each row of `allowed` (rows x values)."""
    lots = np.where(allowed, generator.random(allowed.shape), -1.0)
    picked: Ints = values[np.argmax(lots, axis=1)]
    return picked


def month_of(days: Ints) -> Ints:
    """Months since 1970 of epoch days."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def plan_period(*, rows: int, generator: np.random.Generator) -> Period:
    """A year of business days, less for few rows, and the days whose file is missing."""
    size = int(np.clip(rows // ROWS_PER_DAY_MIN, BUSINESS_DAYS_MIN, BUSINESS_DAYS_MAX))
    first = np.datetime64(FIRST_DAY, "D")
    business = np.busday_offset(first, np.arange(size), roll="forward").astype(np.int64)
    late_count = 3 if size == BUSINESS_DAYS_MAX else 2
    # Every other day may be late, none near the ends: a late day has whole days around it.
    candidates = np.arange(10, size - 10, 2)
    late = generator.choice(candidates, size=late_count, replace=False).astype(np.int64)
    return Period(business=business, late_left=late[:1], late_right=late[1:])


def day_weights(period: Period, generator: np.random.Generator) -> Floats:
    """Share of all rows by day of `period.calendar`: busy month ends, quiet weekends."""
    calendar = period.calendar
    weights = generator.uniform(0.8, 1.2, len(calendar))
    closing = month_of(calendar) != month_of(calendar + 4)
    weights[closing] *= 1.25
    weights[~np.isin(calendar, period.business)] *= WEEKEND_WEIGHT
    shares: Floats = weights / weights.sum()
    return shares
