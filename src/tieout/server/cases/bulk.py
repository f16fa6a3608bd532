"""Many rows into the database at once: a temporary table, filled by COPY where there is one."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def staged(columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Rows in a temporary table of the running transaction; answers with its name.

    columns: name to SQL type, of types that SQLite and PostgreSQL know alike.
    """
    name = f"staged_{uuid.uuid4().hex[:12]}"
    defined = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({defined})")
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", list(rows))
        yield name
        # Not when something failed: then the transaction is over, and the table with it.
        cursor.execute(f"DROP TABLE {name}")


def execute(sql: str, values: Sequence[Any] = ()) -> int:
    """Run one statement; answers with the number of rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
