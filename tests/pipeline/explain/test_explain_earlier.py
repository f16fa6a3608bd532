"""Incidents of earlier runs."""

from datetime import date
from pathlib import Path

import polars as pl

from tieout.explain.incidents import Naming, View, group_incidents
from tieout.export.table import write_csv
from tieout.pipeline.explain_earlier import earlier_incidents


def save(workspace: Path, run_id: str, findings: int = 60, condition: str = "=party") -> str:
    """Writes the incidents of a run; answers with the id of its first."""
    frame = pl.DataFrame(
        {
            "party": [f"P{number % 30}" for number in range(1_800)],
            "at": [date(2024, 3, 4)] * 1_800,
        }
    ).with_columns(pl.col("party").alias(condition))
    hit = frame.filter(pl.col("party") == "P3").head(findings)
    broken = hit.with_columns(
        pl.lit("missing_right").alias("bucket"),
        pl.lit("1.00").cast(pl.Decimal(38, 2)).alias("amount"),
        pl.lit("EUR").alias("currency"),
    )
    view = View("left", {condition: condition}, frame)
    _, incidents = group_incidents(broken, views=[view], naming=Naming("bank_vs_books"))
    folder = workspace / "runs" / run_id
    folder.mkdir(parents=True)
    write_csv(incidents, folder / "incidents.csv")
    return str(incidents["incident_id"].item())


def test_incidents_come_back_as_they_were(tmp_path: Path) -> None:
    identity = save(tmp_path, "one")
    found = earlier_incidents(tmp_path, ["one"])
    assert found is not None
    assert found.row(0, named=True) == {
        "incident_id": identity,
        "bucket": "missing_right",
        "condition": "=party=P3",
        "findings": 60,
        "first_seen": date(2024, 3, 4),
        "last_seen": date(2024, 3, 4),
    }


def test_the_newest_run_tells_of_an_incident_that_several_had(tmp_path: Path) -> None:
    assert save(tmp_path, "new", findings=40) == save(tmp_path, "old", findings=60)
    found = earlier_incidents(tmp_path, ["new", "old"])
    assert found is not None
    assert found["findings"].to_list() == [40]


def test_runs_without_a_list_or_with_another_one_have_none(tmp_path: Path) -> None:
    for name, text in (("other", "incident_id,breaks\nI1,4\n"), ("empty", "")):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        (folder / "incidents.csv").write_text(text, encoding="utf-8")
    assert earlier_incidents(tmp_path, ["other", "empty", "gone"]) is None
    assert earlier_incidents(tmp_path, []) is None
