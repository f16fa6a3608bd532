import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.sources.open import open_source
from tieout.sources.source import Source
from tieout.sources.sql import Wanted, parse_wanted, quote_identifier, shorten

from .conftest import Stager

Books = Callable[[str], Source]

LEDGER = """
CREATE TABLE entries (ref TEXT, amount NUMERIC, day TEXT, note BLOB);
INSERT INTO entries VALUES ('A', 1, '2024-01-31', NULL), ('B', 0.1 + 0.2, '2024-02-01', x'01ff');
CREATE TABLE "odd ""name" (x INTEGER);
INSERT INTO "odd ""name" VALUES (7);
CREATE VIEW totals AS SELECT sum(amount) AS total FROM entries;
CREATE TABLE empty (x INTEGER);
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "books 1.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(LEDGER)
    return path


@pytest.fixture
def books(ledger: Path, engine: DuckDBEngine, workdir: Path) -> Books:
    return lambda wanted: open_source(f"sqlite:///{ledger}{wanted}", engine=engine, workdir=workdir)


def test_it_reads_a_table_as_text(books: Books, ledger: Path, engine: DuckDBEngine) -> None:
    source = books("#entries")

    assert source.name == "entries"
    assert source.files == (ledger,)
    assert source.columns == ("ref", "amount", "day", "note")
    assert engine.fetch(source.table).rows() == [
        (1, "A", "1", "2024-01-31", ""),
        (2, "B", "0.3", "2024-02-01", "01ff"),
    ]
    assert source.sample(1).rows() == [("A", "1", "2024-01-31", None)]


def test_it_stages_a_table(books: Books, staged: Stager) -> None:
    assert staged(books("#entries")).rows == [(1, "A", 100, 19753), (2, "B", 30, 19754)]


def test_it_reads_a_query_in_its_order(books: Books, engine: DuckDBEngine) -> None:
    source = books("#select ref, day as Day from entries where amount > 0 order by ref desc;")

    assert source.name == (
        "books 1.db#select ref, day as Day from entries where amount > 0 order \u2026"
    )
    assert engine.fetch(source.table).rows() == [(1, "B", "2024-02-01"), (2, "A", "2024-01-31")]


@pytest.mark.parametrize(
    "query",
    [
        "#ENTRIES",
        "#totals",
        '#odd "name',
        "#with e as (select 1 as x) select * from e",
        "# -- a note\n select 1 as x",
        "#/* a note */ SELECT 1 AS x",
    ],
)
def test_it_reads_tables_views_and_queries(books: Books, query: str) -> None:
    assert books(query).rows


def test_it_leaves_out_rows_of_nothing(books: Books, engine: DuckDBEngine) -> None:
    source = books("#select null as a, '' as b union all select 1, ' '")

    assert source.rows == 1


def error_of(books: Books, wanted: str) -> str:
    with pytest.raises(InputError) as raised:
        books(wanted)
    message = str(raised.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (
            "#entrys",
            "books 1.db: has no table 'entrys'; it has empty, entries, odd \"name, totals",
        ),
        ("#empty", "empty: has columns but no data rows"),
        ("#select bogus from entries", "books 1.db: SQLite says: no such column: bogus"),
        ("#select * from", "books 1.db: SQLite says: incomplete input"),
        (
            "#select 1; select 2",
            "books 1.db: SQLite says: You can only execute one statement at a time",
        ),
        (
            "#with e as (select 1) delete from entries",
            "books 1.db: SQLite says: attempt to write a readonly database",
        ),
        (
            "#select 1 as a, 2 as a",
            (
                "books 1.db#select 1 as a, 2 as a: columns 1 and 2 are both named 'a'; "
                "rename one of them"
            ),
        ),
    ],
)
def test_it_says_what_is_wrong(books: Books, wanted: str, expected: str) -> None:
    assert error_of(books, wanted) == expected


def test_it_asks_for_a_table(books: Books) -> None:
    assert "say what to read, as in sqlite:///" in error_of(books, "")
    assert "say what to read" in error_of(books, "# ; ")


@pytest.mark.parametrize(
    "statement",
    ["delete from entries", "DROP TABLE entries", "insert into entries values (1)", "pragma x "],
)
def test_it_refuses_what_is_no_query(books: Books, ledger: Path, statement: str) -> None:
    assert "only a table or a SELECT query is read, not" in error_of(books, f"#{statement}")


def test_it_refuses_a_file_that_is_no_database(
    engine: DuckDBEngine, tmp_path: Path, workdir: Path
) -> None:
    (tmp_path / "text.db").write_text("this is not a database at all, only a line of text\n" * 20)

    with pytest.raises(InputError, match=r"text\.db: SQLite says: file is not a database"):
        open_source(f"sqlite:///{tmp_path}/text.db#entries", engine=engine, workdir=workdir)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("sqlite:///none.db#t", "none.db: there is no such SQLite file"),
        ("sqlite://none.db#t", "a SQLite location is written sqlite:///path.db#table"),
        ("sqlite:///#t", "a SQLite location is written sqlite:///path.db#table"),
    ],
)
def test_it_says_what_is_wrong_with_a_location(
    engine: DuckDBEngine, tmp_path: Path, location: str, expected: str
) -> None:
    with pytest.raises(InputError) as raised:
        open_source(location, engine=engine, workdir=tmp_path)

    assert expected in str(raised.value)


def test_it_leaves_the_database_as_it_was(books: Books, ledger: Path) -> None:
    before = ledger.read_bytes()

    books("#entries")

    assert ledger.read_bytes() == before
    assert [path.name for path in ledger.parent.glob("books 1.db*")] == ["books 1.db"]


def test_it_tells_a_table_from_a_query() -> None:
    assert parse_wanted(" entries ", name="x") == Wanted(table="entries")
    assert parse_wanted("select_me", name="x") == Wanted(table="select_me")
    assert parse_wanted("select(1);", name="x") == Wanted(query="select(1)")


def test_it_quotes_an_identifier() -> None:
    assert quote_identifier('my "table"') == '"my ""table"""'


def test_it_shortens_a_query() -> None:
    assert shorten("select\n  1") == "select 1"
    assert shorten("x" * 99, 5) == "xxxx\u2026"
