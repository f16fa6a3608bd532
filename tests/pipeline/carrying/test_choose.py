"""Which earlier run's open items rejoin, and why some cannot."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from carrying_days import SIDE, Day, breaks, states

from tieout.model.errors import InputError
from tieout.pipeline.reconcile import ReconcileJob, reconcile
from tieout.pipeline.repeat import repeat

ONE = ("CHQ-1 100.00 2", "A-1 5.00 2")
TWO = ("B-1 6.00 3", "B-1 6.00 3")


def test_the_first_run_of_all_has_nothing_to_carry(day: Day) -> None:
    found = day(1, *ONE)
    assert found.manifest.options["carried"] == {"run": None}
    assert found.manifest.counts["carried"]["left"]["offered"] == 0
    assert pl.read_parquet(found.out / "carried.parquet").is_empty()


def test_a_run_may_be_named_by_its_folder_or_by_its_name(day: Day, tmp_path: Path) -> None:
    first = day(1, *ONE, out=tmp_path / "elsewhere")
    assert states(day(2, *TWO, carry_forward=str(first.out))) == {"CHQ-1": "break", "A-1": "break"}
    third = day(3, *TWO, carry_forward="latest")
    name = third.out.name
    fourth = day(4, "C-1 1.00 4", "C-1 1.00 4", carry_forward=name)
    assert fourth.manifest.options["carried"]["run"] == name


def test_a_named_runs_spec_is_used_where_none_is_given(day: Day, tmp_path: Path) -> None:
    first = day(1, *ONE)
    for name in ("books", "bank"):
        (tmp_path / f"{name}-x.csv").write_text("ref,amount,ccy,booked\nCHQ-1,100,EUR,2026-03-03\n")
    found = reconcile(
        ReconcileJob(
            left=str(tmp_path / "books-x.csv"),
            right=str(tmp_path / "bank-x.csv"),
            workspace=tmp_path,
            carry_forward=first.out.name,
        )
    )
    assert found.manifest.spec["reconciliation"] == "books_vs_bank"
    assert states(found)["A-1"] == "break"


def refused(day: Day, run: Path | str, **spec: Any) -> str:
    """What the second day is told, carrying from a run."""
    with pytest.raises(InputError) as error:
        day(2, *TWO, carry_forward=str(run), spec=spec)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_no_run_another_job_and_another_reconciliation_are_refused(
    day: Day, tmp_path: Path
) -> None:
    assert "is no run; expected latest, none or a run folder" in refused(day, "yesterday")
    first = day(1, *ONE, spec={"reconciliation": "cash_vs_till"})
    said = refused(day, first.out)
    assert "is a run of the reconciliation cash_vs_till" in said
    assert "cannot rejoin books_vs_bank" in said
    manifest = json.loads((first.out / "run.json").read_text())
    (first.out / "run.json").write_text(json.dumps({**manifest, "job": "detect"}))
    assert "is a run of detect" in refused(day, first.out)


def test_a_folder_of_an_earlier_version_or_with_changed_items_is_refused(day: Day) -> None:
    first = day(1, *ONE)
    path = first.out / "open_items.parquet"
    pl.read_parquet(path).head(0).write_parquet(path)
    assert "is not what the run wrote (its SHA-256 differs)" in refused(day, first.out)
    path.unlink()
    assert "has no open_items.parquet, as runs of earlier versions" in refused(day, first.out)
    # The latest is not passed over in silence: its items would be lost.
    assert "has no open_items.parquet" in refused(day, "latest")


def test_another_scale_or_a_currency_with_more_decimals_is_refused(day: Day) -> None:
    first = day(1, *ONE)
    assert "counts in 2 decimals and this run in 3" in refused(day, first.out, scale=3)
    with pytest.raises(InputError, match="counts in 2 decimals and this run in 3"):
        day(2, "B-1 6.125 3 KWD", "B-1 6.125 3 KWD")


@pytest.mark.parametrize(
    ("side", "said"),
    [
        ({"key": ["ccy"]}, "left.key is ['ref'] there and ['ccy'] here"),
        ({"party": "ref"}, "left.party is None there and 'ref' here"),
        ({"currency": None, "currency_fixed": "EUR"}, "left.currency is 'ccy' there and None here"),
    ],
)
def test_a_spec_that_reads_records_in_another_way_is_refused(
    day: Day, side: dict[str, Any], said: str
) -> None:
    first = day(1, *ONE)
    found = refused(day, first.out, left={"name": "books", **SIDE, **side})
    assert f"was read by another spec ({said})" in found
    assert f"give --spec {first.out}" in found


def test_other_passes_other_evidence_and_another_way_to_write_dates_are_no_hindrance(
    day: Day,
) -> None:
    day(1, "CHQ-1 100.00 2", "A-1 5.00 2")
    spec = {
        "passes": [{"tolerance": {"amount": {"absolute": 1}, "days": {"after": 5}}}],
        "evidence": {"settlement_days": 1},
        "left": {**SIDE, "name": "our books", "date": {"column": "booked"}},
    }
    second = day(2, "B-1 6.00 3", "CHQ-1 99.50 4", spec=spec)
    assert states(second) == {"CHQ-1": "matched", "A-1": "break"}


def test_runs_of_other_reconciliations_are_passed_over(day: Day) -> None:
    first = day(1, *ONE)
    day(2, "X-1 1.00 2", "Y-1 2.00 2", spec={"reconciliation": "cash_vs_till"})
    third = day(3, *TWO)
    assert third.manifest.options["carried"]["run"] == first.out.name


def test_the_last_run_of_the_same_files_counts_also_if_an_earlier_one_did_not_carry(
    day: Day,
) -> None:
    first = day(1, *ONE)
    day(2, *TWO, carry_forward="none")
    again = day(2, *TWO)
    assert again.manifest.options["carried"]["run"] == first.out.name
    third = day(3, "C-1 7.00 4", "C-1 7.00 4")
    assert third.manifest.options["carried"]["run"] == again.out.name
    assert set(states(third)) == {"CHQ-1", "A-1"}


def test_a_run_whose_earlier_run_is_gone_cannot_be_repeated(day: Day, tmp_path: Path) -> None:
    first, second = day(1, *ONE), day(2, *TWO)
    shutil.move(first.out, tmp_path / "moved")
    with pytest.raises(InputError, match="its open items were carried into the run"):
        repeat(second.out, out=tmp_path / "again", workspace=tmp_path)


def test_columns_of_another_version_are_refused(day: Day) -> None:
    first = day(1, *ONE)
    path = first.out / "open_items.parquet"
    pl.read_parquet(path).drop("times").write_parquet(path)
    manifest = json.loads((first.out / "run.json").read_text())
    manifest["outputs"]["open_items.parquet"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (first.out / "run.json").write_text(json.dumps(manifest))
    assert "has other columns than this version keeps" in refused(day, first.out)
    assert breaks(day(3, *TWO, carry_forward="none")) == {}
