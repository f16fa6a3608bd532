"""The column `proposal` of a run."""

from pathlib import Path

import polars as pl
import pytest

from tieout.pipeline.reconcile import ReconcileJob, reconcile
from tieout.pipeline.repeat import repeat

SPEC = """
left: {name: bank, key: key, amount: amount, currency: ccy, date: day}
right: {name: ledger, key: key, amount: amount, currency: ccy, date: day, party: who}
passes: [{exact: {on: [key, currency, amount, date]}}]
evidence: {fees: [{percent: 2.9}]}
"""
LEFT = "key,amount,ccy,day\nA-1,97.10,EUR,2026-03-02\nA-2,50.00,EUR,2026-03-03\n"
RIGHT = "key,amount,ccy,day,who\nA-1,100.00,EUR,2026-03-02,Acme\nA-2,50.00,EUR,2026-03-04,Acme\n"
RESOLVE = "accounts: {fee_or_tax: {difference: '6800', balance: '1010'}}\n"


@pytest.fixture
def job(tmp_path: Path) -> ReconcileJob:
    """A fee and a payment that came a day later."""
    for name, text in (("l.csv", LEFT), ("r.csv", RIGHT), ("s.yaml", SPEC)):
        (tmp_path / name).write_text(text)
    return ReconcileJob(
        left=str(tmp_path / "l.csv"),
        right=str(tmp_path / "r.csv"),
        spec=tmp_path / "s.yaml",
        workspace=tmp_path,
        out=tmp_path / "run",
    )


def proposals(folder: Path) -> dict[str, str | None]:
    found = pl.read_parquet(folder / "breaks.parquet")
    return dict(found.select("bucket", "proposal").iter_rows())


def test_without_resolve_yaml_only_what_needs_nothing_is_proposed(job: ReconcileJob) -> None:
    assert proposals(reconcile(job).out) == {
        "fee_or_tax": None,
        "timing": "Carry forward until 2026-03-09.",
    }


def test_a_workspace_that_names_accounts_gets_entries(job: ReconcileJob, tmp_path: Path) -> None:
    (tmp_path / "resolve.yaml").write_text(RESOLVE)
    found = proposals(reconcile(job).out)
    assert found["fee_or_tax"] == "Book 2.90 EUR: debit 6800, credit 1010."


def test_a_run_is_repeated_with_what_resolve_yaml_said_then(
    job: ReconcileJob, tmp_path: Path
) -> None:
    (tmp_path / "resolve.yaml").write_text(RESOLVE)
    first = reconcile(job)
    (tmp_path / "resolve.yaml").unlink()
    again = repeat(first.out, out=tmp_path / "again")
    assert (again.out / "breaks.parquet").read_bytes() == (
        first.out / "breaks.parquet"
    ).read_bytes()
