"""A table that grows: new rows by a key that rises, counted by the database itself."""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from tieout.model.errors import InputError
from tieout.sources.sql import first_line, quote_identifier
from tieout.sources.streams.stream import Position, Positions, StreamBatch

if TYPE_CHECKING:
    import polars as pl

_POLL_SECONDS: Final = 0.5
_SQLITE_MINUTE: Final = (
    "strftime('%Y-%m-%dT%H:%M', {time}, "
    "CASE WHEN typeof({time}) IN ('integer', 'real') THEN 'unixepoch' ELSE '+0 days' END)"
)
_POSTGRES_MINUTE: Final = "to_char(date_trunc('minute', {time}), 'YYYY-MM-DD\"T\"HH24:MI')"


class _Database(Protocol):
    minute: str
    mark: str

    def rows(self, query: str, values: Sequence[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a query."""

    def settled(self, column: str, seconds: float) -> str:
        """The condition that a row is at least so old."""

    def close(self) -> None:
        """Disconnect."""


@dataclass
class TableStream:
    """Rows of a table of SQLite or PostgreSQL by a rising key, such as a serial primary key.

    Where no amounts or durations are wanted, the database counts by minute, status and dimensions
    (sql/counts.sql), and only counts travel; else rows do (sql/events.sql).
    moments: more columns of times. count: a column of how many events a row stands for.
    settle_seconds: rows younger than this are left for the next poll. Transactions of PostgreSQL
    may commit out of the order of their keys; it has to be longer than the longest of them.
    """

    location: str
    table: str
    key: str
    time: str
    status: str
    dimensions: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    count: str | None = None
    settle_seconds: float = 0.0
    batch_rows: int = 50_000
    _position: Position = field(default_factory=dict)
    _database: _Database | None = None

    @property
    def _after(self) -> Any:
        return self._position.get("after", 0)

    @property
    def name(self) -> str:
        """The one partition that there is."""
        return f"table/{self.table}"

    def start(self, positions: Positions) -> None:
        """Connect. Raises InputError where the database, the table or a column is not there."""
        self._position = positions.get(self.name, {})
        self._database = _connect(self.location)
        # Asked for by name, since SQLite takes a quoted name that it does not know for a text.
        present, _ = self._database.rows(f"SELECT * FROM {self._quoted} LIMIT 0", [])
        wanted = (self.key, self.time, self.status, *self.dimensions, *self.values, *self.moments)
        wanted += (self.count,) if self.count else ()
        missing = [name for name in wanted if name not in present]
        if missing:
            raise InputError(
                f"the table {self.table} has no column {missing[0]!r}; it has {', '.join(present)}"
            )

    def poll_batch(self, timeout_seconds: float) -> StreamBatch | None:
        """The next rows, counted."""
        deadline = time.monotonic() + timeout_seconds
        until = self._until()
        while until is None and time.monotonic() < deadline:
            time.sleep(min(_POLL_SECONDS, timeout_seconds))
            until = self._until()
        if until is None:
            return None
        frame, begins = self._counted(until), self._position
        self._position = {"after": until}
        return StreamBatch(self.name, self._position, frame=frame, begins=begins)

    def commit(self, token: Any) -> None:
        """A table keeps nothing for its readers."""

    def go_on(self, _: str, position: Position, /) -> None:
        """Poll from another key on."""
        self._position = position

    def close(self) -> None:
        """Disconnect."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _until(self) -> Any:
        database = self._open
        settled = ""
        if self.settle_seconds:
            settled = " AND " + database.settled(quote_identifier(self.time), self.settle_seconds)
        query = self._written("until", settled=settled, rows=self.batch_rows)
        _, [[until]] = database.rows(query, [self._after])
        return until

    def _counted(self, until: Any) -> "pl.DataFrame":
        import polars as pl

        columns = [quote_identifier(name) for name in (self.status, *self.dimensions)]
        # The time itself may be that of the request: then it travels whole, and once.
        minute = "{time}" if self.time in self.moments else self._open.minute
        more = [name for name in (*self.values, *self.moments) if name != self.time]
        values = [quote_identifier(name) for name in more]
        query = self._written(
            "events" if self.values or self.moments else "counts",
            counted=f"sum({quote_identifier(self.count)})" if self.count else "count(*)",
            minute=minute.format(time=quote_identifier(self.time)),
            columns=", ".join(columns),
            values="".join(f", {each}" for each in values),
        )
        names, rows = self._open.rows(query, [self._after, until])
        schema: dict[str, Any] = dict.fromkeys(names, pl.String)
        schema |= dict.fromkeys(self.values, pl.Float64) | {"count": pl.Int64}
        texts = [
            [_cell(value, schema[name]) for name, value in zip(names, row, strict=True)]
            for row in rows
        ]
        return pl.DataFrame(texts, schema={name: schema[name] for name in names}, orient="row")

    def _written(self, name: str, **more: Any) -> str:
        mark = self._open.mark
        text = (files(__package__) / "sql" / f"{name}.sql").read_text(encoding="utf-8")
        return text.format(
            key=quote_identifier(self.key),
            time=quote_identifier(self.time),
            table=self._quoted,
            after=mark,
            until=mark,
            **more,
        )

    @property
    def _quoted(self) -> str:
        return ".".join(quote_identifier(part) for part in self.table.split("."))

    @property
    def _open(self) -> _Database:
        assert self._database is not None  # noqa: S101 - `start` comes first
        return self._database


def _cell(value: Any, kind: Any) -> Any:
    import polars as pl

    if value is None:
        return None
    if kind == pl.String:
        return str(value)
    return float(value) if kind == pl.Float64 else int(value)


def _connect(location: str) -> _Database:
    if location.startswith(("postgresql://", "postgres://")):
        return _Postgres(location)
    return _SQLite(location.removeprefix("sqlite:///"))


class _SQLite:
    minute = _SQLITE_MINUTE
    mark = "?"

    def __init__(self, path: str) -> None:
        if not Path(path).is_file():
            raise InputError(f"{path}: there is no such database")
        self.connection = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)

    def rows(self, query: str, values: Sequence[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        try:
            cursor = self.connection.execute(query, values)
        except sqlite3.Error as error:
            raise InputError(f"the table can't be polled: {first_line(error)}") from error
        return [column[0] for column in cursor.description], cursor.fetchall()

    def settled(self, column: str, seconds: float) -> str:
        return f"{column} <= strftime('%Y-%m-%dT%H:%M:%S', 'now', '-{seconds:f} seconds')"

    def close(self) -> None:
        self.connection.close()


class _Postgres:
    minute = _POSTGRES_MINUTE
    mark = "%s"

    def __init__(self, location: str) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise InputError(
                "polling PostgreSQL needs psycopg: pip install 'tieout[postgres]'"
            ) from error
        self._errors = psycopg.Error
        try:
            self.connection = psycopg.connect(
                location, autocommit=True, connect_timeout=15, options="-c TimeZone=UTC"
            )
        except psycopg.Error as error:
            raise InputError(f"the database does not answer: {first_line(error)}") from error
        self.connection.read_only = True

    def rows(self, query: str, values: Sequence[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        try:
            cursor = self.connection.execute(query.encode(), values)
        except self._errors as error:
            raise InputError(f"the table can't be polled: {first_line(error)}") from error
        return [column.name for column in cursor.description or ()], cursor.fetchall()

    def settled(self, column: str, seconds: float) -> str:
        return f"{column} <= now() - interval '{seconds:f} seconds'"

    def close(self) -> None:
        self.connection.close()
