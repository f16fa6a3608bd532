"""Rows that could not be read are no missing rows."""

from pathlib import Path

import polars as pl

from tieout.pipeline.reconcile import ReconcileJob, reconcile


def test_what_has_its_counterpart_among_the_rejects_is_not_called_missing(tmp_path: Path) -> None:
    rows = [f"INV-{n:03},2026-03-{1 + n % 28:02},{n * 7}.50" for n in range(1, 61)]
    books = [row.lower() for row in rows]
    books[4] = "inv-005,2026-03-06,twelve"
    books[9] = "inv-010,2026-02-30,70.50"
    books[14] = "inv-015"
    books[19] = "inv-020;2026-03-21;140.50"
    del books[29]
    for name, lines in (("bank.csv", rows), ("books.csv", books)):
        (tmp_path / name).write_text("\n".join(["ref,date,amount", *lines]) + "\n")
    result = reconcile(
        ReconcileJob(
            left=str(tmp_path / "bank.csv"), right=str(tmp_path / "books.csv"), out=tmp_path / "run"
        )
    )
    assert result.manifest.counts["rejected"] == {"left": 0, "right": 4}
    found = pl.read_parquet(tmp_path / "run" / "breaks.parquet")
    assert dict(found.select("key", "bucket").iter_rows()) == {
        **dict.fromkeys(("INV-005", "INV-010", "INV-015", "INV-020"), "unknown"),
        "INV-030": "missing_right",
    }
    assert found["evidence"][0] == (
        "left 35.50 on 2026-03-06; right row 5 has its key and could not be read: see rejects.csv"
    )
