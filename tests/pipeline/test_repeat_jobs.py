"""Every job's run can be carried out again from its manifest."""

import json
import shutil
from pathlib import Path

import pytest

from tieout.model.errors import InputError
from tieout.pipeline.analyze import AnalyzeJob, analyze
from tieout.pipeline.detection import DetectJob, detect
from tieout.pipeline.repeat import repeat
from tieout.pipeline.rootcause import RootCauseJob, root_cause
from tieout.practice.payments import generate_payments


@pytest.fixture
def payments(tmp_path: Path) -> Path:
    """The folder of a small set of practice payments."""
    generate_payments(rows=1_500, seed=3, out=tmp_path / "payments")
    return tmp_path / "payments"


def job(payments: Path, **more: object) -> DetectJob:
    return DetectJob(
        file=str(payments / "transactions.csv"),
        profile="payments",
        workspace=payments.parent,
        out=payments.parent / "run",
        **more,  # type: ignore[arg-type]
    )


def test_a_detection_comes_out_as_the_same_bytes(payments: Path, tmp_path: Path) -> None:
    first = detect(job(payments, labels=str(payments / "labels.parquet"), seed=5))
    again = repeat(first.out, out=tmp_path / "again", workspace=tmp_path)
    assert again.manifest.outputs == first.manifest.outputs
    assert again.manifest.seed == 5
    one, two = (out / "transactions_scored.parquet" for out in (first.out, again.out))
    assert one.read_bytes() == two.read_bytes()


def test_a_detection_by_a_kept_model_needs_that_model(payments: Path, tmp_path: Path) -> None:
    detect(job(payments))
    second = detect(job(payments))
    assert second.manifest.options["model_reused"]
    again = repeat(second.out, out=tmp_path / "again", workspace=tmp_path)
    assert again.manifest.outputs == second.manifest.outputs
    shutil.rmtree(tmp_path / ".tieout")
    with pytest.raises(InputError, match="no longer in the workspace"):
        repeat(second.out, out=tmp_path / "third", workspace=tmp_path)


def test_changed_labels_are_refused(payments: Path, tmp_path: Path) -> None:
    labels = payments / "labels.csv"
    labels.write_text("row,is_anomaly\n1,1\n2,0\n")
    first = detect(job(payments, labels=str(labels)))
    labels.write_text("row,is_anomaly\n1,0\n2,1\n")
    with pytest.raises(InputError, match=r"labels\.csv: is gone or has changed"):
        repeat(first.out, out=tmp_path / "again", workspace=tmp_path)


def test_an_analysis_comes_out_as_the_same_bytes(tmp_path: Path) -> None:
    rows = ["day,account,ledger,bank"]
    for day in range(1, 29):
        rows += [f"2026-01-{day:02},A{n},{100 + n * day % 7},{100 + n * day % 5}" for n in range(9)]
    file = tmp_path / "balances.csv"
    file.write_text("\n".join(rows) + "\n")
    first = analyze(AnalyzeJob(breaks=str(file), out=tmp_path / "run"))
    again = repeat(first.out, out=tmp_path / "again")
    assert again.manifest.job == "analyze"
    one, two = (out / "breaks.parquet" for out in (first.out, again.out))
    assert one.read_bytes() == two.read_bytes()


def test_a_root_cause_comes_out_as_the_same_bytes(tmp_path: Path) -> None:
    rows = ["minute,acquirer,card,bad,all"]
    for minute in range(6):
        for acquirer in "ABC":
            for card in ("debit", "credit"):
                bad = 60 if (minute, acquirer) == (5, "B") else 4 + minute % 2
                rows.append(f"{minute},{acquirer},{card},{bad},200")
    file = tmp_path / "rates.csv"
    file.write_text("\n".join(rows) + "\n")
    first = root_cause(
        RootCauseJob(
            file=str(file), value="bad", total="all", time="minute", at="5", out=tmp_path / "run"
        )
    )
    again = repeat(first.out, out=tmp_path / "again")
    assert (again.out / "causes.csv").read_bytes() == (first.out / "causes.csv").read_bytes()


def test_a_run_of_an_unknown_job_is_refused(payments: Path, tmp_path: Path) -> None:
    first = detect(job(payments))
    path = first.out / "run.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "job": "dance"}))
    with pytest.raises(InputError, match="a run of 'dance' can't be repeated"):
        repeat(first.out, out=tmp_path / "again")
