import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.model.facts import Reject
from tieout.model.table import ColumnFacts, Kind
from tieout.sources.typed import read_table

from .conftest import Reader, column, faults, moment


def test_it_reads_numbers_categories_and_moments(read: Reader) -> None:
    table = read(
        "id,amount,city,booked\nA1,12.50,Bonn ,2024-01-31T10:05:00\nB2,, Köln,2024-02-01T00:00:00\n"
    ).table

    assert table.frame.schema == {
        "id": pl.String,
        "amount": pl.Float64,
        "city": pl.String,
        "booked": pl.Datetime("us"),
    }
    assert table.frame.rows() == [
        ("A1", 12.5, "Bonn", moment("2024-01-31T10:05:00")),
        ("B2", None, "Köln", moment("2024-02-01")),
    ]
    assert table.rows.tolist() == [1, 2]
    assert table.rows.dtype == np.int64
    assert table.roles == {}


def test_columns_keep_their_order_and_facts_are_those_of_the_whole_column(read: Reader) -> None:
    rows = "".join(f"T{n},{n % 7},{'x' if n % 2 else ''},same\n" for n in range(200))
    table = read("key,amount,mark,constant\n" + rows).table

    assert table.columns == (
        ColumnFacts("key", Kind.CATEGORY, 200, 0, is_identifier=True),
        ColumnFacts("amount", Kind.NUMBER, 1, 0),
        ColumnFacts("mark", Kind.CATEGORY, 1, 100),
        ColumnFacts("constant", Kind.CATEGORY, 1, 0),
    )


def test_a_text_column_of_few_rows_is_no_identifier(read: Reader) -> None:
    table = read("key,amount\n" + "".join(f"T{n},1\n" for n in range(50))).table

    assert not table.columns[0].is_identifier


def test_numbers_keep_every_bit_that_the_file_has(read: Reader) -> None:
    written = ["-4.45978420817933", "1e-05", "1E+3", "0.1", "-.5", "+7", "12345678.000000001"]

    table = read(column("v1", *written)).table

    assert table.frame["v1"].to_list() == [float(text) for text in written]


def test_words_for_nothing_are_null_among_numbers_and_moments_alone(read: Reader) -> None:
    nothing = ["NA", "n/a", "NULL", "None", "nan", "-", "inf", " ", "#N/A"]
    rows = [f"p,{word},{word},{word}" for word in nothing] + ["p,1.5,2024-01-31,x"] * 20

    frame = read("place,amount,day,city\n" + "\n".join(rows) + "\n").table.frame

    assert frame["amount"].to_list() == [None] * 9 + [1.5] * 20
    assert frame["day"].null_count() == 9
    assert frame["city"].head(9).to_list() == [word.strip() or None for word in nothing]


def test_a_few_bad_cells_are_rejects_and_their_rows_are_left_out(read: Reader) -> None:
    amounts = [*map(str, range(300)), "twelve"]
    days = ["2024-01-31"] * 150 + ["2024-02-30"] + ["2024-01-31"] * 150
    rows = "".join(f"{amount},{day}\n" for amount, day in zip(amounts, days, strict=True))

    result = read("amount,day\n" + rows)

    assert faults(result) == [
        (151, "day", "2024-02-30", "a date such as 2024-01-31 (%Y-%m-%d)"),
        (301, "amount", "twelve", "a number such as 1234.56"),
    ]
    assert (result.rows, result.rejected, result.table.height) == (301, 2, 299)
    assert result.table.rows.tolist() == [n for n in range(1, 302) if n not in {151, 301}]
    assert result.table.frame["amount"].to_list() == [float(n) for n in range(300) if n != 150]


def test_a_row_with_two_bad_cells_is_one_reject(read: Reader) -> None:
    good = "".join(f"{n}.5,{n}.25\n" for n in range(300))

    result = read("a,b\n" + good + "x,y\n")

    assert [fault[:3] for fault in faults(result)] == [(301, "a", "x")]
    assert result.rejected == 1


def test_a_column_with_more_than_one_bad_cell_in_a_hundred_is_a_category(read: Reader) -> None:
    result = read(column("size", *range(1, 197), "XL", "L", "M"))

    assert result.table.columns[1].kind is Kind.CATEGORY
    assert result.table.frame["size"].to_list()[-2:] == ["L", "M"]
    assert result.rejected == 0


def test_it_looks_at_the_whole_column_and_not_at_its_first_rows_alone(read: Reader) -> None:
    rows = 50_500
    late = ["x"] * 1_000
    result = read(column("size", *(n % 90 for n in range(rows)), *late))

    assert result.table.columns[1].kind is Kind.CATEGORY
    assert result.table.height == rows + 1_000
    assert "1.9% of its values" in result.readings["size"].why


def test_grouping_marks_that_only_large_amounts_have_do_not_cost_these_rows(read: Reader) -> None:
    small = [f"{n % 900}.25" for n in range(50_100)]
    rows = "".join(f'p{n},"{value}"\n' for n, value in enumerate([*small, "1,234,567.50"]))

    result = read("place,amount\n" + rows)

    assert result.rejected == 0
    assert result.table.frame["amount"][-1] == 1234567.5
    assert result.table.frame["amount"][0] == 0.25


def test_a_second_way_to_write_dates_further_down_is_learnt(read: Reader) -> None:
    days = ["2024-01-31"] * 50_100 + ["31.12.2023"] * 30

    result = read(column("day", *days))

    assert result.rejected == 0
    assert result.table.frame["day"][-1] == moment("2023-12-31")


def test_a_column_that_begins_blank_goes_by_its_name(read: Reader) -> None:
    blank = ",,,\n" * 3
    rows = "".join(f"p{n}," + blank[1:4] + "\n" for n in range(50_100))
    result = read("place,credit,day,note\n" + rows + "z,12.5,2024-01-31,x\n")

    kinds = [facts.kind for facts in result.table.columns]
    assert kinds == [Kind.CATEGORY, Kind.NUMBER, Kind.TIME, Kind.CATEGORY]
    assert result.table.frame.row(-1) == ("z", 12.5, moment("2024-01-31"), "x")


def test_broken_rows_are_rejects_too_and_later_rows_keep_their_numbers(read: Reader) -> None:
    rows = "".join(f"{n}.5,c{n}\n" for n in range(1, 201))

    result = read("amount,code\n" + rows + "7\n8.5,c8,more\n9.5,c9\nx,c10\n")

    assert faults(result) == [
        (201, "", "7", "2 fields, found 1"),
        (202, "", "8.5,c8,more", "2 fields, found 3"),
        (204, "amount", "x", "a number such as 1234.56"),
    ]
    assert (result.rows, result.rejected) == (204, 3)
    assert result.table.rows.tolist()[-2:] == [200, 203]
    assert result.table.frame["amount"].to_list()[-1] == 9.5


def test_a_reject_names_its_file(engine: DuckDBEngine, tmp_path: Path, read: Reader) -> None:
    for name in ("june", "july"):
        rows = "".join(f"{n}.5,a\n" for n in range(150))
        (tmp_path / f"{name}.csv").write_text(f"amount,code\n{rows}{name},b\n")

    result = read_table(str(tmp_path / "ju*.csv"), engine=engine, workdir=tmp_path / "work")

    expected = "a number such as 1234.56"
    assert result.rejects == (
        Reject("july.csv", 151, "amount", "july", expected),
        Reject("june.csv", 302, "amount", "june", expected),
    )
    assert result.table.rows.tolist() == [*range(1, 151), *range(152, 302)]
    assert len(result.source.files) == 2


def test_the_order_of_the_file_is_kept_over_many_blocks(read: Reader) -> None:
    rows = "".join(f"{n},{n % 13}.5,2024-01-31 10:00,NA\n" for n in range(150_000))

    table = read("place,amount,time,age\n" + rows).table

    assert table.frame["place"].to_list() == [float(n) for n in range(150_000)]


def test_a_file_column_called_row_is_a_column_like_others(read: Reader) -> None:
    result = read("row,amount\n" + "".join(f"{n + 7},1.5\n" for n in range(3)))

    assert result.table.frame["row"].to_list() == ["7", "8", "9"]
    assert result.table.rows.tolist() == [1, 2, 3]
    assert result.row_column == "row_"


def test_it_tells_what_it_is_doing(read: Reader) -> None:
    steps: list[str] = []
    read("amount\n1\n2\n", announce=steps.append)

    assert steps == ["open", "type", "count"]


def test_it_leaves_no_copy_behind(read: Reader, tmp_path: Path) -> None:
    read("amount\n1\n2\n")

    assert list((tmp_path / "work").rglob("*")) == []


def test_an_expected_kind_is_kept_and_other_cells_are_rejects(read: Reader) -> None:
    content = column("size", *range(1, 90), *["XL"] * 10)
    loose = read(content)
    strict = read(content, expected={"size": Kind.NUMBER, "elsewhere": Kind.TIME})

    assert loose.table.columns[1].kind is Kind.CATEGORY
    assert strict.table.columns[1].kind is Kind.NUMBER
    assert strict.rejected == 10


def test_expected_kinds_can_be_any(read: Reader) -> None:
    content = "a,b,c\n" + "".join(f"{1_700_000_000 + n},{n},{n}\n" for n in range(60))
    kinds = {"a": Kind.TIME, "b": Kind.CATEGORY, "c": Kind.NUMBER}

    frame = read(content, expected=kinds).table.frame

    assert frame.row(0) == (moment("2023-11-14T22:13:20"), "0", 0.0)


def test_a_column_that_is_not_what_is_expected_is_an_error(read: Reader) -> None:
    with pytest.raises(InputError) as raised:
        read(column("amount", "5", "none", "big", "small"), expected={"amount": Kind.NUMBER})

    assert str(raised.value) == (
        "payments.csv: row 3, column 'amount': 'big'; expected a number such as 1234.56, "
        "as in the data that was learnt from"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "payments.csv: the file is empty; expected a header and data rows"),
        ("amount,day\n", "payments.csv: has a header but no data rows"),
        ("amount,day\n,\n", "payments.csv: has a header but no data rows"),
        ("a\0b", "binary content"),
        ("a,b\n1\n2\n", "none of its rows can be read"),
    ],
)
def test_what_has_no_rows_is_an_error(read: Reader, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(content)


def test_a_missing_file_is_an_error(engine: DuckDBEngine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_table(str(tmp_path / "none.csv"), engine=engine, workdir=tmp_path)


def test_a_reading_says_why(read: Reader) -> None:
    readings = read("zip,amount\n60061,1\n38118,2\n").readings

    assert readings["zip"].why == "its name says that its numbers name something"
    assert readings["amount"].why == "its values are numbers"


def test_a_database_is_read_like_a_file(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table payments (id text, amount real, day text)")
        rows = [(f"t{n}", n + 0.5, "2024-01-31") for n in range(3)]
        connection.executemany("insert into payments values (?, ?, ?)", rows)
        connection.commit()

    result = read_table(f"sqlite:///{path}#payments", engine=engine, workdir=tmp_path / "work")

    assert result.table.frame.row(2) == ("t2", 2.5, moment("2024-01-31"))
    assert result.table.rows.tolist() == [1, 2, 3]
    assert next(result.originals()).row(0) == ("t0", "0.5", "2024-01-31", 1)


@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_number_comes_back_as_it_was(read: Reader, numbers: list[float]) -> None:
    frame = read(column("v1", *map(repr, numbers)), expected={"v1": Kind.NUMBER}).table.frame

    assert frame["v1"].to_list() == numbers
