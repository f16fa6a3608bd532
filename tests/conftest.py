"""Fixtures that every room's tests may use."""

import gc
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from databases import postgresql
from hypothesis import settings
from local_llm import local_llm
from models import ModelServer, model_server

from tieout.engines.duckdb import DuckDBEngine
from tieout.reconcile.records import RECORD_SCHEMA

Records = Callable[..., pl.DataFrame]
# Machines differ: no test asserts a time, those that draw their own examples neither.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
# Fixtures behind which another process, or a thread that serves, may be late on a busy machine.
_REAL = {
    "browser", "demo", "feed", "kafka", "nats", "own_server", "rabbitmq", "redis", "server",
    "server_environment", "spark", "tls_client",
}  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Look for dead objects seldom: imported modules and collected tests are a million objects.

    Ibis 12 calls what DuckDB 2.0 renamed; it is not ours to change.
    """
    # Not as a command does, which then never looks at what was imported: a test is no command.
    gc.set_threshold(100_000, 20)
    config.addinivalue_line(
        "filterwarnings", "ignore:fetch_arrow_table\\(\\) is deprecated:DeprecationWarning"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of real servers, brokers and browsers are tried again: a busy machine keeps them late.

    A second try is shown as R; what fails three times fails. All others have one try.
    """
    for item in items:
        if _REAL.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture(scope="session")
def engine() -> Iterator[DuckDBEngine]:
    """One engine for all tests that leave no trace in it but temporary tables."""
    with DuckDBEngine(threads=2) as engine:
        yield engine


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Address of a PostgreSQL of its own; whoever changes something makes a database there."""
    with postgresql() as address:
        yield address


@pytest.fixture(scope="session")
def language_model() -> Iterator[str]:
    """Address of a real language model of this machine, up to `/v1`; started once."""
    with local_llm() as address:
        yield address


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """A played language model, which answers the least that is allowed."""
    with model_server() as served:
        yield served


@pytest.fixture(scope="session")
def records() -> Records:
    """Reads a table of words under a header into the shape of RECORD_SCHEMA.

    "-" is nothing; amounts stand in major units, dates in ISO; rows count from 1 unless named;
    currency is EUR unless named.
    """
    return _records


def _records(table: str, *, scale: int = 2) -> pl.DataFrame:
    lines = [line.split() for line in table.strip().splitlines()]
    names = lines[0] if lines else []
    extra = [name for name in names if name not in RECORD_SCHEMA]
    schema: dict[str, type[pl.DataType]] = {**RECORD_SCHEMA, **dict.fromkeys(extra, pl.String)}
    rows: list[dict[str, Any]] = []
    for number, words in enumerate(lines[1:], start=1):
        row: dict[str, Any] = {"row": number, "currency": "EUR"}
        row |= {
            name: _value(name, word, schema, scale) for name, word in zip(names, words, strict=True)
        }
        row.setdefault("key_text", row.get("key", ""))
        texts = {name: "" for name, kind in schema.items() if kind is pl.String}
        rows.append(texts | row)
    return pl.DataFrame(rows, schema=schema)


def _value(name: str, word: str, schema: dict[str, Any], scale: int) -> Any:
    if word == "-":
        return "" if schema[name] is pl.String else None
    if name in {"amount", "original_amount"}:
        return int(Decimal(word).scaleb(scale))
    if name == "date":
        return (date.fromisoformat(word) - date(1970, 1, 1)).days
    return word if schema[name] is pl.String else int(word)
