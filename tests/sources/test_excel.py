from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.sources.open import open_source
from tieout.sources.source import Source

from .conftest import Stager

Sheets = dict[str, list[list[Any]]]


def book(path: Path, sheets: Sheets) -> Path:
    """A workbook with these cells."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as workbook:
        for title, rows in sheets.items():
            sheet = workbook.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


@pytest.fixture
def opened_book(engine: DuckDBEngine, tmp_path: Path, workdir: Path) -> Any:
    def write_and_open(sheets: Sheets, sheet: str = "") -> Source:
        path = book(tmp_path / "bank.xlsx", sheets)
        return open_source(f"{path}{sheet}", engine=engine, workdir=workdir)

    return write_and_open


def test_it_reads_native_values_as_text(opened_book: Any) -> None:
    source = opened_book(
        {
            "June": [
                ["Date", "Time", "Amount", "Noise", "Big", "Ok", "Text"],
                [
                    date(2024, 6, 1),
                    datetime.fromisoformat("2024-06-01 10:30"),
                    1533.5,
                    0.1 + 0.2,
                    1e16,
                    True,
                    "007",
                ],
            ]
        }
    )

    assert source.sample(5).rows() == [
        ("2024-06-01", "2024-06-01 10:30:00", "1533.5", "0.3", "10000000000000000", "true", "007")
    ]


def test_it_numbers_the_rows_that_are_not_blank(opened_book: Any, engine: DuckDBEngine) -> None:
    source = opened_book({"June": [["ref", "amount"], ["A", 1], [], ["", " "], ["B", None]]})

    assert source.numbered
    assert source.rows == 2
    assert engine.fetch(source.table).rows() == [(1, "A", "1"), (2, "B", "")]


def test_it_stages_a_sheet(opened_book: Any, staged: Stager) -> None:
    result = staged(
        opened_book(
            {
                "June": [
                    ["ref", "amount", "day"],
                    ["A", 12.34, date(2024, 1, 31)],
                    ["B", "n/a", date(2024, 1, 31)],
                    ["C", -3, date(2024, 2, 29)],
                ]
            }
        )
    )

    assert result.rows == [(1, "A", 1234, 19753), (3, "C", -300, 19782)]
    assert result.faults == [(2, "amount", "n/a", "an amount such as 1234.56")]


def test_it_finds_the_header_below_other_lines(opened_book: Any) -> None:
    source = opened_book(
        {"June": [[], ["Statement"], [], ["Date", "Amount"], [date(2024, 6, 1), 1.5]]}
    )

    assert source.columns == ("Date", "Amount")
    assert source.sample(2).rows() == [("2024-06-01", "1.5")]


def test_it_reads_a_sheet_without_header(opened_book: Any) -> None:
    source = opened_book({"June": [["A", 1.5, None], ["B", 2.5, "x"]]})

    assert source.columns == ("column_1", "column_2", "column_3")


def test_it_takes_the_first_sheet_with_data(opened_book: Any) -> None:
    source = opened_book(
        {"Cover": [], "Template": [["ref", "amount"]], "June": [["ref", "amount"], ["A", 1]]}
    )

    assert source.sample(5).rows() == [("A", "1")]


def test_it_takes_the_sheet_that_is_named(opened_book: Any) -> None:
    sheets = {"May": [["ref", "n"], ["A", 1]], "June": [["ref", "n"], ["B", 2]]}

    source = opened_book(sheets, "#June")

    assert source.name == "bank.xlsx#June"
    assert source.sample(5).rows() == [("B", "2")]


@pytest.mark.parametrize(
    ("sheets", "sheet", "expected"),
    [
        ({"May": []}, "#June", "bank.xlsx: has no sheet 'June'; it has May"),
        ({"May": []}, "#May", "bank.xlsx: the sheet is empty"),
        ({"May": [], "June": []}, "", "bank.xlsx: no sheet has data rows"),
        ({"May": [["ref", "amount"]]}, "", "bank.xlsx: has a header but no data rows"),
        (
            {"May": [["ref", "ref"], ["A", "1"]]},
            "",
            "bank.xlsx: columns 1 and 2 are both named 'ref'; rename one of them",
        ),
    ],
)
def test_it_says_what_is_wrong(opened_book: Any, sheets: Sheets, sheet: str, expected: str) -> None:
    with pytest.raises(InputError) as raised:
        opened_book(sheets, sheet)

    assert str(raised.value) == expected


def test_it_numbers_the_rows_of_several_workbooks_through(
    engine: DuckDBEngine, tmp_path: Path, workdir: Path, staged: Stager
) -> None:
    for name, ref in (("1.xlsx", "A"), ("2.xlsx", "B")):
        rows: list[list[Any]] = [["ref", "amount", "day"], [ref, 1, date(2024, 1, 31)]]
        book(tmp_path / name, {"x": rows})

    source = open_source(f"{tmp_path}/*.xlsx", engine=engine, workdir=workdir)

    assert staged(source).rows == [(1, "A", 100, 19753), (2, "B", 100, 19753)]
    assert source.file_of(1) == "1.xlsx"
    assert source.file_of(2) == "2.xlsx"
