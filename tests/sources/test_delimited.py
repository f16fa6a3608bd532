import gzip
from pathlib import Path

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.sources.source import Source

from .conftest import Opener, Stager


def cells(source: Source, engine: DuckDBEngine) -> list[tuple[str, ...]]:
    """What the quick reading answers, with nothing as an empty text."""
    return engine.fetch(source.table).with_columns(pl.all().fill_null("")).rows()


def test_it_knows_a_file_by_its_head(opened: Opener, engine: DuckDBEngine, tmp_path: Path) -> None:
    source = opened("ref,amount\nA,1.00\nB,\n")

    assert source.name == "bank.csv"
    assert source.files == (tmp_path / "bank.csv",)
    assert source.columns == ("ref", "amount")
    assert not source.typed
    assert not source.numbered
    assert cells(source, engine) == [("A", "1.00"), ("B", "")]


def test_it_samples_the_first_rows_as_text(opened: Opener) -> None:
    source = opened("ref,amount\n007,\n\nB, 2.00\nC,  \n")

    assert source.sample(2).rows() == [("007", None), ("B", "2.00")]
    assert source.sample(9)["amount"].to_list() == [None, "2.00", None]
    assert source.sample(0).schema == {"ref": pl.String, "amount": pl.String}


@pytest.mark.parametrize(
    "text",
    [
        'ref,note\nA,"two\nlines"\n\n , \n"B ""x""",\n',
        'ref,note\nA,1\nB\nC,"never closed\nD,2\n',
        "ref,note\nA,1,,\nB,2,more\nC,3\n",
        "ref;note\nÄ;ß\n",
    ],
    ids=["quotes", "broken rows", "surplus cells", "letters"],
)
def test_a_sample_has_the_rows_that_the_exact_reader_finds_sound(opened: Opener, text: str) -> None:
    source = opened(text)
    assert source.exact is not None
    assert source.sample(10).equals(source.exact().sample(10))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_reads_each_delimiter_and_line_end(
    opened: Opener, engine: DuckDBEngine, delimiter: str, end: str
) -> None:
    content = end.join(["ref,amount,text", "A,1,x", "B,2,y", ""]).replace(",", delimiter)

    assert cells(opened(content), engine) == [("A", "1", "x"), ("B", "2", "y")]


def test_it_reads_quoted_values_over_several_lines(opened: Opener, engine: DuckDBEngine) -> None:
    source = opened('ref,text\r\n"A","x, ""y""\nz"\r\n"B",","\r\n')

    assert cells(source, engine) == [("A", 'x, "y"\nz'), ("B", ",")]


def test_it_reads_escaped_quotes(opened: Opener, engine: DuckDBEngine) -> None:
    source = opened('ref,text\n"A","the \\"old\\" one, gone"\n"B","b"\n')

    assert cells(source, engine) == [("A", 'the "old" one, gone'), ("B", "b")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("packed", [False, True])
def test_it_reads_each_encoding_packed_or_not(
    opened: Opener, engine: DuckDBEngine, encoding: str, packed: bool
) -> None:
    data = "ref;name\nA;Ren\u00e9e\n".encode(encoding)
    source = opened(gzip.compress(data), "bank.csv.gz") if packed else opened(data, "bank.csv")

    assert source.columns == ("ref", "name")
    assert cells(source, engine) == [("A", "Ren\u00e9e")]


def test_it_unpacks_a_file_that_does_not_say_that_it_is_packed(
    opened: Opener, engine: DuckDBEngine
) -> None:
    source = opened(gzip.compress(b"ref,amount\nA,1\n"), "bank.csv")

    assert cells(source, engine) == [("A", "1")]


def test_it_reads_below_the_lines_of_a_bank(opened: Opener, engine: DuckDBEngine) -> None:
    source = opened(
        'Account "Main",,\n,,\n\nBalance,,"+31,11"\nDate,Label,Amount\n01/04/20,"A\nB","-50,00"\n'
    )

    assert source.columns == ("Date", "Label", "Amount")
    assert cells(source, engine) == [("01/04/20", "A\nB", "-50,00")]
    assert source.sample(5).rows() == [("01/04/20", "A\nB", "-50,00")]


def test_it_reads_below_a_header_of_two_lines(opened: Opener, staged: Stager) -> None:
    source = opened('ref,"amount","day","booking\ntext"\nA,1.00,2024-01-31,x\n')

    assert source.columns == ("ref", "amount", "day", "booking text")
    assert staged(source).rows == [(1, "A", 100, 19753)]


def test_it_reads_a_file_without_header(opened: Opener, engine: DuckDBEngine) -> None:
    source = opened("2024-01-31,1.00,A\n2024-02-01,2.00,\n")

    assert source.columns == ("column_1", "column_2", "column_3")
    assert cells(source, engine) == [("2024-01-31", "1.00", "A"), ("2024-02-01", "2.00", "")]


def test_it_leaves_out_rows_without_a_character(opened: Opener, engine: DuckDBEngine) -> None:
    source = opened('ref,amount\n\nA,1\n,\n"",""\n , \nB,2\n\n')

    assert cells(source, engine) == [("A", "1"), ("B", "2")]


def test_it_reads_a_single_column(opened: Opener, engine: DuckDBEngine) -> None:
    assert cells(opened("reference\nA\n\nB\n"), engine) == [("A",), ("B",)]


def test_it_reads_hundreds_of_columns_and_refuses_more_than_people_keep(
    opened: Opener, engine: DuckDBEngine
) -> None:
    def wide(count: int) -> str:
        numbers = [str(number) for number in range(count)]
        return ",".join(f"c{number}" for number in numbers) + "\n" + ",".join(numbers) + "\n"

    (row,) = cells(opened(wide(600)), engine)
    assert row[-1] == "599"
    with pytest.raises(InputError, match="has 2,001 columns; expected at most 2,000"):
        opened(wide(2_001))


def test_it_reads_the_words_that_databases_write_for_nothing(
    opened: Opener, engine: DuckDBEngine
) -> None:
    assert cells(opened("ref,text\nNULL,\\N\nnan,NA\n"), engine) == [("NULL", "\\N"), ("nan", "NA")]


def test_a_column_may_be_called_row(opened: Opener, staged: Stager) -> None:
    content = "ref,amount,day,row\nA,1.00,2024-01-31,x\n"

    assert staged(opened(content)).rows == [(1, "A", 100, 19753)]
    assert staged(opened(content + "B,2\n")).rows == [(1, "A", 100, 19753)]


def test_it_reads_exactly_what_it_reads_quickly(opened: Opener, engine: DuckDBEngine) -> None:
    source = opened('ref,text\nA,"x ""y"""\n,\nB," z "\nC,\n')
    assert source.exact is not None

    exact = source.exact()

    assert exact.row_column == "row"
    assert exact.rows == 3
    assert engine.fetch(exact.table).rows() == [(1, "A", 'x "y"'), (2, "B", " z "), (3, "C", "")]
    assert exact.sample(1).equals(source.sample(1))


def test_the_exact_reading_finds_an_encoding_that_shows_late(
    opened: Opener, engine: DuckDBEngine
) -> None:
    filler = "A,plain text\n" * 90_000
    source = opened(f"ref,text\n{filler}B,Ren\u00e9e\n".encode("cp1252"))
    assert source.exact is not None

    exact = source.exact()

    last = exact.table.filter(exact.table["row"] == 90_001)
    assert engine.fetch(last).rows() == [(90_001, "B", "Ren\u00e9e")]
