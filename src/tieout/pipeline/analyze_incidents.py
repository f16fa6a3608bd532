"""Odd breaks that share a cause, as rows of incidents.csv."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import polars as pl

from tieout.detect.history.incidents import Incident, group_incidents, worst
from tieout.export.words import count_text, label, money_text
from tieout.pipeline.analyze_judge import JudgedBreaks
from tieout.pipeline.analyze_spec import AnalyzeSpec

_EPOCH: Final = date(1970, 1, 1)
_DAYS: Final = 20
_GROWING: Final = 1.5
_CURRENCIES_MAX: Final = 3


def incident_schema(scale: int) -> dict[str, Any]:
    """The columns of incidents.csv."""
    return {
        "incident_id": pl.String,
        "headline": pl.String,
        "breaks": pl.Int64,
        "amount": pl.Decimal(38, scale),
        "currency": pl.String,
        "first_seen": pl.Date,
        "last_seen": pl.Date,
        "trend": pl.String,
        "severity": pl.String,
        "bucket": pl.String,
        "cause": pl.String,
    }


def find_incidents(
    found: JudgedBreaks, spec: AnalyzeSpec, *, scale: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The incidents, largest first, and the breaks with their `incident_id`.

    amount: sum of absolute differences in `currency`, the one with most breaks; the headline
    names the others. trend: `new` where no earlier break had the cause, else `growing`,
    `steady` or `shrinking` by breaks a day against the 20 days before. Breaks in pattern belong
    to no incident.
    """
    details = found.details.with_columns(
        found.breaks["difference"].abs().alias("size"), found.breaks["severity"]
    )
    odd = details.filter("anomalous")
    base = found.observations.frame.filter("current")
    incidents = group_incidents(odd, base, found.observations.columns, name=spec.analysis)
    numbered = pl.DataFrame(
        {
            "row": [row for each in incidents for row in each.rows],
            "incident_id": [each.incident_id for each in incidents for _ in each.rows],
        },
        schema={"row": pl.Int64, "incident_id": pl.String},
    )
    members = odd.join(numbered, on="row").partition_by("incident_id", as_dict=True)
    past = _Past(found)
    rows = [_row(each, members[each.incident_id,], past, found) for each in incidents]
    of_break = details.select("row").join(numbered, on="row", how="left", maintain_order="left")
    table = pl.DataFrame(rows, schema=incident_schema(scale), orient="row")
    return table, found.breaks.with_columns(of_break["incident_id"])


class _Past:
    """How often causes broke before."""

    def __init__(self, found: JudgedBreaks) -> None:
        frame = found.observations.frame
        history = frame.filter(pl.col("is_break") & ~pl.col("current"))
        days = frame.filter(~pl.col("current"))["at"].unique().sort()
        self.days = max(1, min(_DAYS, len(days)))
        self.present = max(1, frame.filter("current")["at"].n_unique())
        self.known = not history.is_empty()
        self.history = history
        recent = history.filter(pl.col("at") >= days[-self.days]) if len(days) else history
        self.recent = recent
        self.keys = dict(recent["key"].value_counts().iter_rows())
        self.keys_ever = set(history["key"].unique().to_list())

    def trend(self, incident: Incident, part: pl.DataFrame) -> str:
        """In a word, how its number of breaks compares with the days before."""
        if not self.known:
            return "new"
        if incident.attribute == "key":
            key = f"{part['key'][0]} | {part['currency'][0]}"
            ever, before = key in self.keys_ever, self.keys.get(key, 0)
        else:
            shared = pl.col(incident.attribute) == incident.value
            ever = not self.history.filter(shared).is_empty()
            before = self.recent.filter(shared).height
        if not ever:
            return "new"
        now, usual = part.height / self.present, before / self.days
        if now >= _GROWING * usual:
            return "growing"
        return "shrinking" if usual >= _GROWING * now else "steady"


def _row(
    incident: Incident, part: pl.DataFrame, past: _Past, found: JudgedBreaks
) -> tuple[Any, ...]:
    sums = (
        part.group_by("currency")
        .agg(pl.len().alias("count"), pl.col("size").sum())
        .sort("count", "currency", descending=[True, False])
    )
    cause = cause_text(incident, found)
    return (
        incident.incident_id,
        _headline(incident, part, sums, cause),
        part.height,
        sums["size"][0],
        sums["currency"][0],
        _day(part["since"].min(), found),
        _day(part["at"].max(), found),
        past.trend(incident, part),
        worst(part["severity"].to_list()),
        incident.kind,
        cause,
    )


def cause_text(incident: Incident, found: JudgedBreaks) -> str:
    """What the breaks share, `Desk=Treasury` or `key=…`."""
    named = incident.attribute
    if named != "key":
        named = found.observations.label(named)
    return f"{named}={incident.value}"


def _headline(incident: Incident, part: pl.DataFrame, sums: pl.DataFrame, cause: str) -> str:
    named, _, value = cause.partition("=")
    worth = [
        money_text(size, currency)
        for currency, _, size in sums.head(_CURRENCIES_MAX).iter_rows()
        if isinstance(size, Decimal)
    ]
    more = sums.height - _CURRENCIES_MAX
    if more > 0:
        worth.append(f"{more} more {'currency' if more == 1 else 'currencies'}")
    breaks = count_text(part.height, "break")
    return f"{label(incident.kind)}: {breaks} with {named} {value}, {' and '.join(worth)}"


def _day(at: object, found: JudgedBreaks) -> date | None:
    if not isinstance(at, int) or not found.observations.dated:
        return None
    return _EPOCH + timedelta(days=at)
