"""Breaks of a reconciliation as incidents, with what each is about and how much it matters."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from tieout.detect.history.severity import LEVELS, SeverityTable, severities
from tieout.engines.base import Engine
from tieout.explain.incidents import Naming, View, group_incidents
from tieout.explain.summaries import case_facts, incident_facts
from tieout.export.explain_summaries import (
    Summary,
    case_summary,
    incident_summary,
    summaries_markdown,
    write_markdown,
)
from tieout.export.table import write_csv
from tieout.model.buckets import Bucket
from tieout.pipeline.explain_attributes import SideAttributes, side_attributes
from tieout.pipeline.inputs import Input

INCIDENTS_MAX: Final = 50
CASES_MAX: Final = 20
_SIDES: Final = ("left", "right")


@dataclass(frozen=True)
class ExplainedBreaks:
    """breaks: as they came, with `incident_id` and `severity`. incidents: INCIDENT_COLUMNS."""

    breaks: pl.DataFrame
    incidents: pl.DataFrame


def explain_breaks(
    breaks: pl.DataFrame,
    inputs: tuple[Input, Input],
    *,
    reconciliation: str,
    engine: Engine,
    scratch: Path,
    earlier: pl.DataFrame | None = None,
    severity: SeverityTable | None = None,
) -> ExplainedBreaks:
    """Fill `incident_id` and `severity` of a run's breaks, and tell their incidents.

    breaks: the contract's columns, from `finish_breaks`. inputs: left and right, as they were read.
    scratch: a folder for what has to be read again. earlier: incidents of the run before.
    severity: the table to use; a break that has a severity keeps it.

    The amount of a break is its difference, or where there is none what both sides say; usual is
    the median of its currency. A break is odd where it was judged out of pattern. An incident is
    as severe as its worst break, or as a break of its sum.
    """
    if breaks.is_empty():
        empty = breaks.with_columns(amount=pl.col("difference")).select("amount", "currency")
        _, incidents = group_incidents(empty.with_columns(bucket=pl.lit("")))
        return ExplainedBreaks(breaks, incidents)
    sides = {
        name: side_attributes(
            read,
            f"{name}:",
            _first_rows(breaks, name).drop_nulls(),
            engine=engine,
            path=scratch / f"{name}.attributes.parquet",
        )
        for name, read in zip(_SIDES, inputs, strict=True)
    }
    grouped, incidents = group_incidents(
        _findings(breaks, sides),
        views=[_view(name, side) for name, side in sides.items()],
        naming=Naming(reconciliation, "break", earlier),
    )
    filled = breaks.with_columns(grouped["incident_id"])
    filled = filled.with_columns(pl.coalesce("severity", _severity(filled, severity)))
    return ExplainedBreaks(filled, graded(incidents, filled, severity))


def write_explained(
    explained: ExplainedBreaks,
    folder: Path,
    *,
    title: str,
    told: tuple[Summary, ...] | None = None,
) -> tuple[Summary, ...]:
    """Write `incidents.csv` and `summaries.md`; answers with the incidents for the report.

    told: what `incident_summaries` said, where it was asked already. Raises InputError when a file
    cannot be written.
    """
    found = incident_summaries(explained) if told is None else told
    write_csv(explained.incidents, folder / "incidents.csv")
    write_markdown(summaries_text(explained, title, found), folder / "summaries.md")
    return found


def incident_summaries(
    explained: ExplainedBreaks, *, precedents: pl.DataFrame | None = None
) -> tuple[Summary, ...]:
    """The incidents with most breaks, in words.

    precedents: what was decided before (`explain.summaries.PRECEDENT_COLUMNS`).
    """
    breaks, incidents = explained.breaks, explained.incidents.head(INCIDENTS_MAX)
    sizes = dict(breaks["bucket"].value_counts().iter_rows())
    told = breaks.filter(pl.col("incident_id").is_in(incidents["incident_id"].to_list()))
    members = {str(key[0]): part for key, part in told.group_by("incident_id")}
    return tuple(
        incident_summary(
            incident_facts(
                incident,
                members[incident["incident_id"]],
                of_bucket=sizes.get(incident["bucket"], 0),
                precedents=precedents,
            )
        )
        for incident in incidents.iter_rows(named=True)
    )


def summaries_text(
    explained: ExplainedBreaks,
    title: str,
    told: tuple[Summary, ...],
    *,
    precedents: pl.DataFrame | None = None,
) -> str:
    """The text of summaries.md: incidents, then the largest breaks that are in none."""
    breaks = explained.breaks
    single = (
        breaks.select("incident_id", "break_id", at_risk().alias("at_risk"))
        .with_row_index("at")
        .filter(pl.col("incident_id").is_null())
    )
    order = single.sort("at_risk", "break_id", descending=[True, False])["at"].head(CASES_MAX)
    cases = [
        case_summary(case_facts(row, precedents=precedents))
        for row in breaks[order].iter_rows(named=True)
    ]
    return summaries_markdown(title, told, cases, more=single.height - len(cases))


def _first_rows(breaks: pl.DataFrame, side: str) -> pl.Series:
    return breaks[f"{side}_rows"].list.first()


def _view(name: str, side: SideAttributes) -> View:
    wrong = [f"{name}:{column}" for column in ("currency", "original_currency")]
    wrong += [column for column in side.labels if column.startswith(f"{name}:criteria_")]
    faulty = {str(Bucket.STATIC_DATA): wrong, str(Bucket.WRONG_REFERENCE): [f"{name}:account"]}
    return View(name, side.labels, side.records, side.step, faulty)


def _findings(breaks: pl.DataFrame, sides: dict[str, SideAttributes]) -> pl.DataFrame:
    found = breaks.select(
        "bucket",
        "currency",
        at_risk().alias("amount"),
        *(pl.col(f"{name}_rows").list.first().alias(f"{name} row") for name in sides),
    )
    for name, side in sides.items():
        rows = side.rows.rename({"at": f"{name} at"})
        found = found.join(
            rows, left_on=f"{name} row", right_on="row", how="left", maintain_order="left"
        )
    return found.with_columns(pl.coalesce(f"{name} at" for name in sides).alias("at"))


def at_risk() -> pl.Expr:
    """What a break is about: its absolute difference, else the larger of its amounts."""
    difference = pl.col("difference").abs()
    larger = pl.max_horizontal(pl.col("amount_left").abs(), pl.col("amount_right").abs())
    return pl.when(difference > 0).then(difference).otherwise(larger.fill_null(difference))


def _severity(breaks: pl.DataFrame, table: SeverityTable | None) -> pl.Series:
    sized = breaks.select(
        at_risk().cast(pl.Float64).alias("amount"),
        "currency",
        pl.col("anomalous").fill_null(value=False),
        "age_days",
    )
    return severities(sized, sized.select("amount", "currency"), table)


def graded(
    incidents: pl.DataFrame, breaks: pl.DataFrame, table: SeverityTable | None
) -> pl.DataFrame:
    """The severity of each incident: of its worst break, or of its sum if that is higher."""
    usual = breaks.select(at_risk().cast(pl.Float64).alias("amount"), "currency")
    members = breaks.filter(pl.col("incident_id").is_not_null())
    sums = members.group_by("incident_id", "currency", maintain_order=True).agg(
        at_risk().sum().cast(pl.Float64).alias("amount")
    )
    whole = sums.select(
        "amount", "currency", pl.lit(value=False).alias("anomalous"), pl.lit(0).alias("age_days")
    )
    graded = pl.concat(
        [
            sums.select("incident_id").with_columns(severities(whole, usual, table)),
            members.select("incident_id", "severity"),
        ]
    )
    names = [str(level) for level in LEVELS]
    highest = graded.group_by("incident_id").agg(
        pl.col("severity").cast(pl.Enum(names)).max().cast(pl.String)
    )
    return (
        incidents.drop("severity")
        .join(highest, on="incident_id", how="left", maintain_order="left")
        .select(incidents.columns)
    )
