"""What is counted of who acts: hours of the day, and what it has had to do with."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from tieout.detect.behaviour.family import Work
from tieout.detect.behaviour.hours import CATEGORY_ROWS, POOL_ROWS
from tieout.detect.behaviour.timeline import DAY_US
from tieout.detect.live.rows import joined
from tieout.model.table import TableRole

_HOURS = 24
_UNKNOWN = float("nan")
# Rows in each hour of the day, and behind them rows in all.
Counts: TypeAlias = list[int]
_ALL = _HOURS


class Hours:
    """Rows by hour of the day: of everyone, of each holder, of each merchant category."""

    def __init__(self, work: Work, holder: TableRole) -> None:
        hours = work.timeline.hour.astype(np.int64)
        self.everyone = _counts(np.bincount(hours, minlength=_HOURS))
        self.of_holder = _by_code(work, holder, hours)
        self.by_category = TableRole.MERCHANT_CATEGORY in work.roles
        self.of_category = (
            _by_code(work, TableRole.MERCHANT_CATEGORY, hours) if self.by_category else {}
        )

    def share(self, hour: int, holder: int, category: int) -> tuple[int, float]:
        """Earlier rows of the holder in the hour or one beside it, and the hour's expected share.

        As `behaviour.hours` has them of a whole table.
        """
        near, same, rows = _near(self.everyone, hour)
        share = (near + 3.0 / _HOURS) / (rows + 1.0)
        within = (same + 1.0 / 3.0) / (near + 1.0)
        if self.by_category:
            near, same, rows = _near(self.of_category.get(category), hour)
            share = (near + CATEGORY_ROWS * share) / (rows + CATEGORY_ROWS)
            within = (same + CATEGORY_ROWS * within) / (near + CATEGORY_ROWS)
        near, same, rows = _near(self.of_holder.get(holder), hour)
        share = (near + POOL_ROWS * share) / (rows + POOL_ROWS)
        within = (same + POOL_ROWS * within) / (near + POOL_ROWS)
        return near, share * within

    def rows_of(self, holder: int) -> int:
        """Rows of a holder in all."""
        counts = self.of_holder.get(holder)
        return 0 if counts is None else counts[_ALL]

    def add(self, hour: int, holder: int, category: int) -> None:
        """Count a row."""
        counted = [self.everyone]
        for counts, code in ((self.of_holder, holder), (self.of_category, category)):
            if code >= 0:
                counted.append(counts.setdefault(code, [0] * (_HOURS + 1)))
        for each in counted:
            each[hour] += 1
            each[_ALL] += 1


def _counts(by_hour: np.ndarray) -> Counts:
    return [*by_hour.tolist(), int(by_hour.sum())]


def _by_code(work: Work, role: TableRole, hours: np.ndarray) -> dict[int, Counts]:
    part = work.keys.codes(role)
    known = part.codes >= 0
    cells = part.codes[known].astype(np.int64) * _HOURS + hours[known]
    counts = np.bincount(cells, minlength=part.count * _HOURS).reshape(-1, _HOURS)
    totals = counts.sum(axis=1, keepdims=True)
    return dict(enumerate(np.hstack([counts, totals]).tolist()))


def _near(counts: Counts | None, hour: int) -> tuple[int, int, int]:
    """Rows in the hour or one beside it, in it alone, and in all."""
    if counts is None:
        return 0, 0, 0
    same = counts[hour]
    near = counts[(hour - 1) % _HOURS] + same + counts[(hour + 1) % _HOURS]
    return near, same, counts[_ALL]


@dataclass
class Firsts:
    """Of each holder with each value of one role: rows so far, and when the first one was."""

    rows: dict[int, int] = field(default_factory=dict)
    begun: dict[int, float] = field(default_factory=dict)
    different: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, work: Work, holder: TableRole, role: TableRole) -> "Firsts":
        """From the rows of a timeline."""
        holders, values = work.keys.codes(holder).codes, work.keys.codes(role).codes
        known = np.flatnonzero((holders >= 0) & (values >= 0))
        pairs = (holders[known].astype(np.int64) << 32) | values[known]
        distinct, first, counts = np.unique(pairs, return_index=True, return_counts=True)
        times = work.timeline.time_us[known[first]].astype(np.float64)
        who, different = np.unique(distinct >> 32, return_counts=True)
        return cls(_dict(distinct, counts), _dict(distinct, times), _dict(who, different))

    def seen(self, holder: int, value: int, now: float) -> tuple[int | None, int | None, float]:
        """Earlier rows, different values the holder had, and days since the first; NaN, None."""
        if holder < 0:
            return None, None, _UNKNOWN
        different = self.different.get(holder, 0)
        if value < 0:
            return None, different, _UNKNOWN
        pair = joined(holder, value)
        rows = self.rows.get(pair)
        if rows is None:
            return 0, different, 0.0
        days = (now - self.begun[pair]) / DAY_US
        return rows, different, days if days > 0.0 else 0.0

    def add(self, holder: int, value: int, now: float) -> None:
        """Count a row."""
        if holder < 0 or value < 0:
            return
        pair = joined(holder, value)
        if pair not in self.rows:
            self.begun[pair] = now
            self.different[holder] = self.different.get(holder, 0) + 1
        self.rows[pair] = self.rows.get(pair, 0) + 1


def _dict(keys: np.ndarray, values: np.ndarray) -> dict[int, Any]:
    return dict(zip(keys.tolist(), values.tolist(), strict=True))
