"""Cases of a detection that share a cause are one incident."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tieout.export.detect_report import detect_page
from tieout.model.errors import InputError
from tieout.pipeline.detection import DetectJob, DetectResult, detect
from tieout.pipeline.detection.incidents import attributes
from tieout.pipeline.detection.job import job_of
from tieout.pipeline.explain_run import ExplainJob, explain
from tieout.pipeline.run_query.findings import read_findings
from tieout.sources.typed.read import read_table

ROWS, MISSES = 60_000, 2_000
RULES = """rules_version: 1
name: answers
rules:
- id: no-answer
  title: The gateway did not answer
  when: answer = 'timeout'
  reason: "{answer}"
  may_flag_above: 0.2
"""
START = datetime(2026, 3, 2, 8)  # noqa: DTZ001 - as written in a file


def payments(path: Path, *, gateway: str = "G4", seed: int = 3) -> set[int]:
    """Payments of two days; one gateway stops answering web payments for two hours. Its rows."""
    chance = np.random.default_rng(seed)
    gateways = chance.choice(["G1", "G2", "G3", "G4", "G5"], ROWS)
    channels = chance.choice(["web", "pos", "app"], ROWS)
    minutes = np.sort(chance.integers(0, 2 * 1440, ROWS))
    failed = np.flatnonzero((gateways == gateway) & (channels == "web") & (minutes >= 1440))
    failed = failed[:MISSES]
    answers = np.where(chance.random(ROWS) < 0.004, "timeout", "ok")
    answers[failed] = "timeout"
    pl.DataFrame(
        {
            "payment": [f"P{seed}-{row}" for row in range(ROWS)],
            "at": [f"{START + timedelta(minutes=int(each)):%Y-%m-%dT%H:%M:%S}" for each in minutes],
            "gateway": gateways,
            "channel": channels,
            "customer": [f"C{each}" for each in chance.integers(0, 3_000, ROWS)],
            "amount": np.exp(chance.normal(3, 0.6, ROWS)).round(2),
            "answer": answers,
        }
    ).write_csv(path)
    return {int(row) + 1 for row in failed}


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> tuple[DetectResult, set[int], Path]:
    """A detection with one upstream failure of 2,000 misses, and its rows."""
    folder = tmp_path_factory.mktemp("outage")
    failed = payments(folder / "payments.csv")
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    job = DetectJob(
        file=str(folder / "payments.csv"),
        rules=folder / "rules.yaml",
        workspace=folder,
        out=folder / "runs" / "20260304T000000Z-detect",
    )
    return detect(job), failed, folder


def test_one_failure_of_two_thousand_misses_is_one_incident(
    outage: tuple[DetectResult, set[int], Path],
) -> None:
    result, failed, _ = outage
    first = result.report.incidents.row(0, named=True)
    assert first["condition"] == "channel=web & gateway=G4"
    assert first["bucket"] == "no-answer"
    assert result.report.incidents.filter(pl.col("findings") >= 100).height == 1
    cases = pl.read_csv(result.out / "cases.csv")
    members = set(cases.filter(pl.col("incident_id") == first["incident_id"])["row"])
    assert len(failed & members) >= 0.99 * MISSES
    assert len(members - failed) <= 0.01 * MISSES
    assert first["findings"] == len(members)


def test_cases_that_share_nothing_stay_single(
    outage: tuple[DetectResult, set[int], Path],
) -> None:
    result, failed, _ = outage
    cases = pl.read_csv(result.out / "cases.csv")
    others = cases.filter(~pl.col("row").is_in(list(failed)))
    assert others.height > 100
    assert others["incident_id"].null_count() >= 0.9 * others.height


def test_the_amount_of_an_incident_is_that_of_its_rows(
    outage: tuple[DetectResult, set[int], Path],
) -> None:
    result, _, folder = outage
    first = result.report.incidents.row(0, named=True)
    cases = pl.read_csv(result.out / "cases.csv").filter(
        pl.col("incident_id") == first["incident_id"]
    )
    file = pl.read_csv(folder / "payments.csv").with_row_index("row", offset=1)
    amounts = file.filter(pl.col("row").is_in(cases["row"].implode()))["amount"]
    assert round(float(first["amount"]), 2) == round(float(amounts.sum()), 2)


def test_the_files_the_page_and_the_words_tell_of_it(
    outage: tuple[DetectResult, set[int], Path],
) -> None:
    result, _, _ = outage
    identity = result.report.incidents["incident_id"][0]
    summary = (result.out / "summaries.md").read_text("utf-8")
    assert f"### {identity}" in summary
    assert "where channel=web and gateway=G4" in summary
    assert "## Oddest single cases" in summary
    assert "in cases.csv." in summary
    page = detect_page(result.report)
    assert identity in page
    assert "Cases that share a cause are one incident." in page
    assert result.manifest.counts["incidents"] == result.report.incidents.height
    assert "incidents.csv" in result.manifest.outputs


def test_the_queue_hears_of_one_incident(outage: tuple[DetectResult, set[int], Path]) -> None:
    result, failed, _ = outage
    found = read_findings(result.out)
    identity = result.report.incidents["incident_id"][0]
    assert identity in found.incidents["incident_id"].to_list()
    members = found.findings.filter(pl.col("incident_id") == identity)
    assert len(failed & set(members["place"])) >= 0.99 * MISSES


def test_a_row_is_followed_to_its_incident(outage: tuple[DetectResult, set[int], Path]) -> None:
    result, failed, folder = outage
    trail = explain(ExplainJob(run=str(result.out), subject=str(min(failed)), workspace=folder))
    step = next(each for each in trail.steps if each.name == "incident")
    assert dict(step.facts)["condition"] == "channel=web & gateway=G4"


def test_an_incident_that_goes_on_keeps_its_name_and_says_how_it_grew(
    outage: tuple[DetectResult, set[int], Path],
) -> None:
    result, _, folder = outage
    before = result.report.incidents.row(0, named=True)
    again = detect(
        DetectJob(
            file=str(folder / "payments.csv"), rules=folder / "rules.yaml", workspace=folder,
            out=folder / "again",
        )
    )  # fmt: skip
    first = again.report.incidents.row(0, named=True)
    assert (first["incident_id"], first["trend"]) == (before["incident_id"], "steady")
    assert before["trend"] == "new"
    assert again.manifest.options["earlier_runs"] == ["20260304T000000Z-detect"]
    repeated = job_of(again.manifest, workspace=folder, out=folder / "repeated")
    assert repeated.earlier == ("20260304T000000Z-detect",)


def test_a_run_whose_incidents_went_on_has_to_be_there(
    outage: tuple[DetectResult, set[int], Path],
) -> None:
    _, _, folder = outage
    job = DetectJob(
        file=str(folder / "payments.csv"), workspace=folder, earlier=("gone",), out=folder / "no"
    )
    with pytest.raises(InputError, match="run gone is gone"):
        detect(job)


def test_attributes_are_columns_of_roles_and_of_few_values(tmp_path: Path) -> None:
    from tieout.engines.duckdb import DuckDBEngine

    path = tmp_path / "rows.csv"
    rows = [f"{n},K{n % 3},{n % 7 + 0.5},T{n},one" for n in range(400)]
    path.write_text("\n".join(["id,kind,amount,text,same", *rows]) + "\n", encoding="utf-8")
    with DuckDBEngine() as engine:
        table = read_table(str(path), engine=engine, workdir=tmp_path).table
    assert attributes(table) == ["kind"]


def test_a_run_that_flags_nothing_has_no_incident(tmp_path: Path) -> None:
    rows = [f"{n},{10 + n % 5}.00,K{n % 3}" for n in range(300)]
    (tmp_path / "rows.csv").write_text("\n".join(["id,amount,kind", *rows]), encoding="utf-8")
    result = detect(
        DetectJob(file=str(tmp_path / "rows.csv"), workspace=tmp_path, out=tmp_path / "run")
    )
    cases = pl.read_csv(result.out / "cases.csv")
    assert cases["incident_id"].null_count() == cases.height
    assert pl.read_csv(result.out / "incidents.csv").height == result.report.incidents.height == 0
