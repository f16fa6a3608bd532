"""What is counted of who acts: hours of the day, and what it has had to do with."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.detect.behaviour.family import Work
from tieout.detect.behaviour.timeline import DAY_US
from tieout.detect.live.rows import joined
from tieout.model.table import TableRole

_HOURS = 24
_UNKNOWN = float("nan")
# Rows in each hour of the day, and behind them rows in all; for each of some codes.
Counts: TypeAlias = NDArray[np.int32]


class Hours:
    """Rows by hour of the day: of everyone, of each holder, of each merchant category."""

    def __init__(self, work: Work, holder: TableRole) -> None:
        hours = work.timeline.hour.astype(np.int64)
        self.everyone: Counts = _counts(np.zeros(len(hours), np.int64), hours, 1)[0]
        self.of_holder = _by_code(work, holder, hours)
        category = TableRole.MERCHANT_CATEGORY
        self.of_category: Counts = np.zeros((0, _HOURS + 1), np.int32)
        if category in work.roles:
            self.of_category = _by_code(work, category, hours)

    def add(self, hour: int, holder: int, category: int) -> None:
        """Count a row."""
        self.of_holder = _with_room(self.of_holder, holder)
        self.of_category = _with_room(self.of_category, category)
        counted = [self.everyone]
        counted += [self.of_holder[holder]] if holder >= 0 else []
        counted += [self.of_category[category]] if category >= 0 else []
        for counts in counted:
            counts[hour] += 1
            counts[_HOURS] += 1


def _counts(codes: NDArray[np.int64], hours: NDArray[np.int64], count: int) -> Counts:
    counts = np.bincount(codes * _HOURS + hours, minlength=count * _HOURS).reshape(-1, _HOURS)
    return np.hstack([counts, counts.sum(axis=1, keepdims=True)]).astype(np.int32)


def _by_code(work: Work, role: TableRole, hours: NDArray[np.int64]) -> Counts:
    part = work.keys.codes(role)
    known = part.codes >= 0
    return _counts(part.codes[known].astype(np.int64), hours[known], part.count)


def _with_room(counts: Counts, code: int) -> Counts:
    """With a row of zeros for a code, if there is none yet."""
    if code < len(counts):
        return counts
    wide: Counts = np.zeros((2 * code + 1, _HOURS + 1), np.int32)
    wide[: len(counts)] = counts
    return wide


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

    def seen(self, holder: int, value: int, now: float) -> tuple[float, float, float]:
        """Earlier rows, different values the holder had, and days since the first; NaN for none."""
        if holder < 0:
            return _UNKNOWN, _UNKNOWN, _UNKNOWN
        different = self.different.get(holder, 0)
        if value < 0:
            return _UNKNOWN, different, _UNKNOWN
        pair = joined(holder, value)
        rows = self.rows.get(pair)
        if rows is None:
            return 0.0, different, 0.0
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
