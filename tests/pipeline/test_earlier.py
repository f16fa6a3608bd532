import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.pipeline.earlier import earlier_runs
from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile
from tieout.pipeline.repeat import repeat

SPEC = """
reconciliation: bank_vs_book
left: {name: bank, key: [ref], amount: amount, currency: ccy, date: booked}
right: {name: book, key: [ref], amount: amount, currency: ccy, date: booked}
history: {runs: %d}
"""


def month(folder: Path, number: int, runs: int = 12) -> ReconcileResult:
    """One month of a feed in which the same account is a little off every day."""
    days = [f"2026-{number:02}-{day:02}" for day in range(1, 15)]
    left = [f"ACC,{100 + at % 3}.00,EUR,{day}" for at, day in enumerate(days)]
    right = [f"ACC,{99 + at % 3}.50,EUR,{day}" for at, day in enumerate(days)]
    header = "ref,amount,ccy,booked"
    for name, rows in (("bank", left), ("book", right)):
        (folder / f"{name}-{number}.csv").write_text("\n".join([header, *rows]) + "\n")
    spec = folder / "spec.yaml"
    spec.write_text(SPEC % runs)
    job = ReconcileJob(
        left=str(folder / f"bank-{number}.csv"),
        right=str(folder / f"book-{number}.csv"),
        spec=spec,
        workspace=folder,
    )
    return reconcile(job)


def test_every_break_is_judged(tmp_path: Path) -> None:
    breaks = pl.read_parquet(month(tmp_path, 1).out / "breaks.parquet")
    assert breaks.height > 0
    for column in ("score", "p_value", "anomalous", "severity"):
        assert breaks[column].null_count() == 0
    assert breaks["score"].is_between(0.0, 1.0).all()
    assert set(breaks["severity"]) <= {"low", "medium", "high", "critical"}


def test_breaks_of_earlier_runs_are_history(tmp_path: Path) -> None:
    first = month(tmp_path, 1)
    second = month(tmp_path, 2)
    assert first.manifest.options["earlier_runs"] == []
    assert second.manifest.options["earlier_runs"] == [first.manifest.run_id]


def test_as_many_runs_are_history_as_the_spec_says(tmp_path: Path) -> None:
    runs = [month(tmp_path, number, runs=2).manifest for number in (1, 2, 3, 4)]
    assert len(runs[3].options["earlier_runs"]) == 2
    assert month(tmp_path, 5, runs=0).manifest.options["earlier_runs"] == []


def test_a_repeated_run_has_the_history_that_it_had(tmp_path: Path) -> None:
    month(tmp_path, 1)
    second = month(tmp_path, 2)
    month(tmp_path, 3)
    again = repeat(second.out, out=tmp_path / "again", workspace=tmp_path)
    name = "breaks.parquet"
    assert again.manifest.outputs[name] == second.manifest.outputs[name]


def test_a_run_whose_history_is_gone_cannot_be_repeated(tmp_path: Path) -> None:
    first = month(tmp_path, 1)
    second = month(tmp_path, 2)
    shutil.rmtree(first.out)
    with pytest.raises(InputError, match=f"run {first.manifest.run_id} is gone"):
        repeat(second.out, out=tmp_path / "again", workspace=tmp_path)


def test_other_reconciliations_scales_and_broken_folders_are_no_history(tmp_path: Path) -> None:
    first = month(tmp_path, 1)
    (tmp_path / "runs" / "20250101T000000Z-reconcile").mkdir()
    (tmp_path / "runs" / "20250101T000000Z-reconcile" / "run.json").write_text("{")
    found = earlier_runs(tmp_path, reconciliation="bank_vs_book", scale=2)
    assert found.run_ids == (first.manifest.run_id,)
    assert earlier_runs(tmp_path, reconciliation="bank_vs_book", scale=3).run_ids == ()
    assert earlier_runs(tmp_path, reconciliation="another", scale=2).breaks is None


def test_a_folder_without_runs_has_no_history(tmp_path: Path) -> None:
    assert earlier_runs(tmp_path, reconciliation="x", scale=2).run_ids == ()
    manifest = json.loads((month(tmp_path, 1).out / "run.json").read_text())
    assert manifest["spec"]["history"] == {"runs": 12}
