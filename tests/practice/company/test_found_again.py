"""What was planted is what the engine finds, on columns it has never been told about."""

import csv
from pathlib import Path

import polars as pl
import pytest

from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile
from tieout.practice.company import CompanyFiles, write_company

Rows = frozenset[tuple[str, int]]


@pytest.fixture(scope="module", params=[1, 2])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the books of a seed."""
    folder = tmp_path_factory.mktemp(f"company-{request.param}")
    write_company(folder, seed=request.param)
    return folder


@pytest.fixture(scope="module")
def run(company: Path) -> ReconcileResult:
    """The books reconciled without a spec."""
    books = CompanyFiles(*(company / f"{n}.csv" for n in ("statement", "cashbook", "labels")))
    return reconcile(
        ReconcileJob(left=str(books.bank), right=str(books.ledger), out=company / "run")
    )


def planted(company: Path) -> dict[tuple[str, int], str]:
    """Cause by side and row."""
    causes = {}
    with (company / "labels.csv").open(encoding="utf-8", newline="") as lines:
        for label in csv.DictReader(lines):
            for side in ("left", "right"):
                if label[f"{side}_row"]:
                    causes[side, int(label[f"{side}_row"])] = label["cause"]
    return causes


def found(run: ReconcileResult) -> dict[tuple[str, int], str]:
    """Bucket by side and row."""
    breaks = pl.read_parquet(run.out / "breaks.parquet")
    return {
        (side, row): bucket
        for left, right, bucket in breaks.select("left_rows", "right_rows", "bucket").iter_rows()
        for side, rows in (("left", left), ("right", right))
        for row in rows
    }


def test_every_planted_row_is_found_with_its_cause(company: Path, run: ReconcileResult) -> None:
    wrong = {
        row: (cause, found(run).get(row))
        for row, cause in planted(company).items()
        if found(run).get(row) != cause
    }
    assert wrong == {}


def test_nothing_that_agrees_is_called_a_break(company: Path, run: ReconcileResult) -> None:
    assert set(found(run)) - set(planted(company)) == set()


def test_the_columns_are_understood_without_a_spec(run: ReconcileResult) -> None:
    spec = run.manifest.spec
    left, right = spec["left"], spec["right"]
    assert (left["key"], right["key"]) == (["Reference"], ["document_no"])
    assert (left["date"]["column"], right["date"]["column"]) == ("Booking date", "posting_date")
    assert (left["amount"]["column"], left["amount"]["format"]["decimal"]) == ("Amount", ",")
    assert (right["amount"]["debit"], right["amount"]["credit"]) == ("debit", "credit")
    assert (left["original_currency"], right["original_currency"]) == (
        "Original currency",
        "original_currency",
    )


def test_payment_runs_and_card_settlements_match_by_their_sums(run: ReconcileResult) -> None:
    matches = pl.read_parquet(run.out / "matches.parquet")
    kinds = dict(matches["kind"].value_counts().iter_rows())
    assert set(kinds) == {"one_to_one", "one_to_many"}
    assert kinds["one_to_many"] > 300


def test_every_row_is_accounted_for(run: ReconcileResult) -> None:
    assert all(side.holds for side in run.manifest.conservation.values())
    assert run.manifest.counts["rejected"] == {"left": 0, "right": 0}


def test_the_fee_of_the_card_processor_is_learnt(run: ReconcileResult) -> None:
    breaks = pl.read_parquet(run.out / "breaks.parquet")
    cards = breaks.filter(pl.col("key").str.starts_with("STL-"), pl.col("bucket") == "fee_or_tax")
    assert cards.height == 12
    assert cards["evidence"].str.contains("= 0.25 + 1.4% x ", literal=True).all()
