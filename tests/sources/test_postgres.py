import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.sources.open import open_source
from tieout.sources.source import Source

from .conftest import Stager

Books = Callable[[str], Source]

LEDGER = """
DROP SCHEMA IF EXISTS books CASCADE;
CREATE SCHEMA books;
CREATE TABLE books.entries (
    id int PRIMARY KEY, ref text, amount numeric(20, 4), day date, at timestamptz,
    rate float8, paid boolean, extra jsonb
);
INSERT INTO books.entries VALUES
    (2, 'B', 1e3, '2024-02-01', NULL, NULL, NULL, NULL),
    (1, 'A', -0.05, '2024-01-31', '2024-01-31 23:00:00-05', 0.1, true, '{"a": 1}');
CREATE TABLE books."Odd ""name" (x int);
INSERT INTO books."Odd ""name" VALUES (2), (1);
CREATE TABLE books.nothing (x int);
"""


@pytest.fixture
def ledger(postgres_uri: str) -> str:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(postgres_uri) as connection:
        connection.execute(LEDGER)
    return postgres_uri


@pytest.fixture
def books(ledger: str, engine: DuckDBEngine, workdir: Path) -> Books:
    return lambda wanted: open_source(f"{ledger}{wanted}", engine=engine, workdir=workdir)


@pytest.mark.postgres
def test_it_reads_a_table_in_the_order_of_its_key(books: Books, engine: DuckDBEngine) -> None:
    source = books("#books.entries")

    assert source.name == "books.entries"
    assert source.files == ()
    assert engine.fetch(source.table).rows() == [
        (1, "1", "A", "-0.0500", "2024-01-31", "2024-02-01 04:00:00", "0.1", "true", '{"a": 1}'),
        (2, "2", "B", "1000.0000", "2024-02-01", "", "", "", ""),
    ]


@pytest.mark.postgres
def test_it_stages_a_table(books: Books, staged: Stager) -> None:
    assert staged(books("#books.entries")).rows == [(1, "A", -5, 19753), (2, "B", 100000, 19754)]


@pytest.mark.postgres
def test_it_reads_a_table_without_key_as_it_is_stored(books: Books, engine: DuckDBEngine) -> None:
    assert engine.fetch(books('#books.Odd "name').table).rows() == [(1, "2"), (2, "1")]


@pytest.mark.postgres
def test_it_reads_a_query_in_its_order(books: Books, engine: DuckDBEngine) -> None:
    source = books("#select ref, '50%' as share from books.entries order by ref desc")

    assert engine.fetch(source.table).rows() == [(1, "B", "50%"), (2, "A", "50%")]


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("#entries", "has no table 'entries' that this user can see"),
        ("#books.nothing", "books.nothing: has columns but no data rows"),
        ("#select bogus", 'PostgreSQL says: column "bogus" does not exist'),
        ("#delete from books.entries", "only a table or a SELECT query is read"),
        (
            "#with d as (delete from books.entries returning *) select * from d",
            "must not contain data-modifying statements",
        ),
        ("#select set_config('x.y', nextval('s')::text, true)", 'relation "s" does not exist'),
        ("#select 1; select 2", "multiple commands"),
        ("", "say what to read"),
    ],
)
def test_it_says_what_is_wrong(books: Books, wanted: str, expected: str) -> None:
    with pytest.raises(InputError) as raised:
        books(wanted)

    assert expected in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.postgres
def test_it_writes_nothing(books: Books, ledger: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(ledger) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION books.sneak() RETURNS int LANGUAGE sql AS "
            "'DELETE FROM books.entries; SELECT 1'"
        )

    with pytest.raises(InputError, match="read-only transaction"):
        books("#select books.sneak()")


def error_of(location: str, engine: DuckDBEngine, workdir: Path) -> str:
    with pytest.raises(InputError) as raised:
        open_source(location, engine=engine, workdir=workdir)
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_it_never_shows_a_password(engine: DuckDBEngine, tmp_path: Path) -> None:
    location = "postgresql://ann:secret@127.0.0.1:1/books?password=secret#entries"

    message = error_of(location, engine, tmp_path)

    assert message.startswith("postgresql://ann@127.0.0.1:1/books: PostgreSQL says: ")
    assert "secret" not in message


def test_it_says_that_an_address_is_none(engine: DuckDBEngine, tmp_path: Path) -> None:
    assert error_of("postgresql://[::1#entries", engine, tmp_path) == (
        "not an address of PostgreSQL (Invalid IPv6 URL); "
        "expected postgresql://user:password@host/database#table"
    )
    assert "invalid" in error_of("postgresql://h/d?what=ever#entries", engine, tmp_path)


def test_it_says_what_to_install(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    assert error_of("postgresql://ann@h/books#entries", engine, tmp_path) == (
        "postgresql://ann@h/books: reading PostgreSQL needs psycopg: pip install 'tieout[postgres]'"
    )
