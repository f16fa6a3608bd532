"""What incidents are made from, and what they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

INCIDENT_COLUMNS: Final = (
    "incident_id",
    "headline",
    "bucket",
    "condition",
    "window",
    "findings",
    "amount",
    "currency",
    "amounts",
    "explained_share",
    "failure_rate",
    "trend",
    "first_seen",
    "last_seen",
    "severity",
)
AT: Final = "at"
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - as written, without a zone
_HOUR_SECONDS: Final = 3600
_DAY_SECONDS: Final = 86_400

Rows = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class IncidentOptions:
    """When findings count as one incident.

    findings_min: of one bucket. evidence_min: nats beyond the prior over all combinations.
    ratio_min: how many times more often than other records those of the incident are found.
    rate_min: part of the incident's records that are found, where records are known.
    depth: attributes in a condition, the time among them. rounds_max: scans of a bucket.
    absorbed_p_max: chance at which other buckets' findings lie in an incident by accident.
    everywhere_min: part of all records from which a bucket as a whole is one incident.
    gap_days_max: days between two runs' findings that still are one incident.
    trend_ratio: findings against those of the run before from which a trend is one.
    sampled_max: findings of a bucket that a scan looks at; all of them are assigned.
    """

    findings_min: int = 5
    evidence_min: float = 5.0
    ratio_min: float = 3.0
    rate_min: float = 0.1
    depth: int = 3
    rounds_max: int = 6
    absorbed_p_max: float = 0.01
    everywhere_min: float = 0.3
    gap_days_max: int = 7
    trend_ratio: float = 1.25
    sampled_max: int = 100_000


@dataclass(frozen=True)
class View:
    """One side from which findings are seen.

    attributes: a column of the findings, and what people call it. Findings that are not on this
    side have no value in any of them.
    records: the same columns of all records, found or not, and `at`; None where they are not
    known, and findings of other buckets stand in for them. step: records that each row of
    `records` stands for, where it is a sample.
    faulty: by bucket, the attributes in which its findings are wrong themselves. Together with
    another attribute such a one describes the fault, not its cause, so that it stands alone.
    """

    name: str
    attributes: Mapping[str, str]
    records: pl.DataFrame | None = None
    step: int = 1
    faulty: Mapping[str, Sequence[str]] = field(default_factory=dict)
    defining: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Clock:
    """Time in slots: hours where any moment has a time of day, else days."""

    seconds: int

    @classmethod
    def of(cls, moments: pl.Series) -> "Clock":
        """Hours, unless every moment is a midnight."""
        midnights = (moments.dt.truncate("1d") == moments).all()
        return cls(_DAY_SECONDS if midnights else _HOUR_SECONDS)

    def slots(self, moments: pl.Series) -> Numbers:
        """The slot of each moment, -1 where there is none."""
        seconds = moments.dt.timestamp("ms") // 1000
        found: Numbers = (seconds // self.seconds).fill_null(-1).to_numpy().astype(np.int64)
        return found

    def begin(self, slot: int) -> datetime:
        """When a slot begins."""
        return _EPOCH + timedelta(seconds=slot * self.seconds)

    def text(self, first: int, last: int) -> str:
        """Slots from the first to the last, both among them, as people write a span.

        Whole days have no times.

        >>> Clock(86_400).text(19_797, 19_797), Clock(86_400).text(19_797, 19_799)
        ('2024-03-15', '2024-03-15 to 2024-03-17')
        >>> Clock(3600).text(475_138, 475_139)
        '2024-03-15 10:00 to 12:00'
        """
        begin, end = self.begin(first), self.begin(last + 1)
        if begin.time() == end.time() == time():
            day, until = begin.date(), (end - timedelta(days=1)).date()
            return str(day) if day == until else f"{day} to {until}"
        same = begin.date() == end.date()
        return f"{begin:%Y-%m-%d %H:%M} to {end:{'%H:%M' if same else '%Y-%m-%d %H:%M'}}"

    def day(self, slot: int) -> date:
        """The day of a slot."""
        return self.begin(slot).date()


@dataclass(frozen=True)
class Concentration:
    """Where findings of a bucket are far more frequent than elsewhere.

    values: attribute column and value, in the order of the attributes; None is a blank.
    slots: the first and the last of its window; None where it has none. evidence: in nats.
    failure_rate: part of its records that are among the findings; None where that is not known.
    """

    bucket: str
    view: str
    values: tuple[tuple[str, str | None], ...]
    slots: tuple[int, int] | None
    evidence: float
    failure_rate: float | None = None


@dataclass(frozen=True)
class Known:
    """A concentration that is known before any is looked for. usual: findings that it would have
    had anyway."""

    concentration: Concentration
    usual: float


@dataclass(frozen=True)
class Found:
    """A concentration and which findings are in it; buckets: those that it took findings of."""

    concentration: Concentration
    rows: Rows
    buckets: tuple[str, ...] = field(default=())
