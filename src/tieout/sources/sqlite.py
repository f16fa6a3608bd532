"""SQLite databases, opened for reading alone."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.sources.source import Source
from tieout.sources.sql import (
    FETCH_ROWS,
    Destination,
    Wanted,
    first_line,
    parse_wanted,
    quote_identifier,
    shorten,
    spool_rows,
)

_PREFIX: Final = "sqlite:///"


def open_sqlite(location: str, *, engine: Engine, workdir: Path) -> Source:
    """A table or query of `sqlite:///path.db#table or select`; an absolute path has four slashes.

    Rows come in the order of the table's rowid, or of the query. Raises InputError where the
    file, the table or the query is wrong.
    """
    address, _, fragment = location.partition("#")
    if not address.startswith(_PREFIX) or address == _PREFIX:
        raise InputError(
            f"{address}: a SQLite location is written sqlite:///path.db#table, "
            "with a fourth slash before an absolute path"
        )
    path = Path(unquote(address.removeprefix(_PREFIX)))
    if not path.is_file():
        raise InputError(
            f"{path}: there is no such SQLite file; "
            "an absolute path has four slashes, as in sqlite:////data/books.db#entries"
        )
    wanted = parse_wanted(fragment, name=address)
    name = wanted.table or f"{path.name}#{shorten(wanted.query)}"
    destination = Destination(name, (path,), engine, workdir, location)
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.execute("PRAGMA query_only = on")
            query = wanted.query or _select(connection, wanted, path)
            cursor = connection.execute(query)
            columns = [column[0] for column in cursor.description or ()]
            return spool_rows(columns, _batches(cursor), destination)
    except sqlite3.Error as error:
        raise InputError(f"{path.name}: SQLite says: {first_line(error)}") from error


def _select(connection: sqlite3.Connection, wanted: Wanted, path: Path) -> str:
    tables = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
            " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        )
    ]
    table = next((each for each in tables if each.lower() == wanted.table.lower()), None)
    if table is None:
        raise InputError(
            f"{path.name}: has no table {wanted.table!r}; it has {', '.join(tables) or 'none'}"
        )
    return f"SELECT * FROM {quote_identifier(table)}"


def _batches(cursor: sqlite3.Cursor) -> Iterator[Sequence[Sequence[Any]]]:
    while batch := cursor.fetchmany(FETCH_ROWS):
        yield batch
