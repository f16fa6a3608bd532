from pathlib import Path

import pytest

from tieout.sources.dialect import Dialect
from tieout.sources.exact import ExactRecord, copy_body, read_exact


def read(folder: Path, content: str | bytes, **options: int) -> list[ExactRecord]:
    path = folder / "bank.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    settings = {"skip": 1, "width": 2, **options}
    return list(read_exact(path, Dialect(), **settings))


def test_it_reads_quoted_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    records = read(tmp_path, 'a,b\n1,"x, ""y""\r\nz"\n2,c\n')

    assert records == [ExactRecord(1, ["1", 'x, "y"\r\nz']), ExactRecord(2, ["2", "c"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_reads_each_line_end_and_does_without_the_last(tmp_path: Path, end: str) -> None:
    records = read(tmp_path, end.join(["a,b", "1,2", "3,4"]))

    assert [record.cells for record in records] == [["1", "2"], ["3", "4"]]


def test_it_counts_no_blank_row(tmp_path: Path) -> None:
    records = read(tmp_path, 'a,b\n\n1,2\n,\n  \n , \n"",\n3,4\n\n')

    assert records == [ExactRecord(1, ["1", "2"]), ExactRecord(2, ["3", "4"])]


def test_it_names_rows_with_too_few_and_too_many_fields(tmp_path: Path) -> None:
    records = read(tmp_path, "a,b\n1\n1,2\n1,2,3\n")

    assert [(each.row, each.expected, each.value) for each in records] == [
        (1, "2 fields, found 1", "1"),
        (2, "", ""),
        (3, "2 fields, found 3", "1,2,3"),
    ]


def test_it_drops_empty_fields_at_the_end_of_a_row(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n1,2,\n3,4,, \n") == [
        ExactRecord(1, ["1", "2"]),
        ExactRecord(2, ["3", "4"]),
    ]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    records = read(tmp_path, 'a,b\n1,2\n3,"4\n5,6\n7,8\n')

    assert [(each.row, each.cells, each.expected) for each in records] == [
        (1, ["1", "2"], ""),
        (2, [], 'a closing "'),
        (3, ["5", "6"], ""),
        (4, ["7", "8"], ""),
    ]
    assert records[1].value == '3,"4'


def test_a_quote_that_another_row_closes_costs_one_row(tmp_path: Path) -> None:
    records = read(tmp_path, 'a,b\n3,"4\n5,"6"\n7,8\n')

    assert [each.row for each in records if each.expected] == [1]
    assert [each.cells for each in records if not each.expected] == [["5", "6"], ["7", "8"]]


def test_text_behind_a_closing_quote_breaks_a_row(tmp_path: Path) -> None:
    (record,) = read(tmp_path, 'a,b\n1,"Joe "old" Smith"\n')

    assert record.expected == 'a quoted value that ends at its closing "'


def test_spaces_around_quotes_do_not_break_a_row(tmp_path: Path) -> None:
    records = read(tmp_path, 'a,b\n"1" , "x, y"\t\n"2" ,"x\ny" \n')

    assert [record.cells for record in records] == [["1", "x, y"], ["2", "x\ny"]]


def test_a_value_without_end_breaks_one_row(tmp_path: Path) -> None:
    records = read(tmp_path, 'a,b\n1,"' + "x" * 200_000 + "\n3,4\n")

    assert [(each.row, each.expected) for each in records] == [
        (1, 'a closing " within 131,072 characters'),
        (2, ""),
    ]
    assert len(records[0].value) == 200


def test_bytes_that_are_not_utf_8_break_one_row(tmp_path: Path) -> None:
    records = read(tmp_path, b"a,b\n1,\xe9\n2,x\n")

    assert [(each.row, each.expected, each.value) for each in records] == [
        (1, "text in UTF-8", "1,\ufffd"),
        (2, "", ""),
    ]


def test_it_passes_over_a_byte_order_mark_and_what_stands_above(tmp_path: Path) -> None:
    records = read(tmp_path, b'\xef\xbb\xbftitle\n\n"a\nb",c\n1,2\n', skip=3)

    assert records == [ExactRecord(1, ["1", "2"])]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_it_copies_the_body_byte_by_byte(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "bank.csv"
    body = 'x,"\u00e9\n"\r\n'.encode() + b"\xff,1\n"
    path.write_bytes(mark + 'titl\u00e9\r\n\n"a\nb",c\n'.encode() + body)

    copy_body(path, Dialect(), skip=3, copy=tmp_path / "w" / "body.csv")

    assert (tmp_path / "w" / "body.csv").read_bytes() == body
