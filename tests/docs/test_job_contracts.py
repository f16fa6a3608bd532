"""The contracts are what the jobs beside reconciling write."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from tieout.cli.analyze import analyze_measures, analyze_object
from tieout.cli.detect import detection_object, measures
from tieout.cli.main import app
from tieout.cli.rootcause import root_cause_object
from tieout.model.manifest import RunManifest
from tieout.model.table import TableRole
from tieout.pipeline.analyze import AnalyzeJob, AnalyzeResult, analyze
from tieout.pipeline.detection import DetectJob, DetectResult, detect
from tieout.pipeline.rootcause import RootCauseJob, RootCauseResult, root_cause

CONTRACTS = "docs/reference/columns.md"
ROOT = Path(__file__).parents[2]
Cells = Callable[[str, str], list[str]]
Types = Callable[[str, str], dict[str, str]]
Schema = Callable[[Path], dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace for all runs of this file."""
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def practice(folder: Path) -> dict[str, dict[str, Any]]:
    """What `tieout generate --json` prints for each kind."""
    printed = {}
    for kind, rows in (("breaks", "300"), ("payments", "600"), ("ledger", "3000")):
        words = ["generate", kind, "--rows", rows, "--out", str(folder / kind), "--json"]
        done = CliRunner().invoke(app, [*words, "--workspace", str(folder)])
        printed[kind] = json.loads(done.stdout)
    return printed


@pytest.fixture(scope="module")
def detected(folder: Path, practice: dict[str, dict[str, Any]]) -> DetectResult:
    """Practice payments, judged and measured by their labels."""
    payments = practice["payments"]
    return detect(
        DetectJob(
            file=payments["transactions"],
            labels=payments["labels"],
            profile="payments",
            out=folder / "detected",
            workspace=folder,
        )
    )


@pytest.fixture(scope="module")
def analyzed(folder: Path) -> AnalyzeResult:
    """Balances of 21 days and 24 accounts, one of them far off on the last day."""
    lines = ["account,day,ledger,custodian"]
    for day in range(1, 22):
        for account in range(24):
            gap = (day * 37 + account * 53) % 41 - 20
            gap = 9000 if (day, account) == (21, 7) else gap
            lines.append(f"A{account:03},2026-03-{day:02},{5000 + gap}.00,5000.00")
    path = folder / "balances.csv"
    path.write_text("\n".join([*lines, "A001,2026-03-21,many,5000.00"]) + "\n")
    return analyze(AnalyzeJob(breaks=str(path), out=folder / "analyzed", workspace=folder))


@pytest.fixture(scope="module")
def explained(folder: Path) -> RootCauseResult:
    """Declines of two regions and two issuers; in one of the four they rise at the end."""
    lines = ["minute,region,issuer,declined,total"]
    for minute in range(6):
        for region in ("EU", "US"):
            for issuer in ("Alfa", "Bravo"):
                hit = (minute, region, issuer) == (5, "US", "Bravo")
                lines.append(f"2026-05-04T09:0{minute},{region},{issuer},{90 if hit else 9},200")
    path = folder / "declines.csv"
    path.write_text("\n".join(lines) + "\n")
    job = RootCauseJob(
        file=str(path), value="declined", total="total", out=folder / "cause", workspace=folder
    )
    return root_cause(job)


def header(path: Path) -> list[str]:
    """The columns of a CSV file."""
    return path.read_text("utf-8").splitlines()[0].split(",")


def words_of(heading: str, field: str) -> list[str]:
    """The code words in the second cell of a field's row."""
    section = (ROOT / CONTRACTS).read_text("utf-8").split(f"\n{heading}\n")[1].split("\n##")[0]
    row = next(row for row in section.splitlines() if row.startswith(f"| `{field}`"))
    return row.split("|")[2].split("`")[1::2]


def test_the_scored_rows_have_the_columns_of_the_contract(
    detected: DetectResult, types_of: Types, schema_of: Schema
) -> None:
    heading = "## transactions_scored.csv and transactions_scored.parquet"
    schema = list(schema_of(detected.out / "transactions_scored.parquet").items())
    expected = list(types_of(CONTRACTS, heading).items())
    given = schema[: -len(expected)]
    assert schema[len(given) :] == expected
    assert {kind for _, kind in given} == {"text"}
    assert header(detected.out / "transactions_scored.csv") == [name for name, _ in schema]


@pytest.mark.parametrize(
    "name", ["thresholds.csv", "metrics_by_type.csv", "confusion_matrix.csv", "entities.csv"]
)
def test_a_table_of_a_detection_has_the_columns_of_the_contract(
    detected: DetectResult, first_cells: Cells, name: str
) -> None:
    assert header(detected.out / name) == first_cells(CONTRACTS, f"## {name}")


def test_a_case_has_the_columns_of_the_contract_around_its_facts(
    detected: DetectResult, first_cells: Cells
) -> None:
    columns = header(detected.out / "cases.csv")
    expected = first_cells(CONTRACTS, "## cases.csv")
    facts = columns[2 : 2 + len(columns) - len(expected)]
    assert [name for name in columns if name not in facts] == expected
    assert 0 < len(facts) <= 6
    assert set(facts) <= set(detected.manifest.spec["roles"].values())


def test_the_roles_that_cases_show_are_roles() -> None:
    text = (ROOT / CONTRACTS).read_text("utf-8").split("\n## cases.csv\n")[1]
    words = " ".join(text.split("with the roles ")[1].split(", in this order")[0].split())
    named = words.replace(" and ", ", ").split(", ")
    assert set(named) <= {str(role) for role in TableRole}


def test_the_breaks_of_an_analysis_have_the_columns_of_the_contract(
    analyzed: AnalyzeResult, types_of: Types, schema_of: Schema
) -> None:
    found = schema_of(analyzed.out / "breaks.parquet")
    assert found == types_of(CONTRACTS, "## breaks.parquet and breaks.csv")
    judged = pl.read_parquet(analyzed.out / "breaks.parquet")
    filled = ("score", "p_value", "anomalous", "reasons", "severity")
    assert judged.select(filled).null_count().sum_horizontal().item() == 0
    assert judged["right_rows"].list.len().sum() == 0


def test_incidents_have_the_columns_of_the_contract(
    analyzed: AnalyzeResult, first_cells: Cells
) -> None:
    found = header(analyzed.out / "incidents.csv")
    assert found == first_cells(CONTRACTS, "## incidents.csv")


def test_causes_have_the_columns_of_the_contract(
    explained: RootCauseResult, first_cells: Cells
) -> None:
    assert header(explained.out / "causes.csv") == first_cells(CONTRACTS, "## causes.csv")
    assert explained.report.named == ("region=US & issuer=Bravo",)


@pytest.mark.parametrize("job", ["detection", "analysis", "root cause"])
def test_the_manifest_of_a_job_has_the_fields_of_the_contract(
    job: str,
    detected: DetectResult,
    analyzed: AnalyzeResult,
    explained: RootCauseResult,
    first_cells: Cells,
) -> None:
    manifests: dict[str, RunManifest] = {
        "detection": detected.manifest,
        "analysis": analyzed.manifest,
        "root cause": explained.manifest,
    }
    manifest = manifests[job]
    article = "an" if job == "analysis" else "a"
    heading = f"### run.json of {article} {job}"
    fields = first_cells(CONTRACTS, heading)
    assert set(fields) <= set(RunManifest.model_fields)
    for field in ("options", "counts", "spec"):
        if field in fields:
            assert words_of(heading, field) == list(getattr(manifest, field)), field
    assert words_of(heading, "outputs") == list(manifest.outputs)
    sides = [part.side for part in manifest.inputs]
    assert sides == words_of(heading, "inputs")[: len(sides)]
    assert set(manifest.conservation) <= set(words_of(heading, "conservation"))


def test_the_quality_of_a_detection_has_the_figures_of_the_contract(
    detected: DetectResult,
) -> None:
    text = (ROOT / CONTRACTS).read_text("utf-8").split("\n`quality` is there")[1].split("\n\n")[0]
    assert text.split("`")[3::2] == list(detected.manifest.counts["quality"])


def test_json_of_each_job_has_the_fields_of_the_contract(
    detected: DetectResult,
    analyzed: AnalyzeResult,
    explained: RootCauseResult,
    first_cells: Cells,
) -> None:
    for command, printed in (
        ("detect", detection_object(detected)),
        ("analyze", analyze_object(analyzed)),
        ("rootcause", root_cause_object(explained)),
    ):
        heading = f"### `tieout {command} --json`"
        assert list(printed) == first_cells(CONTRACTS, heading), command


def test_json_of_an_explanation_has_the_fields_of_the_contract(
    analyzed: AnalyzeResult, first_cells: Cells
) -> None:
    row = analyzed.report.anomalous["left_rows"].explode()[0]
    done = CliRunner().invoke(app, ["explain", str(analyzed.out), str(row), "--json"])
    printed = json.loads(done.stdout)
    assert list(printed) == first_cells(CONTRACTS, "### `tieout explain --json`")
    assert f"`{printed['outcome']}`" in (ROOT / CONTRACTS).read_text("utf-8")
    assert {tuple(step) for step in printed["steps"]} == {("step", "facts", "notes")}


def test_json_of_practice_data_has_the_fields_of_the_contract(
    practice: dict[str, dict[str, Any]],
) -> None:
    for kind, printed in practice.items():
        said = words_of("### `tieout generate --json`", kind)
        assert [word for word in said if not word.startswith("{")] == list(printed), kind


def test_json_of_the_doctor_has_the_fields_of_the_contract(folder: Path) -> None:
    done = CliRunner().invoke(app, ["doctor", "--json", "--workspace", str(folder)])
    text = (ROOT / CONTRACTS).read_text("utf-8").split("### `tieout doctor --json`\n")[1]
    outer, *inner = text.split("\n\n")[0].split("`")[1::2]
    printed = json.loads(done.stdout)
    assert list(printed) == [outer]
    assert {tuple(check) for check in printed[outer]} == {tuple(inner)}


def test_the_measures_of_limits_are_those_of_the_contract(
    detected: DetectResult, analyzed: AnalyzeResult
) -> None:
    section = (ROOT / CONTRACTS).read_text("utf-8").split("\n### `--fail-on`\n")[1]
    named: dict[str, list[str]] = {}
    command = ""
    for line in section.split("\n## ")[0].splitlines():
        cells = [cell.strip(" `") for cell in line.split("|")]
        if len(cells) == 5 and cells[2] and cells[2] != "measure" and "-" not in cells[2]:
            command = cells[1] or command
            named.setdefault(command, []).append(cells[2])
    assert set(named["tieout detect"]) == set(measures(detected))
    assert set(named["tieout analyze"]) == set(analyze_measures(analyzed))
    assert set(named["tieout reconcile"]) == {"breaks", "share", "amount"}


def test_a_bare_number_is_of_the_first_measure(folder: Path, analyzed: AnalyzeResult) -> None:
    broken = analyze_measures(analyzed)["breaks"]
    words = ["analyze", str(folder / "balances.csv"), "--out", str(folder / "limited")]
    for limit, code in ((broken, 0), (broken - Decimal(1), 3)):
        assert CliRunner().invoke(app, [*words, "--fail-on", str(limit)]).exit_code == code


def test_practice_labels_and_accounts_have_the_columns_of_the_contract(
    practice: dict[str, dict[str, Any]], first_cells: Cells
) -> None:
    text = (ROOT / CONTRACTS).read_text("utf-8")
    section = text.split("### labels.parquet of payments and the ledger\n")[1].split("\n###")[0]
    for kind in ("payments", "ledger"):
        labels = pl.read_parquet(practice[kind]["labels"])
        heading = "### labels.parquet of payments and the ledger"
        assert labels.columns == first_cells(CONTRACTS, heading)
        types = set(labels["anomaly_type"].drop_nulls())
        assert types == set(practice[kind]["anomalies"]) != set()
        assert [name for name in types if f"`{name}`" not in section] == []
    accounts = Path(practice["ledger"]["accounts"])
    assert header(accounts) == first_cells(CONTRACTS, "### accounts.csv")


def test_a_workspace_keeps_the_files_of_the_contract(
    detected: DetectResult, folder: Path, first_cells: Cells
) -> None:
    kept = folder / ".tieout"
    assert sorted(path.name for path in kept.iterdir()) == first_cells(
        CONTRACTS, "## A workspace's own files"
    )
    known = json.loads((kept / "latest.json").read_text("utf-8"))
    assert [each["kind"] for each in known["data_sets"]] == ["journal", "payments", "breaks"]
    assert {tuple(each) for each in known["data_sets"]} == {("kind", "path")}
    assert sorted(path.suffix for path in (kept / "models").iterdir()) == [".json", ".npz"]


def test_the_files_of_each_job_are_those_that_the_docs_name(
    detected: DetectResult, analyzed: AnalyzeResult, explained: RootCauseResult
) -> None:
    text = (ROOT / "docs" / "concepts" / "run-folder.md").read_text("utf-8")
    section = text.split("\n## Other jobs\n")[1].split("\n## ")[0]
    every = section.split("`")[1:6:2]
    rows = [line.split("|") for line in section.splitlines() if line.count("|") == 3]
    named = {row[1].strip(): [*every, *row[2].split("`")[1::2]] for row in rows[2:]}
    for job, out in (
        ("detect", detected.out),
        ("analyze", analyzed.out),
        ("rootcause", explained.out),
    ):
        assert sorted(named[job]) == sorted(path.name for path in out.iterdir())


def test_readers_are_told_of_every_job() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for job in ("reconcile", "detect", "analyze", "rootcause", "generate", "repeat"):
        assert f"`tieout {job}" in text
