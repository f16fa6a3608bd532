import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.sources.dialect import Dialect, detect_dialect


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_it_finds_the_delimiter(delimiter: str) -> None:
    rows = [["date", "amount", "text"], ["2024-01-31", "1.50", "a"], ["2024-02-01", "2.50", "b"]]
    text = "\n".join(delimiter.join(row) for row in rows) + "\n"

    assert detect_dialect(text) == Dialect(delimiter)


def test_it_is_not_misled_by_decimal_commas() -> None:
    text = "date;amount\n2024-01-31;1,50\n2024-02-01;-2,50\n"

    assert detect_dialect(text).delimiter == ";"


def test_it_is_not_misled_by_a_delimiter_within_quotes() -> None:
    text = 'name,amount\n"a;b;c;d",1\n"e;f;g;h",2\n'

    assert detect_dialect(text).delimiter == ","


def test_it_is_not_misled_by_lines_above_the_header() -> None:
    text = "Account: 12, 34, 56\n\ndate;amount;text\n" + "2024-01-31;1,50;a\n" * 20

    assert detect_dialect(text).delimiter == ";"


def test_it_is_not_misled_by_a_broken_row() -> None:
    text = "date,amount,text\n" + "2024-01-31,1.50,a|b\n" * 20 + "2024-01-31,2\n"

    assert detect_dialect(text).delimiter == ","


def test_it_lets_the_name_decide_where_the_content_does_not() -> None:
    assert detect_dialect("reference\nA1\nA2\n", preferred="\t").delimiter == "\t"
    assert detect_dialect("a,b;c\n1,2;3\n", preferred=";").delimiter == ";"
    assert detect_dialect("a,b;c\n1,2;3\n", preferred=",").delimiter == ","


def test_it_finds_single_quotes() -> None:
    dialect = detect_dialect("'name','amount'\n'Smith, Ann','1'\n'Jones, Bob','2'\n")

    assert dialect == Dialect(",", "'")


@pytest.mark.parametrize("text", ["name,amount\nO'Brien,1\n", "name,amount\n't Hart,1\n"])
def test_an_apostrophe_is_no_quote(text: str) -> None:
    assert detect_dialect(text).quote == '"'


def test_it_finds_quotes_escaped_by_a_backslash() -> None:
    dialect = detect_dialect('name,amount\n"the \\"old\\" one, gone",1\n"b",2\n')

    assert dialect == Dialect(",", '"', "\\")


def test_a_backslash_at_the_end_of_a_value_escapes_nothing() -> None:
    assert detect_dialect('path,amount\n"c:\\",1\n').escape is None


def test_a_value_beyond_the_limit_does_not_stop_it() -> None:
    text = 'a;b\n1;2\n3;"' + "x" * (csv.field_size_limit() + 1) + '"\n'

    assert detect_dialect(text).delimiter == ";"


WORDS = st.text(st.sampled_from("ab1. -'"), min_size=1, max_size=6)


@given(
    st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=3, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_it_finds_the_delimiter_of_any_words(rows: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)

    assert detect_dialect(out.getvalue()) == Dialect(delimiter)
