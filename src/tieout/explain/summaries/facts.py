"""What a summary says, before it is put into words: every figure is one of the run's data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import polars as pl

from tieout.explain.summaries.precedents import Precedent, precedents_for
from tieout.explain.summaries.shared import SharedProof, shared_proof

_EXAMPLES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """An incident.

    of_bucket: breaks of its bucket in the whole run, of which `same_bucket` are in it.
    failure_rate: part of the records that it describes which are breaks; None where not known.
    examples: key and proof of its largest breaks. resolution: the usual next step. by_day: whether
    the trend is against the days before, not against an earlier run.
    """

    incident_id: str
    headline: str
    bucket: str
    condition: str
    window: str
    breaks: int
    same_bucket: int
    of_bucket: int
    failure_rate: float | None
    amounts: str
    first_seen: date | None
    last_seen: date | None
    trend: str
    severity: str
    shared: SharedProof | None
    examples: tuple[tuple[str, str], ...]
    precedents: tuple[Precedent, ...]
    resolution: str
    by_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """A break that is in no incident, or any other on its own."""

    break_id: str
    key: str
    bucket: str
    confidence: float | None
    difference: Decimal | None
    amount_left: Decimal | None
    amount_right: Decimal | None
    currency: str
    since: date | None
    age_days: int | None
    severity: str
    evidence: str
    reasons: tuple[str, ...]
    candidates: tuple[str, ...]
    precedents: tuple[Precedent, ...]
    resolution: str


def incident_facts(
    incident: Mapping[str, Any],
    members: pl.DataFrame,
    *,
    of_bucket: int,
    precedents: pl.DataFrame | None = None,
    next_step: str = "",
    by_day: bool = False,
) -> IncidentFacts:
    """The facts of an incident. incident: a row of INCIDENT_COLUMNS. members: its breaks.

    next_step: in place of that of its breaks. by_day: as in the facts.
    """
    bucket = incident["bucket"]
    same = members.filter(pl.col("bucket") == bucket)
    size = pl.col("difference").abs().fill_null(0)
    largest = same.sort(size, pl.col("break_id"), descending=[True, False]).head(_EXAMPLES)
    steps = same["resolution"].drop_nulls().head(1).to_list()
    return IncidentFacts(
        incident_id=incident["incident_id"],
        headline=incident["headline"],
        bucket=bucket,
        condition=incident["condition"],
        window=incident["window"],
        breaks=members.height,
        same_bucket=same.height,
        of_bucket=of_bucket,
        failure_rate=incident["failure_rate"],
        amounts=incident["amounts"],
        first_seen=incident["first_seen"],
        last_seen=incident["last_seen"],
        trend=incident["trend"],
        severity=incident["severity"] or "",
        shared=shared_proof(bucket, same["evidence"].fill_null("")),
        examples=tuple(
            (key or "", evidence or "")
            for key, evidence in largest.select("key", "evidence").iter_rows()
        ),
        precedents=precedents_for(precedents, bucket, incident["condition"]),
        resolution=next_step or (steps[0] if steps else ""),
        by_day=by_day,
    )


def case_facts(found: Mapping[str, Any], *, precedents: pl.DataFrame | None = None) -> CaseFacts:
    """The facts of a break. found: a row of breaks.parquet."""
    days = [day for day in (found["date_left"], found["date_right"]) if day is not None]
    return CaseFacts(
        break_id=found["break_id"],
        key=found["key"] or "",
        bucket=found["bucket"] or "unknown",
        confidence=found["bucket_confidence"],
        difference=found["difference"],
        amount_left=found["amount_left"],
        amount_right=found["amount_right"],
        currency=found["currency"] or "",
        since=min(days, default=None),
        age_days=found["age_days"],
        severity=found["severity"] or "",
        evidence=found["evidence"] or "",
        reasons=tuple(found["reasons"] or ()),
        candidates=tuple(found["candidates"] or ()),
        precedents=precedents_for(precedents, found["bucket"] or "unknown"),
        resolution=found["resolution"] or "",
    )
