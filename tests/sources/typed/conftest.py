"""What the tests of typed tables share: a table read from a file's text."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.sources.typed import ReadTable, read_table

Reader = Callable[..., ReadTable]


@pytest.fixture
def read(engine: DuckDBEngine, tmp_path: Path) -> Reader:
    """Writes text or a frame into a file of some name and reads it as a table."""

    def write_and_read(
        content: str | pl.DataFrame, name: str = "payments.csv", **options: Any
    ) -> ReadTable:
        path = tmp_path / name
        if isinstance(content, pl.DataFrame):
            content.write_parquet(path)
        else:
            path.write_text(content, encoding="utf-8")
        return read_table(str(path), engine=engine, workdir=tmp_path / "work", **options)

    return write_and_read


def column(name: str, *values: object) -> str:
    """The text of a file with one column beside a numbered one, so that blanks keep their rows."""
    return f"place,{name}\n" + "".join(f"p{n},{value}\n" for n, value in enumerate(values))


def faults(table: ReadTable) -> list[tuple[int, str, str, str]]:
    """Each reject without its file."""
    return [(each.row, each.column, each.value, each.expected) for each in table.rejects]


def moment(text: str) -> datetime:
    """A moment without a time zone, by its ISO text."""
    return datetime.fromisoformat(text)
