"""What of a run asks for a person, in one shape for every job."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.pipeline.detection.job import DetectJob, detect
from tieout.pipeline.reconcile import ReconcileJob, reconcile
from tieout.pipeline.run_query.evidence import break_evidence, break_row, scored_row
from tieout.pipeline.run_query.findings import FINDING_SCHEMA, read_findings
from tieout.pipeline.run_query.history import break_history, row_history
from tieout.pipeline.run_query.summary import summarise_breaks, sweep, volumes
from tieout.practice.payments.generate import generate_payments

Reconciled = Callable[..., Path]


def bank(rows: int = 40, **changed: str) -> str:
    lines = {f"R{n}": f"2026-03-{n % 27 + 1:02d},R{n},{n}.10,EUR,Shop {n}" for n in range(1, rows)}
    lines |= changed
    return "date,reference,amount,currency,payee\n" + "\n".join(lines.values()) + "\n"


@pytest.fixture(scope="module")
def reconciled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank against a ledger with a fee, a swapped key and a row that is missing."""
    folder = tmp_path_factory.mktemp("books")
    ledger = bank(
        R7="2026-03-08,R7,6.80,EUR,Shop 7",
        R8="2026-03-09,R8,8.40,EUR,Shop 8",
        R9="2026-03-10,R9,9.40,USD,SHOP 9",
    ).replace("2026-03-21,R20,20.10,EUR,Shop 20\n", "")
    (folder / "bank.csv").write_text(bank())
    (folder / "ledger.csv").write_text(ledger)
    job = ReconcileJob(
        left=str(folder / "bank.csv"), right=str(folder / "ledger.csv"), workspace=folder
    )
    return reconcile(job).out


@pytest.fixture(scope="module")
def detected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labelled practice payments, judged."""
    folder = tmp_path_factory.mktemp("payments")
    generate_payments(rows=800, seed=5, out=folder)
    job = DetectJob(
        file=str(folder / "transactions.csv"),
        profile="payments",
        labels=str(folder / "labels.parquet"),
        workspace=folder,
    )
    return detect(job).out


def test_breaks_come_in_one_shape_the_worst_first(reconciled: Path) -> None:
    found = read_findings(reconciled)
    assert found.kind == "break"
    assert found.findings.schema == FINDING_SCHEMA
    assert found.findings["severity_rank"].is_sorted()
    assert set(found.findings["key"]) >= {"R7", "R8", "R20"}
    seven = found.findings.filter(pl.col("key") == "R7").row(0, named=True)
    assert (seven["amount_minor"], seven["difference_minor"], seven["scale"]) == (710, 30, 2)
    assert (seven["currency"], seven["happened_on"].isoformat()) == ("EUR", "2026-03-08")
    assert (found.total, found.eligible) == (found.findings.height, found.findings.height)


def test_at_most_so_many_are_taken_and_all_are_counted(reconciled: Path) -> None:
    everything = read_findings(reconciled)
    few = read_findings(reconciled, most=2)
    assert few.findings.equals(everything.findings.head(2))
    assert (few.eligible, few.total) == (everything.eligible, everything.total)


def test_with_earlier_runs_usual_breaks_are_left_in_the_table(
    reconciled: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    copy.mkdir()
    manifest = json.loads((reconciled / "run.json").read_text())
    manifest["options"]["earlier_runs"] = ["r0"]
    (copy / "run.json").write_text(json.dumps(manifest))
    frame = pl.read_parquet(reconciled / "breaks.parquet").with_columns(
        anomalous=pl.col("key") == "R8",
        severity=pl.when(pl.col("key") == "R20").then(pl.lit("high")).otherwise(pl.lit("low")),
        incident_id=pl.lit(None, pl.String),
    )
    frame.write_parquet(copy / "breaks.parquet")
    found = read_findings(copy)
    assert set(found.findings["key"]) == {"R8", "R20"}
    assert found.total == frame.height


def test_flagged_rows_are_findings_with_what_their_columns_are_for(detected: Path) -> None:
    found = read_findings(detected)
    assert found.kind == "transaction"
    assert found.findings.height == found.total > 0
    first = found.findings.row(0, named=True)
    row = scored_row(detected, first["place"])
    assert first["key"] == row["transaction_id"]
    assert first["amount_minor"] == round(float(row["amount"]) * 100)
    assert first["currency"] == row["currency"]
    assert first["happened_on"].isoformat() == row["timestamp"][:10]
    assert first["summary"] == row["reasons_top3"][0]


def test_a_folder_without_a_manifest_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no run\.json"):
        read_findings(tmp_path)
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(InputError, match="can't be read as a manifest"):
        read_findings(tmp_path)


def evidence_of(run: Path, key: str) -> Any:
    breaks = pl.read_parquet(run / "breaks.parquet").filter(pl.col("key") == key)
    return break_evidence(run, breaks["break_id"][0])


def test_both_records_stand_side_by_side_and_differences_are_marked(reconciled: Path) -> None:
    found = evidence_of(reconciled, "R7")
    lines = {line.label: line for line in found.lines}
    assert (lines["Amount"].left, lines["Amount"].right) == ("7.10", "6.80")
    assert {line.label for line in found.lines if line.differs} == {"Amount"}
    assert found.left[0].cells["payee"] == "Shop 7"
    assert (found.left[0].row, found.notes) == (7, ())


def test_case_and_signs_alone_are_no_difference(reconciled: Path) -> None:
    lines = {line.label: line for line in evidence_of(reconciled, "R9").lines}
    assert lines["Currency"].differs
    assert not any(line.differs for label, line in lines.items() if label in {"Party", "Text"})


def test_a_side_without_a_record_is_blank(reconciled: Path) -> None:
    found = evidence_of(reconciled, "R20")
    amount = next(line for line in found.lines if line.label == "Amount")
    assert (amount.left, amount.right, amount.differs) == ("20.10", "", False)
    assert found.right == ()


def test_files_that_changed_are_not_shown_as_what_they_were(
    reconciled: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    copy.mkdir()
    manifest = json.loads((reconciled / "run.json").read_text())
    manifest["inputs"][0]["files"][0]["sha256"] = "0" * 64
    (copy / "run.json").write_text(json.dumps(manifest))
    (copy / "breaks.parquet").write_bytes((reconciled / "breaks.parquet").read_bytes())
    found = evidence_of(copy, "R7")
    assert found.left == ()
    assert "has changed since the run" in found.notes[0]
    assert next(line for line in found.lines if line.label == "Amount").left == "7.10"


def test_what_the_run_has_not_got_is_named(reconciled: Path, detected: Path) -> None:
    with pytest.raises(InputError, match="has no such break"):
        break_row(reconciled, "nothing")
    with pytest.raises(InputError, match="has no such row"):
        scored_row(detected, 10**9)


def written(folder: Path, differences: list[float], first: int = 0) -> Path:
    """A run whose breaks are one bucket; the break_id is the place."""
    folder.mkdir()
    frame = pl.DataFrame({"difference": differences}).with_row_index("n", offset=first)
    frame.select(
        break_id=pl.format("b{}", "n"),
        bucket=pl.lit("rounding"),
        currency=pl.lit("EUR"),
        difference=pl.col("difference").cast(pl.Decimal(38, 2)),
        amount_left=pl.lit(100, pl.Decimal(38, 2)),
        amount_right=pl.lit(None, pl.Decimal(38, 2)),
        date_left=pl.date(2026, 3, 1) + pl.duration(days=pl.col("n")),
        date_right=pl.lit(None, pl.Date),
    ).write_parquet(folder / "breaks.parquet")
    return folder


def this(number: int) -> dict[str, Any]:
    return {"break_id": f"b{number}", "bucket": "rounding", "currency": "EUR"}


def test_the_band_is_of_the_others_alone(tmp_path: Path) -> None:
    run = written(tmp_path / "r1", [1.0, 2.0, 3.0, 4.0, 5.0, 900.0])
    history = break_history([run], this(5))
    assert history.middle == 3.0
    assert history.low == pytest.approx(3 - 3 * 1.4826)
    assert history.high == pytest.approx(3 + 3 * 1.4826)
    assert history.is_outside
    assert [point.is_this for point in history.points] == [False] * 5 + [True]
    assert not break_history([run], this(2)).is_outside


def test_peers_come_from_earlier_runs_and_a_break_that_comes_again_counts_once(
    tmp_path: Path,
) -> None:
    runs = [written(tmp_path / "r1", [1.0, 2.0]), written(tmp_path / "r2", [2.5, 3.0], first=1)]
    history = break_history([*runs, tmp_path / "gone"], this(2))
    assert [point.value for point in history.points] == [1.0, 2.5, 3.0]
    assert (history.low, history.is_outside) == (None, False)
    assert break_history([], this(2)).points == ()


def test_where_nothing_differs_amounts_are_shown(tmp_path: Path) -> None:
    history = break_history([written(tmp_path / "r1", [0.0] * 5)], this(1))
    assert (history.what, history.points[0].value) == ("amount", 100.0)


def test_a_row_is_compared_with_those_of_its_customer(detected: Path) -> None:
    row = scored_row(detected, read_findings(detected).findings["place"][0])
    history = row_history(detected, row)
    scored = pl.read_parquet(detected / "transactions_scored.parquet")
    same = scored.filter(pl.col("customer_id") == row["customer_id"])
    assert len(history.points) == same.height
    assert [point.value for point in history.points if point.is_this] == [float(row["amount"])]


def test_breaks_are_counted_by_bucket_age_and_currency(reconciled: Path) -> None:
    summary = summarise_breaks(reconciled)
    breaks = pl.read_parquet(reconciled / "breaks.parquet")
    assert sum(summary.buckets.values()) == breaks.height
    assert sum(summary.ages.values()) == breaks["age_days"].drop_nulls().len()
    assert list(summary.ages) == ["today", "1 to 7", "8 to 30", "31 to 90", "over 90"]
    assert sum(count for count, _ in summary.amounts.values()) == breaks.height


def test_volumes_add_up_by_day_and_by_channel(detected: Path) -> None:
    scored = pl.read_parquet(detected / "transactions_scored.parquet")
    found = volumes(detected)
    assert sum(found["day"].rows) == scored.height
    assert list(found["day"].labels) == sorted(found["day"].labels)
    for volume in found.values():
        assert sum(volume.flagged) == scored["is_flag"].sum()
        assert sum(volume.both) == (scored["is_ml_flag"] & scored["is_rule_flag"]).sum()
    assert set(found["channel"].labels) == set(scored["channel"])


def test_the_sweep_runs_from_nothing_to_everything(detected: Path) -> None:
    found = sweep(detected)
    assert set(found) == {"ml", "rules", "both"}
    assert (found["ml"][0]["flagged"], found["ml"][-1]["flagged"]) == (0, 800)
    assert found["ml"][-1]["recall"] == 1.0
    assert all(len(points) <= 600 for points in found.values())
