"""A spec may ask that what was booked and taken back on one side ties out by itself."""

from pathlib import Path

import polars as pl

from tieout.pipeline.explain_run import ExplainJob, explain
from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile

SPEC = """
left: {name: bank, key: [ref], amount: amount}
right: {name: ledger, key: [ref], amount: amount}
passes:
- exact: {on: [key, amount]}
- netting: {on: [key]}
"""
BANK = "ref,amount\nA,10.00\nB,5.00\nB,-5.00\nC,1.00\n"
LEDGER = "ref,amount\nA,10.00\nD,2.00\nD,3.00\nD,-5.00\nE,7.00\nE,-7.01\n"


def netted(folder: Path) -> ReconcileResult:
    for name, text in (("bank.csv", BANK), ("ledger.csv", LEDGER), ("spec.yaml", SPEC)):
        (folder / name).write_text(text, encoding="utf-8")
    return reconcile(
        ReconcileJob(
            left=str(folder / "bank.csv"),
            right=str(folder / "ledger.csv"),
            spec=folder / "spec.yaml",
            out=folder / "out",
        )
    )


def test_rows_that_cancel_are_matches_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    manifest = netted(tmp_path).manifest
    assert manifest.counts["matched"] == {"groups": 3, "rows_left": 3, "rows_right": 4}
    assert all(side.holds for side in manifest.conservation.values())
    matches = pl.read_parquet(tmp_path / "out" / "matches.parquet")
    found = matches.select("match_id", "pass", "kind", "left_rows", "right_rows").rows()
    assert found == [
        ("M1", "exact", "one_to_one", [1], [1]),
        ("M2", "netting", "netting", [2, 3], []),
        ("MR2", "netting", "netting", [], [2, 3, 4]),
    ]


def test_the_report_counts_what_the_pass_matched(tmp_path: Path) -> None:
    passes = netted(tmp_path).report.passes
    shown = [(each.pass_name, each.kind, each.rows_left, each.rows_right) for each in passes]
    assert ("netting", "netting", 2, 3) in shown


def test_a_row_that_did_not_cancel_says_what_its_key_adds_up_to(tmp_path: Path) -> None:
    netted(tmp_path)
    trail = explain(ExplainJob(run=str(tmp_path / "out"), side="right", subject="5"))
    told = {name: text for step in trail.steps for name, text in step.facts}
    assert "2 right rows (5, 6) add up to -0.01" in told["netting"]
