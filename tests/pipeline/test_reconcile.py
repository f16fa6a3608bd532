"""A reconciliation from two files to a run folder."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest, SideConservation
from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile

Run = Callable[..., ReconcileResult]
FILES = {
    "run.json",
    "rejects.csv",
    "report.html",
    "matches.parquet",
    "breaks.parquet",
    "breaks.csv",
    "incidents.csv",
    "summaries.md",
    "open_items.parquet",
    "spec.yaml",
}
CLEAN = """
    ref amount ccy booked
    A1  10.00  EUR 2024-01-02
    A2  20.00  EUR 2024-01-03
"""


def breaks_of(result: ReconcileResult) -> list[dict[str, Any]]:
    """The breaks of a run."""
    return pl.read_parquet(result.out / "breaks.parquet").to_dicts()


def matches_of(result: ReconcileResult) -> list[tuple[Any, ...]]:
    """Kind and rows of the matches of a run."""
    frame = pl.read_parquet(result.out / "matches.parquet")
    return frame.select("kind", "left_rows", "right_rows").rows()


def test_a_run_folder_has_all_its_files_and_nothing_else(run: Run, tmp_path: Path) -> None:
    result = run(CLEAN, CLEAN)
    assert {path.name for path in result.out.iterdir()} == FILES
    assert {path.name for path in tmp_path.iterdir()} == {
        "out",
        "bank.csv",
        "books.csv",
        "spec.yaml",
    }


def test_two_sides_that_agree_have_no_breaks(run: Run) -> None:
    result = run(CLEAN, CLEAN)
    assert matches_of(result) == [("one_to_one", [1], [1]), ("one_to_one", [2], [2])]
    assert breaks_of(result) == []
    assert (result.out / "breaks.csv").read_text().startswith("break_id,side,left_rows,")


def test_swapped_amounts_between_two_keys_are_two_breaks(run: Run) -> None:
    left = "ref amount ccy booked\nA1 75.00 EUR 2024-01-02\nB2 90.00 EUR 2024-01-02"
    right = "ref amount ccy booked\nA1 90.00 EUR 2024-01-02\nB2 75.00 EUR 2024-01-02"
    result = run(left, right)
    assert matches_of(result) == []
    found = [(row["key"], row["side"], row["difference"]) for row in breaks_of(result)]
    assert found == [("A1", "both", Decimal("-15.00")), ("B2", "both", Decimal("15.00"))]


def test_twins_stay_twins(run: Run) -> None:
    twice = "ref amount ccy booked\n" + "A1 10.00 EUR 2024-01-02\n" * 2
    assert len(matches_of(run(twice, twice))) == 2
    result = run(twice, "ref amount ccy booked\nA1 10.00 EUR 2024-01-02", out="other")
    assert len(matches_of(result)) == 1
    assert [row["left_rows"] for row in breaks_of(result)] == [[2]]
    assert breaks_of(result)[0]["bucket"] == "duplicate"


def test_sixty_nets_against_ten_twenty_and_thirty(run: Run) -> None:
    left = "ref amount ccy booked\nA1 60.00 EUR 2024-01-02"
    right = "ref amount ccy booked\n" + "".join(
        f"A1 {amount}.00 EUR 2024-01-02\n" for amount in (10, 20, 30)
    )
    result = run(left, right)
    assert matches_of(result) == [("one_to_many", [1], [1, 2, 3])]
    assert breaks_of(result) == []


def test_a_tenth_and_two_tenths_are_three_tenths(run: Run) -> None:
    left = "ref amount ccy booked\nA1 0.1 EUR 2024-01-02\nA1 0.2 EUR 2024-01-02"
    result = run(left, "ref amount ccy booked\nA1 0.3 EUR 2024-01-02")
    assert matches_of(result) == [("many_to_one", [1, 2], [1])]


def test_amounts_that_a_float_would_confuse_are_told_apart(run: Run) -> None:
    left = "ref amount ccy booked\nA1 90071992547409.93 EUR 2024-01-02"
    right = "ref amount ccy booked\nA1 90071992547409.92 EUR 2024-01-02"
    found = breaks_of(run(left, right))
    assert [row["difference"] for row in found] == [Decimal("0.01")]
    assert found[0]["amount_left"] == Decimal("90071992547409.93")


def test_rows_that_cannot_be_read_are_rejects_and_counted(run: Run) -> None:
    left = "ref amount ccy booked\nA1 10.00 EUR 2024-01-02\nA2 ten EUR 2024-01-02\nA3 1 EUR soon"
    result = run(left, CLEAN)
    account = result.manifest.conservation["left"]
    assert isinstance(account, SideConservation)
    assert account.holds
    assert (account.rows, account.matched, account.rejected) == (3, 1, 2)
    lines = (result.out / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "file,row,column,value,expected"
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["bank.csv", "2", "amount", "ten"],
        ["bank.csv", "3", "booked", "soon"],
    ]


def test_the_manifest_says_what_was_read_and_how(run: Run, tmp_path: Path) -> None:
    result = run(CLEAN, CLEAN)
    manifest = RunManifest.model_validate_json((result.out / "run.json").read_bytes())
    assert manifest == result.manifest
    left, right = manifest.inputs
    assert (left.side, right.side) == ("left", "right")
    content = (tmp_path / "bank.csv").read_bytes()
    assert left.files[0].sha256 == hashlib.sha256(content).hexdigest()
    assert left.files[0].bytes == len(content)
    assert (left.rows, left.rejected) == (2, 0)
    spec = json.dumps(manifest.spec, sort_keys=True)
    assert manifest.spec_sha256 == hashlib.sha256(spec.encode()).hexdigest()
    assert {"tieout", "duckdb", "python"} <= set(manifest.versions)
    assert {"open", "read", "match", "explain", "prove", "write", "total"} <= set(manifest.seconds)
    for name, digest in manifest.outputs.items():
        assert hashlib.sha256((result.out / name).read_bytes()).hexdigest() == digest


def test_counts_agree_with_the_files(run: Run) -> None:
    left = "ref amount ccy booked\nA1 1 EUR 2024-01-02\nA2 2 EUR 2024-01-02\nA3 x EUR 2024-01-02"
    result = run(left, CLEAN)
    counts = result.manifest.counts
    assert counts["rows"] == {"left": 3, "right": 2}
    assert counts["rejected"] == {"left": 1, "right": 0}
    found = breaks_of(result)
    assert counts["breaks"]["total"] == len(found)
    assert counts["breaks"]["by_bucket"] == dict(Counter(row["bucket"] for row in found))
    assert counts["matched"] == {"groups": 0, "rows_left": 0, "rows_right": 0}


def test_ambiguous_rows_are_counted_and_not_matched(run: Run) -> None:
    left = "ref amount ccy booked\nA1 5.00 EUR 2024-01-02"
    right = "ref amount ccy booked\nA1 5.01 EUR 2024-01-02\nA1 4.99 EUR 2024-01-02"
    result = run(left, right, passes=[{"tolerance": {"amount": {"absolute": "0.01"}}}])
    assert matches_of(result) == []
    assert result.manifest.counts["ambiguous"] == 1
    assert [row["bucket"] for row in breaks_of(result)] == ["ambiguous"]


def test_ages_count_from_the_last_day_of_the_data_or_the_day_that_is_given(
    run: Run, tmp_path: Path
) -> None:
    left = "ref amount ccy booked\nA1 10.00 EUR 2024-01-02\nB2 5.00 EUR 2024-01-31"
    right = "ref amount ccy booked\nB2 5.00 EUR 2024-01-31"
    result = run(left, right)
    assert [row["age_days"] for row in breaks_of(result)] == [29]
    job = ReconcileJob(
        left=str(tmp_path / "bank.csv"),
        right=str(tmp_path / "books.csv"),
        spec=tmp_path / "spec.yaml",
        out=tmp_path / "later",
        as_of=date(2024, 2, 2),
    )
    assert [row["age_days"] for row in breaks_of(reconcile(job))] == [31]


def test_a_run_into_the_same_folder_replaces_the_earlier_one(run: Run) -> None:
    run(CLEAN, CLEAN)
    result = run(CLEAN, "ref amount ccy booked\nA1 10.00 EUR 2024-01-02")
    assert len(breaks_of(result)) == 1
    assert {path.name for path in result.out.iterdir()} == FILES


def test_runs_without_a_folder_of_their_own_go_to_the_workspace(run: Run, tmp_path: Path) -> None:
    run(CLEAN, CLEAN)
    job = ReconcileJob(
        left=str(tmp_path / "bank.csv"), right=str(tmp_path / "books.csv"), workspace=tmp_path / "w"
    )
    first, second = reconcile(job), reconcile(job)
    assert first.out.parent == tmp_path / "w" / "runs"
    assert first.out != second.out
    assert first.manifest.run_id == first.out.name


def test_an_inferred_spec_gives_the_same_result_when_it_is_used(tmp_path: Path) -> None:
    bank = ["Reference;Booking date;Amount;Currency"]
    books = ["doc_no,posted,debit,credit,ccy"]
    for number in range(40):
        day = 1 + number % 28
        bank.append(f"INV-{number:05d};{day:02d}.01.2024;{number * 17},{number:02d};EUR")
        if number % 9:
            books.append(f"inv{number:05d},2024-01-{day:02d},{number * 17}.{number:02d},,EUR")
    (tmp_path / "bank.csv").write_text("\n".join(bank))
    (tmp_path / "books.csv").write_text("\n".join(books))
    job = ReconcileJob(
        left=str(tmp_path / "bank.csv"), right=str(tmp_path / "books.csv"), out=tmp_path / "one"
    )
    first = reconcile(job)
    assert first.manifest.counts["matched"]["rows_left"] == 35
    again = ReconcileJob(
        left=job.left, right=job.right, spec=first.out / "spec.yaml", out=tmp_path / "two"
    )
    second = reconcile(again)
    for name in ("matches.parquet", "breaks.parquet"):
        assert (first.out / name).read_bytes() == (second.out / name).read_bytes()


def test_files_that_a_spec_names_are_looked_for_beside_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("date,currency,rate\n2024-01-02,USD,0.9\n")
    result = run(CLEAN, CLEAN, evidence={"rates": "rates.csv"})
    written = yaml.safe_load((result.out / "spec.yaml").read_text())
    assert written["evidence"]["rates"] == str(tmp_path / "rates.csv")
    with pytest.raises(InputError, match=r"gone\.csv"):
        run(CLEAN, CLEAN, evidence={"rates": "gone.csv"}, out="other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"engine": "oracle"}, "--engine oracle"),
        ({"temp_directory": Path("nowhere")}, "--temp nowhere"),
        ({"left": "gone.csv"}, "gone.csv"),
        ({"spec": Path("gone.yaml")}, "gone.yaml"),
        ({"memory_limit": "heaps"}, "heaps"),
    ],
)
def test_what_cannot_be_used_is_refused_and_leaves_nothing(
    run: Run, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    run(CLEAN, CLEAN)
    job: dict[str, Any] = {
        "left": str(tmp_path / "bank.csv"),
        "right": str(tmp_path / "books.csv"),
        "out": tmp_path / "new" / "other",
    }
    with pytest.raises(InputError, match=said):
        reconcile(ReconcileJob(**job | change))
    assert not (tmp_path / "new").exists()


def test_steps_are_announced(run: Run, tmp_path: Path) -> None:
    run(CLEAN, CLEAN)
    said: list[str] = []
    reconcile(
        ReconcileJob(
            left=str(tmp_path / "bank.csv"),
            right=str(tmp_path / "books.csv"),
            out=tmp_path / "two",
            announce=said.append,
        )
    )
    assert said[:3] == ["open", "understand", "read"]
    assert said[-1] == "write"
