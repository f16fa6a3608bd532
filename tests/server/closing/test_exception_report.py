"""Exceptions of a period by account, followed back to their rows."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
from python_calamine import CalamineWorkbook

from tieout.server.closing.exception_report import write_exceptions
from tieout.server.closing.models import LedgerImport, Period

from .conftest import entry

Import = Callable[..., LedgerImport]
UNBALANCED = (
    "J2,2026-10-06,2026-10-06T10:00:00,1000,7.00,,EUR,=1+1,ann\n"
    "J2,2026-10-06,2026-10-06T10:00:00,4000,,6.00,EUR,=1+1,ann\n"
)


def sheets(path: Path) -> dict[str, pl.DataFrame]:
    book = CalamineWorkbook.from_path(str(path))
    tables = {}
    for name in book.sheet_names:
        head, *rows = book.get_sheet_by_name(name).to_python()
        tables[name] = pl.DataFrame(rows, schema=[str(cell) for cell in head], orient="row")
    return tables


def test_an_entry_that_does_not_balance_is_listed_by_account_and_row(
    period: Period, ledger: Import, tmp_path: Path
) -> None:
    ledger(entry("J1", "2026-10-05", "1000", "4000", "5.00") + UNBALANCED)
    page, book = write_exceptions(period, tmp_path / "out")
    found = sheets(book)["exceptions"]
    assert found.select("kind", "entry", "account", "amount", "row").rows() == [
        ("unbalanced", "J2", "1000", 7.0, 3.0), ("unbalanced", "J2", "4000", -6.0, 4.0),
    ]  # fmt: skip
    assert set(found["file"]) == {"journal0.csv"}
    assert sheets(book)["accounts"]["exceptions"].to_list() == [1, 1]
    text = page.read_text(encoding="utf-8")
    assert "1 entries are held." in text
    assert "debits 7.00 - credits 6.00 = 1.00 EUR" in text


def test_a_movement_that_stands_out_is_followed_to_its_lines(
    period: Period, ledger: Import, tmp_path: Path
) -> None:
    usual = [
        entry(f"J{month}", f"2026-{month:02}-05", "6100", "1000", f"{2000 + month}.00")
        for month in range(1, 10)
    ]
    ledger("".join([*usual, entry("ODD", "2026-10-05", "6100", "1000", "90000.00")]))
    _, book = write_exceptions(period, tmp_path / "out")
    tables = sheets(book)
    accounts = {row["account"]: row for row in tables["accounts"].iter_rows(named=True)}
    assert accounts["6100"]["movement"] == 90_000.0
    assert "sigma above" in accounts["6100"]["why"]
    lines = tables["lines"].filter(pl.col("account") == "6100")
    assert lines.select("entry", "amount", "file", "row").rows() == [
        ("ODD", 90_000.0, "journal0.csv", 19.0)
    ]


def test_cells_that_look_like_formulas_stay_text(
    period: Period, ledger: Import, tmp_path: Path
) -> None:
    usual = [
        entry(f"J{m}", f"2026-{m:02}-05", "6100", "1000", f"{2000 + m}.00") for m in range(1, 10)
    ]
    odd = entry("ODD", "2026-10-05", "6100", "1000", "90000.00").replace("Words", "=HYPERLINK(1)")
    ledger("".join([*usual, odd]))
    _, book = write_exceptions(period, tmp_path / "out")
    assert set(sheets(book)["lines"]["description"]) == {"'=HYPERLINK(1)"}


def test_without_a_ledger_the_report_says_that_nothing_is_odd(
    period: Period, tmp_path: Path
) -> None:
    page, book = write_exceptions(period, tmp_path / "out")
    assert "No entry is held." in page.read_text(encoding="utf-8")
    assert sheets(book)["exceptions"].is_empty()
