"""A table that grows, polled: counted where it lies, from where the last poll stood."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stream_outage import MINUTES, START, follow, outage, told

from tieout.model.errors import InputError
from tieout.monitor.decode import EventShape, decode_frame
from tieout.pipeline.monitoring.store import MemoryStore
from tieout.sources.streams.table import TableStream

Execute = Callable[..., None]
COLUMNS = "id, at, status, acquirer, amount"


@dataclass(frozen=True)
class Database:
    """A database with an empty table of payments."""

    url: str
    execute: Callable[[str, Sequence[Sequence[Any]]], None]
    mark: str

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows of id, moment, status, acquirer, amount."""
        marks = ", ".join([self.mark] * 5)
        self.execute(f"INSERT INTO payments ({COLUMNS}) VALUES ({marks})", rows)

    def stream(self, **more: Any) -> TableStream:
        """A reader of the table."""
        return TableStream(self.url, "payments", "id", "at", "status", ("acquirer",), **more)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """On SQLite, and on a real PostgreSQL."""
    if request.param == "sqlite":
        yield _sqlite(tmp_path / "payments.db")
    else:
        yield _postgres(request.getfixturevalue("postgres_url"))


def _sqlite(path: Path) -> Database:
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE payments (id INTEGER PRIMARY KEY, at TEXT, status TEXT, acquirer TEXT, "
        "amount REAL)"
    )
    connection.commit()

    def execute(query: str, rows: Sequence[Sequence[Any]]) -> None:
        with connection:
            connection.executemany(query, rows)

    return Database(str(path), execute, "?")


def _postgres(url: str) -> Database:
    import psycopg

    def execute(query: str, rows: Sequence[Sequence[Any]]) -> None:
        with psycopg.connect(url) as connection, connection.cursor() as cursor:
            cursor.executemany(query.encode(), rows)

    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS payments")
        connection.execute(
            "CREATE TABLE payments (id bigint PRIMARY KEY, at timestamptz, status text, "
            "acquirer text, amount numeric(12, 2))"
        )
    return Database(url, execute, "%s")


def payment(number: int, minute: int, status: str = "approved", acquirer: str = "A1") -> list[Any]:
    """A row, ten seconds into a minute."""
    at = f"2026-03-02T10:{minute:02d}:10+00:00"
    return [number, at, status, acquirer, 10.0 + number]


def test_the_database_counts_by_minute_status_and_dimension(database: Database) -> None:
    database.add([payment(1, 0), payment(2, 0), payment(3, 0, "denied"), payment(4, 1)])
    stream = database.stream()
    stream.start({})
    batch = stream.poll_batch(0)
    assert batch is not None
    assert batch.frame is not None
    assert batch.frame.columns == ["at", "status", "acquirer", "count"]
    assert batch.frame.rows() == [
        ("2026-03-02T10:00", "approved", "A1", 2),
        ("2026-03-02T10:00", "denied", "A1", 1),
        ("2026-03-02T10:01", "approved", "A1", 1),
    ]
    assert batch.position == {"after": 4}
    stream.close()


def test_a_poll_goes_on_where_the_last_one_stood(database: Database) -> None:
    database.add([payment(number, 0) for number in range(1, 11)])
    stream = database.stream(batch_rows=4)
    stream.start({"table/payments": {"after": 2}})
    seen = [stream.poll_batch(0) for _ in range(3)]
    assert [batch and batch.position for batch in seen] == [{"after": 6}, {"after": 10}, None]
    database.add([payment(11, 1)])
    last = stream.poll_batch(0)
    assert last is not None
    assert last.position == {"after": 11}
    stream.close()


def test_a_poll_begins_where_another_process_came_to(database: Database) -> None:
    database.add([payment(number, 0) for number in range(1, 11)])
    stream = database.stream(batch_rows=4)
    stream.start({})
    seen = [stream.poll_batch(0), stream.poll_batch(0)]
    assert [batch and batch.begins for batch in seen] == [{}, {"after": 4}]
    stream.go_on("table/payments", {"after": 5})
    again = stream.poll_batch(0)
    assert again is not None
    assert (again.begins, again.position) == ({"after": 5}, {"after": 9})
    stream.close()


def test_rows_come_one_by_one_where_amounts_are_wanted(database: Database) -> None:
    database.add([payment(1, 0), payment(2, 0)])
    stream = database.stream(values=("amount",))
    stream.start({})
    batch = stream.poll_batch(0)
    assert batch is not None
    assert batch.frame is not None
    assert batch.frame.rows() == [
        ("2026-03-02T10:00", "approved", "A1", 1, 11.0),
        ("2026-03-02T10:00", "approved", "A1", 1, 12.0),
    ]
    stream.close()


def test_rows_that_are_too_young_are_left_for_later(database: Database) -> None:
    database.add([payment(1, 0), [2, "2999-01-01T00:00:00+00:00", "approved", "A1", 1.0]])
    stream = database.stream(settle_seconds=5.0)
    stream.start({})
    batch = stream.poll_batch(0)
    assert batch is not None
    assert batch.position == {"after": 1}
    assert stream.poll_batch(0) is None
    stream.close()


def test_a_column_that_is_not_there_is_said_in_one_line(database: Database) -> None:
    database.add([payment(1, 0)])
    stream = database.stream()
    stream.status = "state"
    with pytest.raises(InputError, match="the table payments has no column 'state'; it has id, at"):
        stream.start({})
    stream.close()


def test_a_table_that_is_not_there_is_said_when_it_starts(database: Database) -> None:
    stream = database.stream()
    stream.table = "receipts"
    with pytest.raises(InputError, match=r"the table can't be polled: .*receipts"):
        stream.start({})
    stream.close()


def test_a_database_that_is_not_there_is_said() -> None:
    stream = TableStream("nowhere.db", "payments", "id", "at", "status")
    with pytest.raises(InputError, match=r"nowhere\.db: there is no such database"):
        stream.start({})


def moment(seconds: int) -> str:
    """A moment as SQLite's own functions write it."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def test_an_outage_in_a_table_is_told_once_over_a_restart(tmp_path: Path) -> None:
    import json

    database = _sqlite(tmp_path / "payments.db")
    events = [json.loads(each) for each in outage()]
    rows = [
        [number, moment(each["timestamp"]), each["status"], "A1", 1.0]
        for number, each in enumerate(events, start=1)
    ]
    store = MemoryStore()
    for part in (rows[:2500], rows[2500:]):
        database.add(part)
        live = follow(database.stream(batch_rows=333), store)
        live.shape = live.shape.__class__(time="at", dimensions=("acquirer",))
        live.start()
        while live.step(0):
            pass
        live.stream.close()
    assert told(store) == [("fired", "info"), ("resolved", "info")]
    assert store.minutes == list(range(START, START + MINUTES - 1))


def test_rows_that_are_counts_are_added_up(database: Database) -> None:
    database.add([payment(1, 0), payment(2, 0), payment(3, 1)])
    stream = database.stream(count="id")
    stream.start({})
    batch = stream.poll_batch(0)
    assert batch is not None
    assert batch.frame is not None
    assert batch.frame["count"].to_list() == [1 + 2, 3]
    stream.close()


@pytest.mark.parametrize("response", ["at", "acquirer"])
def test_times_of_request_and_answer_travel_with_each_row(
    database: Database, response: str
) -> None:
    """The time of the event may be one of them."""
    database.add([[1, "2026-03-02T10:00:10+00:00", "approved", "2026-03-02T10:00:12Z", 5.0]])
    stream = TableStream(database.url, "payments", "id", "at", "status", moments=("at", response))
    stream.start({})
    batch = stream.poll_batch(0)
    assert batch is not None
    assert batch.frame is not None
    shape = EventShape(time="at", request="at", response=response)
    decoded = decode_frame(batch.frame, shape).frame
    assert decoded["latency_ms"].to_list() == [2000.0 if response == "acquirer" else 0.0]
    stream.close()
