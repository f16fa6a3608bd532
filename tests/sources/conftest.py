"""What the tests of sources share: a file from its text, its staging, and a real PostgreSQL."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databases import new_database

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.formats import AmountFormat, DateFormat
from tieout.sources.fields import AmountField, DateField, StagePlan, TextField
from tieout.sources.open import open_source
from tieout.sources.source import Source
from tieout.sources.stage import Staged, stage

Opener = Callable[..., Source]
Stager = Callable[..., "StagedRows"]

PLAN = StagePlan(
    {
        "key": TextField(("ref",)),
        "amount": AmountField("amount", format=AmountFormat(plain=True)),
        "date": DateField("day", format=DateFormat()),
    },
    scale=2,
)


@dataclass(frozen=True)
class StagedRows:
    """A staging with its table fetched, sorted by row."""

    staged: Staged
    rows: list[tuple[Any, ...]]

    @property
    def faults(self) -> list[tuple[int, str, str, str]]:
        """Each reject without its file."""
        return [(each.row, each.column, each.value, each.expected) for each in self.staged.rejects]


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """A folder for copies, which does not exist yet."""
    return tmp_path / "work"


@pytest.fixture
def opened(engine: DuckDBEngine, tmp_path: Path, workdir: Path) -> Opener:
    """Writes content into a file of some name and opens it."""

    def write_and_open(content: str | bytes, name: str = "bank.csv") -> Source:
        data = content.encode() if isinstance(content, str) else content
        path = tmp_path / name
        path.write_bytes(data)
        return open_source(str(path), engine=engine, workdir=workdir)

    return write_and_open


@pytest.fixture
def staged(engine: DuckDBEngine, tmp_path: Path) -> Stager:
    """Stages a source by a plan, which by default reads ref, amount and day."""

    def carry_out(source: Source, plan: StagePlan = PLAN, **options: Any) -> StagedRows:
        answer = stage(source, plan, engine=engine, path=tmp_path / "staged.parquet", **options)
        return StagedRows(answer, engine.fetch(answer.table.order_by("row")).rows())

    return carry_out


@pytest.fixture(scope="session")
def postgres_uri(postgresql_server: str) -> str:
    """Address of an empty database on a real server."""
    return new_database(postgresql_server)
