"""Tables as sheets."""

from pathlib import Path

import polars as pl
from python_calamine import CalamineWorkbook

from tieout.export.sheets import write_sheets


def test_every_frame_is_a_sheet_with_its_header(tmp_path: Path) -> None:
    frames = {"a": pl.DataFrame({"x": [1, 2]}), "b": pl.DataFrame({"y": ["p"], "z": [True]})}
    write_sheets(frames, tmp_path / "t.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    assert book.sheet_names == ["a", "b"]
    assert book.get_sheet_by_name("a").to_python() == [["x"], [1.0], [2.0]]
    assert book.get_sheet_by_name("b").to_python() == [["y", "z"], ["p", True]]


def test_what_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    cells = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "https://example.org/"]
    write_sheets({"t": pl.DataFrame({"x": cells})}, tmp_path / "t.xlsx")
    found = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx")).get_sheet_by_index(0)
    assert [row[0] for row in found.to_python()[1:]] == cells
    import zipfile

    sheet = zipfile.ZipFile(tmp_path / "t.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_nothing_and_empty_tables_are_written_too(tmp_path: Path) -> None:
    write_sheets({"t": pl.DataFrame({"x": [None], "y": [0.5]}), "u": pl.DataFrame({"v": []})},
                 tmp_path / "t.xlsx")  # fmt: skip
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    assert book.get_sheet_by_name("t").to_python()[1] == ["", 0.5]
    assert book.get_sheet_by_name("u").to_python() == [["v"]]
