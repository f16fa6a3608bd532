"""What an incident is, so that it keeps its name from run to run."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

_PARTS = ("bucket", "condition")


@dataclass(frozen=True)
class Earlier:
    """The incident of an earlier run that one goes on from."""

    incident_id: str
    findings: int
    first_seen: date | None


def incident_id(reconciliation: str, bucket: str, condition: str, begin: str) -> str:
    """Of what an incident is: its reconciliation, bucket, values, and when it began.

    >>> incident_id("bank_vs_books", "missing_right", "party=ACME", "2024-03-15")
    'I36585ed8e7c2'
    """
    text = "\x1f".join((reconciliation, bucket, condition, begin))
    return f"I{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:12]}"


def continued(
    earlier: pl.DataFrame | None,
    *,
    bucket: str,
    condition: str,
    days: tuple[date | None, date | None],
    gap_days_max: int,
) -> Earlier | None:
    """The latest earlier incident of the same bucket and values whose days reach these.

    earlier: incident_id, bucket, condition, findings, first_seen, last_seen; None for none.
    days: the first and the last of this one; without days the values alone decide.
    """
    if earlier is None or earlier.is_empty():
        return None
    same = earlier.filter((pl.col("bucket") == bucket) & (pl.col("condition") == condition))
    first, last = days
    if first is not None and last is not None:
        gap = timedelta(days=gap_days_max)
        same = same.filter(
            pl.col("last_seen").is_null()
            | ((pl.col("last_seen") >= first - gap) & (pl.col("first_seen") <= last + gap))
        )
    if same.is_empty():
        return None
    row = same.sort("last_seen", "incident_id", descending=[True, False], nulls_last=True).row(
        0, named=True
    )
    return Earlier(row["incident_id"], int(row["findings"]), row["first_seen"])
