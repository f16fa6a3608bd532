import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.export.table import (
    escape_cells,
    escape_text,
    risky_texts,
    write_csv,
    write_rejects,
)
from tieout.model.errors import InputError
from tieout.model.facts import Reject

FORMULA_STARTS = tuple("=+-@\t\r\n")
texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_it_writes_decimals_exactly_and_dates_as_iso(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "amount": [Decimal("-0.05"), Decimal("12345678901234567890.10"), None],
            "booked": [date(2026, 3, 31), None, date(1999, 1, 2)],
            "open": [True, False, None],
        },
        schema_overrides={"amount": pl.Decimal(38, 2)},
    )

    write_csv(frame, tmp_path / "breaks.csv")

    assert (tmp_path / "breaks.csv").read_text(encoding="utf-8") == (
        "amount,booked,open\n-0.05,2026-03-31,true\n12345678901234567890.10,,false\n,1999-01-02,\n"
    )


def test_it_joins_lists_and_escapes_what_comes_out(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"left_rows": [[1, 2], [], None, [-3]], "candidates": [["=A1", "b"], ["a"], [], None]}
    )

    write_csv(frame, tmp_path / "breaks.csv")

    assert _read(tmp_path / "breaks.csv")[1:] == [
        ["1; 2", "'=A1; b"],
        ["", "a"],
        ["", ""],
        ["-3", ""],
    ]


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("https://example.com","pay")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1"],
)
def test_it_makes_a_formula_text_again(tmp_path: Path, text: str) -> None:
    write_csv(pl.DataFrame({"key": [text]}), tmp_path / "breaks.csv")

    assert _read(tmp_path / "breaks.csv") == [["key"], [f"'{text}"]]


def test_it_escapes_names_of_columns_and_lets_two_of_them_become_one(tmp_path: Path) -> None:
    write_csv(pl.DataFrame({"=cmd": [1], "'=cmd": [2]}), tmp_path / "scored.csv")

    assert _read(tmp_path / "scored.csv") == [["'=cmd", "'=cmd"], ["1", "2"]]


def test_it_escapes_categories_like_text() -> None:
    frame = pl.DataFrame({"bucket": ["=1", "timing"]})

    for dtype in (pl.Categorical(), pl.Enum(["=1", "timing"])):
        assert escape_cells(frame.cast({"bucket": dtype}))["bucket"].to_list() == ["'=1", "timing"]


def test_it_writes_the_header_of_an_empty_frame(tmp_path: Path) -> None:
    write_csv(
        pl.DataFrame(schema={"key": pl.String, "rows": pl.List(pl.Int64)}), tmp_path / "b.csv"
    )

    assert (tmp_path / "b.csv").read_bytes() == b"key,rows\n"


def test_it_writes_every_row_of_a_frame_of_several_chunks(tmp_path: Path) -> None:
    frame = pl.DataFrame({"row": range(250_001)}).with_columns(key=pl.format("={}", "row"))

    write_csv(frame, tmp_path / "b.csv")

    found = pl.read_csv(tmp_path / "b.csv")
    assert found["row"].to_list() == list(range(250_001))
    assert found["key"][250_000] == "'=250000"


def test_it_says_in_one_line_that_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_csv(pl.DataFrame({"key": ["a"]}), tmp_path / "nowhere" / "b.csv")


@given(st.lists(texts))
def test_it_leaves_no_text_that_begins_like_a_formula(values: list[str]) -> None:
    cells = escape_cells(pl.DataFrame({"key": values}, schema={"key": pl.String}))["key"]

    for cell, value in zip(cells, values, strict=True):
        assert not cell.startswith(FORMULA_STARTS)
        assert cell in {value, f"'{value}"}
        assert cell == escape_text(value)


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(-(10**30), 10**30))))
def test_it_leaves_numbers_as_they_are(numbers: list[tuple[int, int]]) -> None:
    frame = pl.DataFrame(
        {
            "count": [pair[0] for pair in numbers],
            "amount": [Decimal(pair[1]).scaleb(-2) for pair in numbers],
        },
        schema={"count": pl.Int64, "amount": pl.Decimal(38, 2)},
    )

    assert escape_cells(frame).equals(frame)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=8))
def test_it_writes_any_text_so_that_it_reads_back(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "breaks.csv"

    write_csv(pl.DataFrame(pairs, schema=["key", "evidence"], orient="row"), path)

    assert _read(path)[1:] == [list(map(escape_text, pair)) for pair in pairs]


def test_it_writes_rejects_one_by_one_as_they_come(tmp_path: Path) -> None:
    def rejects() -> Iterator[Reject]:
        yield Reject("bank.csv", 7, "amount", "-1,2,3", "an amount such as 1,234.56")
        yield Reject("bank.csv", 0, "=cmd", 'a "b"\nc', "a column")

    write_rejects(rejects(), tmp_path / "rejects.csv")

    assert _read(tmp_path / "rejects.csv") == [
        ["file", "row", "column", "value", "expected"],
        ["bank.csv", "7", "amount", "'-1,2,3", "an amount such as 1,234.56"],
        ["bank.csv", "0", "'=cmd", 'a "b"\nc', "a column"],
    ]


def test_it_writes_the_header_when_there_are_no_rejects(tmp_path: Path) -> None:
    write_rejects([], tmp_path / "rejects.csv")

    assert (tmp_path / "rejects.csv").read_bytes() == b"file,row,column,value,expected\n"


def test_it_shows_broken_text_by_its_bytes(tmp_path: Path) -> None:
    value = b"M\xfcller".decode("utf-8", "surrogateescape")

    write_rejects([Reject("bank.csv", 3, "payer", value, "UTF-8 text")], tmp_path / "rejects.csv")

    assert "M\\udcfcller" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")


@given(st.lists(st.text(max_size=3) | st.none(), max_size=5))
def test_a_column_is_risky_where_any_text_begins_like_a_formula(values: list[str | None]) -> None:
    starts = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
    texts = [text for text in (*values, "A", "7", None) if text is not None]
    expected = {"key"} if any(text.startswith(starts) for text in texts) else set()
    frame = pl.DataFrame({"key": [*values, "A", "7", None]}, schema={"key": pl.String})
    assert risky_texts(frame) == expected


@pytest.mark.parametrize("start", "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
def test_every_sign_of_a_formula_is_risky(start: str) -> None:
    assert risky_texts(pl.DataFrame({"key": ["A", f"{start}1", "7"]})) == {"key"}
