"""Breaks of an analysis that share a cause, as incidents."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from tieout.detect.history.judge import Category
from tieout.detect.history.volume import Surge
from tieout.explain.incidents import Concentration, Known, Naming, View, group_incidents
from tieout.explain.summaries import incident_facts
from tieout.export.analyze_summaries import advice
from tieout.export.explain_summaries import Summary, incident_summary
from tieout.pipeline.analyze_judge import JudgedBreaks
from tieout.pipeline.analyze_spec import AnalyzeSpec
from tieout.pipeline.explain_breaks import INCIDENTS_MAX, graded

_VIEW: Final = "breaks"
_DAYS: Final = 20
_TREND_RATIO: Final = 1.5


def find_incidents(found: JudgedBreaks, spec: AnalyzeSpec) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The incidents (INCIDENT_COLUMNS), most breaks first, and the breaks with `incident_id`.

    Breaks that were judged by history are looked at where they are out of pattern, among all rows
    of the present; without history all breaks are. A surge is an incident whatever its breaks are
    called; the others are found as those of a reconciliation.

    trend: `new` where no earlier break had the values, else `rising`, `steady` or `falling` by
    breaks a day against the 20 days before. first_seen: the day on which what is odd began.
    """
    details = _kinds(found)
    chosen = details.filter("anomalous") if found.judged.against_past else details
    grouped, incidents = group_incidents(
        chosen,
        views=[_view(found)],
        naming=Naming(spec.analysis, "break", by_begin=False, trend=_Past(found).trend),
        known=[_known(each, found) for each in found.judged.surges.found],
    )
    of_break = details.select("row").join(
        grouped.select("row", "incident_id"), on="row", how="left", maintain_order="left"
    )
    breaks = found.breaks.with_columns(of_break["incident_id"])
    told = _since(incidents, grouped)
    return graded(told, breaks, spec.severity), breaks


def incident_summaries(
    incidents: pl.DataFrame, breaks: pl.DataFrame, found: JudgedBreaks
) -> tuple[Summary, ...]:
    """The largest incidents in words; what is odd about a break stands in for an unknown bucket."""
    unknown = pl.col("bucket") == "unknown"
    reason = pl.col("reasons").list.first()
    kinds = breaks.with_columns(
        evidence=pl.when(unknown).then(pl.coalesce(reason, "evidence")).otherwise("evidence"),
        bucket=_kinds(found)["bucket"],
    )
    sizes = dict(kinds["bucket"].value_counts().iter_rows())
    told = []
    for incident in incidents.head(INCIDENTS_MAX).iter_rows(named=True):
        members = kinds.filter(pl.col("incident_id") == incident["incident_id"])
        bucket = incident["bucket"]
        facts = incident_facts(
            incident,
            members,
            of_bucket=sizes.get(bucket, 0),
            next_step=advice(bucket),
            by_day=True,
        )
        told.append(incident_summary(facts))
    return tuple(told)


def _kinds(found: JudgedBreaks) -> pl.DataFrame:
    """What `group_incidents` asks of the breaks: their kind as `bucket`, and what they are worth.

    A break whose bucket is unknown is called by what is odd about it, one in a surge by that.
    """
    unknown = pl.col("kind") == str(Category.NONE)
    surging = pl.Series("surging", found.judged.surges.of_row) >= 0
    named = pl.Series(found.breaks["bucket"]) != "unknown"
    kind = pl.when(surging & ~named).then(pl.lit(str(Category.VOLUME)))
    dated = found.observations.dated
    at = pl.from_epoch(pl.col("at"), time_unit="d") if dated else pl.lit(None, pl.Date)
    return found.details.with_columns(
        kind.when(unknown).then(pl.lit("unknown")).otherwise("kind").alias("bucket"),
        found.breaks["difference"].alias("amount"),
        found.breaks["severity"],
        at.alias("at"),
    )


def _view(found: JudgedBreaks) -> View:
    """All rows of the present, where they say more than the breaks do."""
    observed = found.observations
    labels = {name: observed.label(name) for name in observed.columns}
    present = observed.frame.filter("current")
    if not found.judged.against_past and present["is_break"].all():
        return View(_VIEW, labels)
    at = pl.from_epoch(pl.col("at"), time_unit="d") if observed.dated else pl.lit(None, pl.Date)
    records = present.select(*labels, at.cast(pl.Datetime("us")).alias("at"))
    return View(_VIEW, labels, records)


def _known(surge: Surge, found: JudgedBreaks) -> Known:
    days = found.observations.frame.filter("current")["at"].n_unique()
    # One day needs no window; of several, the one that surged.
    slots = (surge.at, surge.at) if days > 1 else None
    values: Sequence[tuple[str, str | None]] = surge.values
    cause = Concentration(str(Category.VOLUME), _VIEW, tuple(values), slots, -surge.log_p)
    return Known(cause, surge.mean)


def _since(incidents: pl.DataFrame, grouped: pl.DataFrame) -> pl.DataFrame:
    """From the day on which what is odd began, where days are known."""
    began = grouped.drop_nulls("incident_id").group_by("incident_id")
    first = began.agg(pl.from_epoch(pl.col("since").min(), time_unit="d"))
    told = incidents.join(first, on="incident_id", how="left", maintain_order="left")
    dated = pl.col("first_seen").is_not_null()
    return told.with_columns(first_seen=pl.when(dated).then("since")).drop("since")


class _Past:
    """How often what incidents share broke before."""

    def __init__(self, found: JudgedBreaks) -> None:
        frame = found.observations.frame
        self.history = frame.filter(pl.col("is_break") & ~pl.col("current"))
        days = frame.filter(~pl.col("current"))["at"].unique().sort()
        self.days = max(1, min(_DAYS, len(days)))
        self.present = max(1, frame.filter("current")["at"].n_unique())
        recent = pl.col("at") >= days[-self.days] if len(days) else pl.lit(value=True)
        self.recent = self.history.filter(recent)

    def trend(self, values: Sequence[tuple[str, str | None]], findings: int) -> str:
        """In a word, how a number of breaks that share values compares with the days before."""
        shared = pl.all_horizontal(
            pl.lit(value=True), *(pl.col(name).eq_missing(pl.lit(value)) for name, value in values)
        )
        if self.history.filter(shared).is_empty():
            return "new"
        now = findings / self.present
        usual = self.recent.filter(shared).height / self.days
        if now >= _TREND_RATIO * usual:
            return "rising"
        return "falling" if usual >= _TREND_RATIO * now else "steady"
