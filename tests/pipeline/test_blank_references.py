"""Files in which some rows have a reference and others none, as bank feeds and books have."""

from pathlib import Path

import polars as pl

from tieout.pipeline.reconcile import ReconcileJob, reconcile

PAYEES = ("alder", "birch", "cedar", "dogwood", "elder", "fir", "ginkgo", "hazel")


def test_rows_with_a_reference_and_rows_without_one_tie_out_in_one_run(tmp_path: Path) -> None:
    bank, books = ["date,amount,payee,reference"], ["posted,memo,ref,debit,credit"]
    for at in range(48):
        day, payee, units = f"2025-07-{1 + at // 2:02}", PAYEES[at % 8], 1_009 + 737 * at
        reference = "" if at % 3 == 0 else f"REF{10_000 + at}"
        amount = f"{units / 100:.2f}"
        bank.append(f"{day},{'-' if at % 4 else ''}{amount},{payee} ltd,{reference}")
        if at != 25:
            booked = f",{amount}" if at % 4 else f"{amount},"
            books.append(f"{day},{payee} paid,{reference},{booked}")
    for name, rows in (("bank.csv", bank), ("books.csv", books)):
        (tmp_path / name).write_text("\n".join(rows) + "\n")
    result = reconcile(
        ReconcileJob(
            left=str(tmp_path / "bank.csv"), right=str(tmp_path / "books.csv"), out=tmp_path / "run"
        )
    )
    matches = pl.read_parquet(tmp_path / "run" / "matches.parquet")
    assert dict(matches.group_by("pass").len().iter_rows()) == {"exact": 31, "keyless": 16}
    assert pl.read_parquet(tmp_path / "run" / "breaks.parquet")["left_rows"].to_list() == [[26]]
    assert result.manifest.counts["breaks"]["total"] == 1
