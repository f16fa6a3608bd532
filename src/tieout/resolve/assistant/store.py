"""Where answers are kept and what was used is counted: in memory, or in a file."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Protocol

from tieout.model.errors import InputError
from tieout.resolve.assistant.tasks import Task
from tieout.resolve.assistant.usage import Outcome, Usage

STORE_FILE: Final = Path(".tieout") / "assistant.db"
_BUSY_SECONDS: Final = 30.0
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, content TEXT NOT NULL,
  until TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS calls (at TEXT NOT NULL, task TEXT NOT NULL, outcome TEXT NOT NULL,
  requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
  cost TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS calls_at ON calls (at);
"""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One question and how it ended."""

    at: datetime
    task: Task
    model: str
    key: str
    outcome: Outcome
    why: str = ""
    usage: Usage = Usage()


class Store(Protocol):
    """Keeps answers by their key, and counts."""

    def kept(self, key: str, now: datetime) -> dict[str, Any] | None:
        """The answer to the same question, unless it is too old."""

    def keep(self, call: Call, content: dict[str, Any], *, until: datetime) -> None:
        """Keep an answer, pseudonyms and all, until a moment."""

    def note(self, call: Call) -> None:
        """Count a question."""

    def spent(self, since: datetime) -> Usage:
        """What was used from a moment on."""


class MemoryStore:
    """For one process; nothing stays."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[dict[str, Any], datetime]] = {}
        self.calls: list[Call] = []

    def kept(self, key: str, now: datetime) -> dict[str, Any] | None:
        """The answer to the same question, unless it is too old."""
        content, until = self.answers.get(key, (None, now))
        return content if until > now else None

    def keep(self, call: Call, content: dict[str, Any], *, until: datetime) -> None:
        """Keep an answer until a moment."""
        self.answers[call.key] = (content, until)

    def note(self, call: Call) -> None:
        """Count a question."""
        self.calls.append(call)

    def spent(self, since: datetime) -> Usage:
        """What was used from a moment on."""
        return sum((call.usage for call in self.calls if call.at >= since), Usage())


class FileStore:
    """A file in the workspace, for commands; several may use it at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as file:
                file.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise InputError(f"{path}: can't be read or written ({error})") from error

    def kept(self, key: str, now: datetime) -> dict[str, Any] | None:
        """The answer to the same question, unless it is too old."""
        asked = "SELECT content FROM answers WHERE key = ? AND until > ?"
        with self._open() as file:
            row = file.execute(asked, (key, _text(now))).fetchone()
        return json.loads(row[0]) if row else None

    def keep(self, call: Call, content: dict[str, Any], *, until: datetime) -> None:
        """Keep an answer until a moment; those that are too old go."""
        with self._open() as file:
            file.execute("DELETE FROM answers WHERE until <= ?", (_text(call.at),))
            values = (call.key, json.dumps(content, ensure_ascii=False), _text(until))
            file.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", values)

    def note(self, call: Call) -> None:
        """Count a question."""
        used = call.usage
        counted = (used.requests, used.input_tokens, used.output_tokens, str(used.cost))
        values = (_text(call.at), str(call.task), str(call.outcome), *counted)
        with self._open() as file:
            file.execute("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def spent(self, since: datetime) -> Usage:
        """What was used from a moment on."""
        asked = "SELECT requests, input_tokens, output_tokens, cost FROM calls WHERE at >= ?"
        with self._open() as file:
            rows = file.execute(asked, (_text(since),)).fetchall()
        used = (
            Usage(requests=row[0], input_tokens=row[1], output_tokens=row[2], cost=Decimal(row[3]))
            for row in rows
        )
        return sum(used, Usage())

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as file, file:
            yield file


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
