"""Exports of a bank that overlap: what both of them hold is there twice, and is told so."""

from pathlib import Path

import polars as pl

from tieout.pipeline.reconcile import ReconcileJob, reconcile

SHOPS = ("alder", "birch", "cedar", "dogwood", "elder", "fir", "ginkgo", "hazel", "ivy", "juniper")


def _row(at: int) -> str:
    return (
        f"2026-05-{at + 1:02},{SHOPS[at % 10]} terminal {70_000 + at * 37},-{at * 13 + 7}.{at:02}"
    )


def test_what_two_exports_share_ties_out_once_and_is_a_duplicate_once(tmp_path: Path) -> None:
    rows = [_row(at) for at in range(24)]
    for name, part in (("bank-0.csv", rows[:14]), ("bank-1.csv", rows[12:])):
        (tmp_path / name).write_text("\n".join(["date,details,amount", *part]) + "\n")
    booked = [row.replace(" terminal", " purchase").replace(",-", ",") for row in rows]
    books = [row.rsplit(",", 1)[0] + ",-" + row.rsplit(",", 1)[1] for row in booked]
    (tmp_path / "books.csv").write_text("\n".join(["posted,memo,value", *books]) + "\n")
    result = reconcile(
        ReconcileJob(
            left=str(tmp_path / "bank-*.csv"),
            right=str(tmp_path / "books.csv"),
            out=tmp_path / "run",
        )
    )
    assert result.manifest.counts["matched"]["rows_left"] == 24
    breaks = pl.read_parquet(tmp_path / "run" / "breaks.parquet")
    assert breaks.select("side", "bucket", "left_rows").rows() == [
        ("left", "duplicate", [15]),
        ("left", "duplicate", [16]),
    ]
    assert result.report.left.name == "bank"
