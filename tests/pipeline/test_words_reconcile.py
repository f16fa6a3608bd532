"""Words beside the records of a reconciliation, from two files to its breaks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile

Run = Callable[..., ReconcileResult]
WORDED = """
    ref amount ccy text
    A1  10.00  EUR coffee
    B2  75.00  EUR {}
    C3  12.00  EUR coffee
"""
WORDLESS = "ref amount ccy text\nA1 10.00 EUR coffee\nC3 12.00 EUR coffee"
# Without dates nobody knows when a missing record is due: no evidence proves that it is late.
SIDE = {"key": ["ref"], "amount": "amount", "currency": "ccy", "comment": "text"}


@pytest.fixture
def heard(
    write: Callable[..., Path], write_spec: Callable[..., Path], tmp_path: Path
) -> Callable[..., ReconcileResult]:
    """Reconciles a bank of three records with books of two; B2, with these words, is missing."""

    def carry_out(words: str, *, out: str = "out", **spec: Any) -> ReconcileResult:
        job = ReconcileJob(
            left=str(write("bank.csv", WORDED.format(words))),
            right=str(write("books.csv", WORDLESS)),
            spec=write_spec(
                left={"name": "bank", **SIDE},
                right={"name": "books", **SIDE},
                passes=[{"exact": {"on": ["key", "currency", "amount"]}}],
                words=spec,
            ),
            out=tmp_path / out,
            workspace=tmp_path,
        )
        return reconcile(job)

    return carry_out


def break_of(result: ReconcileResult) -> dict[str, Any]:
    """The one break of a run."""
    return pl.read_parquet(result.out / "breaks.parquet").row(0, named=True)


def test_words_name_a_break_that_no_evidence_proves(heard: Run) -> None:
    found = break_of(heard("in-transit"))
    assert found["bucket"] == "timing"
    assert "the words say timing" in found["evidence"]
    assert found["resolution"].startswith("Carry forward")


def test_words_that_name_no_cause_change_nothing(heard: Run) -> None:
    found = break_of(heard("coffee"))
    assert found["bucket"] == "missing_right"
    assert "words" not in found["evidence"]


def test_words_are_not_heard_where_the_spec_says_so(heard: Run) -> None:
    assert break_of(heard("in-transit", use=False))["bucket"] == "missing_right"


def test_a_workspace_names_buckets_of_its_own(heard: Run, tmp_path: Path) -> None:
    (tmp_path / "buckets.yaml").write_text(
        "- name: netting\n  description: Set off against a claim of the same counterparty.\n"
        "  examples: [netted against claim]\n  next_step: Attach the netting statement.\n"
    )
    result = heard("netted-against-claim")
    found = break_of(result)
    assert found["bucket"] == "netting"
    assert found["resolution"] == "Attach the netting statement."
    manifest = json.loads((result.out / "run.json").read_text())
    assert list(manifest["options"]["words"]["sha256"]) == ["buckets"]
    assert Path(manifest["spec"]["words"]["buckets"]) == tmp_path / "buckets.yaml"
    assert "Netting" in (result.out / "report.html").read_text(encoding="utf-8")


def test_what_people_decided_is_heard_in_the_next_run(heard: Run, tmp_path: Path) -> None:
    assert break_of(heard("bluebird", out="before"))["bucket"] == "missing_right"
    (tmp_path / "decided.csv").write_text("comment,bucket\n" + "bluebird,partial_payment\n" * 5)
    assert break_of(heard("bluebird"))["bucket"] == "partial_payment"
