"""Rows of an analysis of breaks, followed to what was found about them."""

from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest

from tieout.export.explain_trail import Trail
from tieout.model.errors import InputError
from tieout.pipeline.analyze import AnalyzeJob, analyze
from tieout.pipeline.explain_run import ExplainJob, explain

DAYS, KEYS = 40, 8


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An analysis of daily balances, of which one jumps on the last day."""
    folder = tmp_path_factory.mktemp("balances")
    chance = Random(5)  # noqa: S311 - practice data
    rows = ["As of Date,Account,Currency,GL Balance,Sub Balance"]
    for day in range(DAYS):
        for key in range(KEYS):
            left = 10_000 * (key + 1)
            gap = round(chance.gauss(0, 5), 2) if chance.random() < 0.7 else 0.0
            gap = 7_500.0 if (day, key) == (DAYS - 1, 3) else gap
            gap = 0.0 if (day, key) == (DAYS - 1, 4) else gap
            on = date(2025, 1, 1) + timedelta(days=day)
            rows.append(f"{on},{700 + key},USD,{left}.00,{left - gap:.2f}")
    (folder / "breaks.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return analyze(AnalyzeJob(breaks=str(folder / "breaks.csv"), out=folder / "run")).out


def follow(run: Path, subject: str) -> Trail:
    """The way of a row or break."""
    return explain(ExplainJob(run=str(run), subject=subject))


def facts(trail: Trail, name: str) -> dict[str, str]:
    """Facts of one station."""
    return dict(next(each for each in trail.steps if each.name == name).facts)


def test_a_break_is_followed_to_its_judgement(run: Path) -> None:
    row = (DAYS - 1) * KEYS + 4
    trail = follow(run, str(row))
    assert trail.outcome == "break"
    assert "out of pattern" in trail.sentence
    assert facts(trail, "source")["line"] == str(row + 1)
    assert facts(trail, "source")["Account"] == "703"
    assert facts(trail, "break")["difference"] == "7,500.00 USD"
    assert facts(trail, "judgement")["out of pattern"] == "yes"
    found = pl.read_parquet(run / "breaks.parquet").filter(pl.col("left_rows").list.contains(row))
    judged = next(each for each in trail.steps if each.name == "judgement")
    assert list(judged.notes) == found["reasons"].item().to_list()


def test_a_break_is_found_by_its_id_too(run: Path) -> None:
    identity = pl.read_parquet(run / "breaks.parquet")["break_id"][0]
    assert follow(run, identity[:10]).subject == f"Break {identity}"


def test_a_row_that_agrees_is_no_break(run: Path) -> None:
    trail = follow(run, str((DAYS - 1) * KEYS + 5))
    assert trail.outcome == "agrees"
    assert [each.name for each in trail.steps] == ["source"]


def test_a_row_that_there_is_not_is_refused(run: Path) -> None:
    with pytest.raises(InputError, match=f"has rows 1 to {DAYS * KEYS}"):
        follow(run, "5000")


def test_other_jobs_are_not_explained(run: Path, tmp_path: Path) -> None:
    text = (run / "run.json").read_text(encoding="utf-8")
    (tmp_path / "run.json").write_text(
        text.replace('"job": "analyze"', '"job": "rootcause"'), encoding="utf-8"
    )
    with pytest.raises(InputError, match="is a run of rootcause; rows of reconcile, analyze and"):
        explain(ExplainJob(run=str(tmp_path), subject="1"))


def test_a_break_is_followed_to_its_incident(tmp_path: Path) -> None:
    rows = ["id,day,desk,difference"]
    for day in range(30):
        on = date(2025, 1, 1) + timedelta(days=day)
        count = 120 if day == 29 else 40
        rows += [
            f"B{day}-{n},{on},{'D3' if n >= 40 else f'D{n % 8}'},{n + 1}" for n in range(count)
        ]
    (tmp_path / "breaks.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    run = analyze(AnalyzeJob(breaks=str(tmp_path / "breaks.csv"), out=tmp_path / "run")).out
    trail = follow(run, str(len(rows) - 1))
    assert facts(trail, "incident")["condition"] == "desk=D3"
    assert facts(trail, "incident")["trend"] == "rising"
