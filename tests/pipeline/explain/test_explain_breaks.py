"""Breaks of a reconciliation become incidents."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.detect.history.severity import Severity, SeverityTable
from tieout.explain.incidents import INCIDENT_COLUMNS
from tieout.pipeline.explain_breaks import incident_summaries, summaries_text, write_explained

Explained = Callable[..., Any]
Day = Any
CAUSES = (
    ("merchant=Merchant 07", "2024-03-14 10:00 to 12:00"),
    ("acquirer=Acqura", "2024-03-14"),
    ("original_ccy=CHF", "2024-03-14"),
)


@pytest.fixture(scope="module")
def found(explained: Explained) -> Any:
    """The day's breaks, explained."""
    return explained()


def members(found: Any, condition: str) -> set[int]:
    """Left rows of the breaks in the incident with a condition."""
    identity = found.incidents.filter(pl.col("condition") == condition)["incident_id"].item()
    rows = found.breaks.filter(pl.col("incident_id") == identity)["left_rows"].explode()
    return set(rows.drop_nulls())


def test_three_failures_of_a_day_are_three_incidents(found: Any) -> None:
    told = found.incidents.select("condition", "window").rows()
    assert sorted(told) == sorted(CAUSES)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_incident_holds_95_percent_of_the_rows_of_its_failure(
    day: Day, found: Any, place: int
) -> None:
    failed = day.failures[place]
    held = members(found, CAUSES[place][0])
    assert len(held & failed) >= 0.95 * len(failed)
    assert len(held & failed) >= 0.95 * len(held)


def test_unrelated_breaks_stay_single(day: Day, found: Any) -> None:
    in_incidents = set().union(*(members(found, condition) for condition, _ in CAUSES))
    assert len(in_incidents & day.unrelated) <= 0.02 * len(day.unrelated)
    single = found.breaks.filter(pl.col("incident_id").is_null())
    assert single.height >= 0.9 * len(day.unrelated)


def test_breaks_keep_all_else(explained: Explained, found: Any) -> None:
    once_more = explained()
    assert found.breaks.equals(once_more.breaks)
    assert found.incidents.equals(once_more.incidents)
    assert found.breaks["severity"].null_count() == 0
    assert found.incidents.columns == list(INCIDENT_COLUMNS)


def test_amounts_of_an_incident_are_those_of_its_breaks(found: Any) -> None:
    for row in found.incidents.iter_rows(named=True):
        breaks = found.breaks.filter(pl.col("incident_id") == row["incident_id"])
        assert breaks["currency"].unique().to_list() == ["EUR"]
        assert row["amount"] == sum(map(abs, breaks["difference"]), Decimal(0))
        assert row["amounts"] == f"{row['amount']:,f} EUR"
        assert row["findings"] == breaks.height
        assert f"{breaks.height:,} breaks where {row['condition']}" in row["headline"]


def test_an_incident_is_at_least_as_severe_as_its_worst_break(found: Any) -> None:
    order = list(Severity)
    for row in found.incidents.iter_rows(named=True):
        breaks = found.breaks.filter(pl.col("incident_id") == row["incident_id"])
        worst = max(order.index(Severity(each)) for each in breaks["severity"])
        assert order.index(Severity(row["severity"])) >= worst


def test_severity_follows_the_table(explained: Explained) -> None:
    table = SeverityTable(
        amounts=(Decimal("100"),),
        in_pattern=(Severity.LOW, Severity.CRITICAL),
        out_of_pattern=(Severity.LOW, Severity.CRITICAL),
        old_days=None,
    )
    breaks = explained(severity=table).breaks
    large = breaks.filter(pl.col("difference").abs() >= 100)
    assert large["severity"].unique().to_list() == ["critical"]
    small = breaks.filter(pl.col("difference").abs().is_between(Decimal("0.01"), Decimal("99.99")))
    assert small["severity"].unique().to_list() == ["low"]


def test_a_severity_that_is_known_stays(explained: Explained) -> None:
    table = SeverityTable(
        in_pattern=(Severity.LOW,) * 4, out_of_pattern=(Severity.LOW,) * 4, old_days=None
    )
    graded = explained(graded=True, severity=table).breaks
    assert graded["severity"].equals(explained(graded=True).breaks["severity"])
    assert explained(severity=table).breaks["severity"].unique().to_list() == ["low"]


def test_the_next_run_goes_on_with_the_ids(explained: Explained, found: Any) -> None:
    earlier = found.incidents.with_columns(
        pl.lit("Ibefore").alias("incident_id"), pl.col("first_seen").dt.offset_by("-1d")
    ).filter(pl.col("condition") == "acquirer=Acqura")
    again = explained(earlier=earlier).incidents
    going_on = again.filter(pl.col("incident_id") == "Ibefore")
    assert going_on["condition"].to_list() == ["acquirer=Acqura"]
    assert going_on["first_seen"].to_list() == earlier["first_seen"].to_list()
    assert going_on["trend"].to_list() == ["steady"]
    assert again.filter(pl.col("trend") == "new").height == 2


def test_summaries_tell_incidents_first_and_then_the_largest_breaks(
    found: Any, tmp_path: Path
) -> None:
    told = write_explained(found, tmp_path, title="processor against bank")
    text = (tmp_path / "summaries.md").read_text(encoding="utf-8")
    assert [each.identifier for each in told] == found.incidents["incident_id"].to_list()
    for row in found.incidents.iter_rows(named=True):
        assert f"### {row['incident_id']} " in text
        assert f"- **How much:** {row['amounts']} in {row['findings']:,} breaks." in text
    single = found.breaks.filter(pl.col("incident_id").is_null())
    assert f"{single.height - 20:,} more breaks in breaks.csv." in text
    assert text.count("\n### ") == found.incidents.height + 20


def test_incidents_csv_has_a_line_for_each(found: Any, tmp_path: Path) -> None:
    write_explained(found, tmp_path, title="processor against bank")
    lines = pl.read_csv(tmp_path / "incidents.csv", infer_schema=False)
    assert lines.columns == list(INCIDENT_COLUMNS)
    assert lines["incident_id"].to_list() == found.incidents["incident_id"].to_list()


def test_what_fixed_it_before_is_told(found: Any) -> None:
    precedents = pl.DataFrame(
        {
            "bucket": ["fee_or_tax"],
            "condition": ["acquirer=Acqura"],
            "resolution": ["Claim the difference from Acqura."],
            "times": [4],
            "last_on": [date(2024, 2, 1)],
        }
    )
    summaries = incident_summaries(found, precedents=precedents)
    text = summaries_text(found, "processor against bank", summaries, precedents=precedents)
    told = "Claim the difference from Acqura. (4 times for the same values, last on 2024-02-01)"
    assert text.count(told) == 1
