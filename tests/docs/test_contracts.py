"""The contracts are what a run writes."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
from typer.testing import CliRunner

from tieout.cli.main import app
from tieout.cli.reconcile import result_object
from tieout.model.buckets import CAUSES, NEXT_STEP
from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile

CONTRACTS = "docs/reference/columns.md"
ROOT = Path(__file__).parents[2]
Cells = Callable[[str, str], list[str]]
Types = Callable[[str, str], dict[str, str]]
Schema = Callable[[Path], dict[str, str]]


def test_the_columns_of_matches_are_those_of_the_contract(
    small_run: ReconcileResult, types_of: Types, schema_of: Schema
) -> None:
    found = schema_of(small_run.out / "matches.parquet")
    assert found == types_of(CONTRACTS, "## matches.parquet")


def test_the_columns_of_breaks_are_those_of_the_contract(
    small_run: ReconcileResult, first_cells: Cells, types_of: Types, schema_of: Schema
) -> None:
    found = schema_of(small_run.out / "breaks.parquet")
    assert found == types_of(CONTRACTS, "## breaks.parquet and breaks.csv")
    header = (small_run.out / "breaks.csv").read_text("utf-8").splitlines()[0]
    assert header.split(",") == first_cells(CONTRACTS, "## breaks.parquet and breaks.csv")


def test_the_columns_of_open_items_are_those_of_the_contract(
    small_run: ReconcileResult, types_of: Types, schema_of: Schema
) -> None:
    found = schema_of(small_run.out / "open_items.parquet")
    plain = {name: kind for name, kind in found.items() if not name.startswith("record_")}
    assert plain == types_of(CONTRACTS, "## open_items.parquet")
    assert {"record_key_0", "record_amount", "record_date"} <= set(found)


def test_the_columns_of_carried_items_are_those_of_the_contract(
    small_run: ReconcileResult, tmp_path: Path, types_of: Types, schema_of: Schema
) -> None:
    left, right = (given.location for given in small_run.manifest.inputs)
    name = str(small_run.out)
    out = reconcile(
        ReconcileJob(left=left, right=right, out=tmp_path / "out", carry_forward=name)
    ).out
    found = schema_of(out / "carried.parquet")
    plain = {name: kind for name, kind in found.items() if not name.startswith("record_")}
    assert plain == types_of(CONTRACTS, "## carried.csv and carried.parquet")
    header = (out / "carried.csv").read_text("utf-8").splitlines()[0]
    assert header.split(",") == list(plain)


def test_the_columns_of_rejects_are_those_of_the_contract(
    small_run: ReconcileResult, first_cells: Cells
) -> None:
    lines = (small_run.out / "rejects.csv").read_text("utf-8").splitlines()
    assert lines[0].split(",") == first_cells(CONTRACTS, "## rejects.csv")
    assert len(lines) == 2


def test_the_columns_of_incidents_are_those_of_the_contract(
    small_run: ReconcileResult, first_cells: Cells
) -> None:
    lines = (small_run.out / "incidents.csv").read_text("utf-8").splitlines()
    assert lines[0].split(",") == first_cells(CONTRACTS, "## incidents.csv")


def test_the_manifest_has_the_fields_of_the_contract(small_run: ReconcileResult) -> None:
    text = (ROOT / CONTRACTS).read_text("utf-8")
    manifest = json.loads((small_run.out / "run.json").read_text("utf-8"))
    rows = text.split("\n## run.json\n")[1].split("\n##")[0].splitlines()
    fields = [row.split("`")[1] for row in rows if row.startswith("| `")]
    assert list(manifest) == fields
    for field in ("options", "counts"):
        row = next(row for row in rows if row.startswith(f"| `{field}`"))
        assert row.split("`")[3::2] == list(manifest[field])
    assert set(manifest["outputs"]) < {path.name for path in small_run.out.iterdir()}


def test_json_has_the_fields_of_the_contract(
    small_run: ReconcileResult, first_cells: Cells
) -> None:
    assert list(result_object(small_run)) == first_cells(CONTRACTS, "## JSON on stdout")


def test_the_labels_of_practice_data_are_those_of_the_contract(
    tmp_path: Path, first_cells: Cells
) -> None:
    options = ["generate", "breaks", "--rows", "400", "--out", str(tmp_path)]
    assert CliRunner().invoke(app, options).exit_code == 0
    labels = pl.read_parquet(tmp_path / "labels.parquet")
    assert labels.columns == first_cells(CONTRACTS, "## Practice labels")
    assert set(labels["cause"]) <= {"clean", *(str(bucket) for bucket in CAUSES)}


def test_the_files_of_a_run_are_those_that_the_docs_name(
    small_run: ReconcileResult, first_cells: Cells
) -> None:
    named = first_cells("docs/concepts/run-folder.md", "# Run folder")
    assert sorted(named) == sorted(path.name for path in small_run.out.iterdir())


def test_every_bucket_and_its_next_step_are_in_the_docs() -> None:
    text = (ROOT / "docs" / "concepts" / "buckets.md").read_text("utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    steps = {row[1].strip(" `"): row[3].strip() for row in rows}
    assert steps == {str(bucket): step for bucket, step in NEXT_STEP.items()}


def test_the_example_of_evidence_is_what_a_run_says(tmp_path: Path) -> None:
    left, right, spec = tmp_path / "l.csv", tmp_path / "r.csv", tmp_path / "s.yaml"
    left.write_text("key,amount,ccy\nA-1,99.90,EUR\n")
    right.write_text("key,amount,ccy\nA-1,96.70,EUR\n")
    spec.write_text(
        "left: {name: l, key: key, amount: amount, currency: ccy}\n"
        "right: {name: r, key: key, amount: amount, currency: ccy}\n"
        "passes: [{exact: {on: [key, currency, amount]}}]\n"
        "evidence: {fees: [{fixed: 0.30, percent: 2.9}]}\n"
    )
    out = tmp_path / "run"
    words = ["reconcile", str(left), str(right), "--spec", str(spec), "--out", str(out)]
    assert CliRunner().invoke(app, words).exit_code == 0
    evidence = pl.read_parquet(out / "breaks.parquet")["evidence"].item()
    shown = (ROOT / "docs" / "concepts" / "buckets.md").read_text("utf-8")
    assert f"`{evidence}`" in shown
