"""PostgreSQL, read in one read-only transaction through a cursor on the server."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

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

if TYPE_CHECKING:
    import psycopg

_CONNECT_SECONDS: Final = 15
_SESSION: Final = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    # Else a scan may begin in the middle of a table, where another one is.
    "SET LOCAL synchronize_seqscans = off",
    "SET LOCAL TimeZone = 'UTC'",
)


def open_postgres(location: str, *, engine: Engine, workdir: Path) -> Source:
    """A table or query of `postgresql://user:password@host/database#table or select`.

    A table comes in the order of its primary key, or as it is stored; a query in its own order.
    Raises InputError where the address, the table or the query is wrong, and without psycopg.
    """
    address, _, fragment = location.partition("#")
    shown = _without_password(address)
    wanted = parse_wanted(fragment, name=shown)
    try:
        import psycopg
    except ImportError as error:
        raise InputError(
            f"{shown}: reading PostgreSQL needs psycopg: pip install 'tieout[postgres]'"
        ) from error
    name = wanted.table or f"{shown}#{shorten(wanted.query)}"
    destination = Destination(name, (), engine, workdir, location)
    try:
        with closing(
            psycopg.connect(address, connect_timeout=_CONNECT_SECONDS, options="-c lc_messages=C")
        ) as connection:
            connection.read_only = True
            for setting in _SESSION:
                connection.execute(setting)
            query = wanted.query or _select(connection, wanted, shown)
            with connection.cursor(name="tieout") as cursor:
                cursor.execute(query.encode())
                columns = [column.name for column in cursor.description or ()]
                return spool_rows(columns, _batches(cursor), destination)
    except (psycopg.Error, ValueError) as error:
        raise InputError(f"{shown}: PostgreSQL says: {first_line(error)}") from error


def _without_password(address: str) -> str:
    """The address as it may be shown; its parameters can hold a password too."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise InputError(
            f"not an address of PostgreSQL ({error}); "
            "expected postgresql://user:password@host/database#table"
        ) from error
    user, mark, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, f"{user.split(':')[0]}{mark}{host}", parts.path, "", ""))


def _select(connection: "psycopg.Connection[Any]", wanted: Wanted, shown: str) -> str:
    found = connection.execute(
        """
        SELECT schemaname, relname FROM (
            SELECT n.nspname AS schemaname, c.relname, pg_table_is_visible(c.oid) AS visible
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p')
        ) AS relations
        WHERE (visible AND lower(relname) = lower(%(wanted)s))
            OR lower(schemaname || '.' || relname) = lower(%(wanted)s)
        ORDER BY relname = %(wanted)s DESC, visible DESC, 1, 2
        """,
        {"wanted": wanted.table},
    ).fetchone()
    if found is None:
        raise InputError(f"{shown}: has no table {wanted.table!r} that this user can see")
    table = ".".join(map(quote_identifier, found))
    keys = connection.execute(
        """
        SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute a ON a.attnum = k.number
        WHERE i.indrelid = %(table)s::regclass AND a.attrelid = i.indrelid AND i.indisprimary
        ORDER BY k.place
        """,
        {"table": table},
    ).fetchall()
    order = ", ".join(quote_identifier(key[0]) for key in keys)
    return f"SELECT * FROM {table}" + (f" ORDER BY {order}" if order else "")


def _batches(cursor: "psycopg.ServerCursor[Any]") -> Iterator[Sequence[Sequence[Any]]]:
    while batch := cursor.fetchmany(FETCH_ROWS):
        yield batch
