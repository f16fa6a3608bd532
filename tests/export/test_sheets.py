"""Tables as sheets."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
from python_calamine import CalamineWorkbook

from tieout.export.sheets import write_chunked_sheets, write_sheets


def test_every_frame_is_a_sheet_with_its_header(tmp_path: Path) -> None:
    frames = {"a": pl.DataFrame({"x": [1, 2]}), "b": pl.DataFrame({"y": ["p"], "z": [True]})}
    write_sheets(frames, tmp_path / "t.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    assert book.sheet_names == ["a", "b"]
    assert book.get_sheet_by_name("a").to_python() == [["x"], [1.0], [2.0]]
    assert book.get_sheet_by_name("b").to_python() == [["y", "z"], ["p", True]]


def test_what_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    cells = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-1+2", "https://example.org/", "-12.50"]
    write_sheets({"t": pl.DataFrame({"x": cells})}, tmp_path / "t.xlsx")
    found = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx")).get_sheet_by_index(0)
    escaped = [f"'{cell}" for cell in cells[:4]]
    assert [row[0] for row in found.to_python()[1:]] == [*escaped, *cells[4:]]
    import zipfile

    sheet = zipfile.ZipFile(tmp_path / "t.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_nothing_and_empty_tables_are_written_too(tmp_path: Path) -> None:
    write_sheets({"t": pl.DataFrame({"x": [None], "y": [0.5]}), "u": pl.DataFrame({"v": []})},
                 tmp_path / "t.xlsx")  # fmt: skip
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    assert book.get_sheet_by_name("t").to_python()[1] == ["", 0.5]
    assert book.get_sheet_by_name("u").to_python() == [["v"]]


def test_amounts_and_days_are_such_in_excel_and_long_ones_keep_their_digits(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "amount": [Decimal("-1234.50"), Decimal("12345678901234567.89")],
            "day": [date(2026, 1, 31), None],
            "at": [datetime.fromisoformat("2026-01-31T23:59:01"), None],
            "id": [7, 12345678901234567],
            "rows": [[1, 2], []],
        }
    )
    write_sheets({"t": frame}, tmp_path / "t.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[1] == [
        -1234.5,
        date(2026, 1, 31),
        datetime.fromisoformat("2026-01-31T23:59:01"),
        7.0,
        "1; 2",
    ]
    assert rows[2] == ["12345678901234567.89", "", "", "12345678901234567", ""]


def test_a_long_table_goes_on_in_another_sheet(tmp_path: Path) -> None:
    pieces = [pl.DataFrame({"n": range(start, start + 3)}) for start in (0, 3)]
    names = write_chunked_sheets(
        {"long": pieces, "short": pieces[:1]}, tmp_path / "t.xlsx", rows_max=5
    )
    assert names == ["long", "long (2)", "short"]
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    found = [book.get_sheet_by_name(name).to_python() for name in names[:2]]
    assert [[row[0] for row in sheet] for sheet in found] == [["n", 0, 1, 2, 3], ["n", 4, 5]]
