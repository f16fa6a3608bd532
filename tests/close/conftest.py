"""Journals as tables of words, and a practice ledger."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from tieout.close.journal.book import Book, open_book
from tieout.close.ledger.model import ACCOUNT_SCHEMA, LINE_SCHEMA
from tieout.practice.ledger import LedgerWritten, generate_ledger

Lines = Callable[..., pl.DataFrame]
Books = Callable[..., Book]
Chart = Callable[[str], pl.DataFrame]


def read_lines(table: str, **same: str) -> pl.DataFrame:
    """Lines from words under a header; "-" is nothing, "_" a space; amounts in major units.

    Without `line`, lines of an entry are numbered; without `currency`, it is EUR.
    """
    head, *rows = (line.split() for line in table.strip().splitlines())
    found = []
    for number, words in enumerate(rows, start=1):
        cells = {**same, **dict(zip(head, words, strict=True))}
        found.append({"row": number, **{name: _cell(name, cells.get(name)) for name in _FIELDS}})
    frame = pl.DataFrame(found, schema={"row": pl.Int64, **_FIELDS})
    numbered = pl.int_range(1, pl.len() + 1).over("entry").cast(pl.Int64)
    return frame.with_columns(line=pl.coalesce("line", numbered)).select(list(LINE_SCHEMA))


_FIELDS = {name: kind for name, kind in LINE_SCHEMA.items() if name != "row"}


def _cell(name: str, word: str | None) -> object:
    kind = _FIELDS[name]
    if word is None or word == "-":
        default = "EUR" if name == "currency" else ""
        return default if kind == pl.String else None
    if name == "amount":
        return int(Decimal(word) * 100)
    if kind == pl.Int64:
        return int(word)
    if kind == pl.Date:
        return date.fromisoformat(word)
    if kind == pl.Datetime("us"):
        return datetime.fromisoformat(word)
    return word.replace("_", " ")


@pytest.fixture(scope="session")
def lines() -> Lines:
    """`read_lines`."""
    return read_lines


@pytest.fixture(scope="session")
def chart() -> Chart:
    """Accounts from lines of account, type, opening and closing ("-" for nothing)."""

    def read(table: str) -> pl.DataFrame:
        rows = []
        for line in table.strip().splitlines():
            account, kind, opening, closing = line.split()
            rows.append(
                {
                    "account": account,
                    "name": account.title(),
                    "type": "" if kind == "-" else kind,
                    "opening": None if opening == "-" else int(Decimal(opening) * 100),
                    "closing": None if closing == "-" else int(Decimal(closing) * 100),
                }
            )
        return pl.DataFrame(rows, schema=ACCOUNT_SCHEMA)

    return read


@pytest.fixture(scope="session")
def book() -> Books:
    """A book over a table of lines that knows every column which the table names."""

    def read(
        table: str, accounts: pl.DataFrame | None = None, *, sides: bool = True, **same: str
    ) -> Book:
        named = set(table.strip().splitlines()[0].split()) | set(same) | {"amount", "row"}
        known = frozenset(named | ({"sides"} if sides else set()))
        return open_book(read_lines(table, **same), known=known, accounts=accounts)

    return read


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> LedgerWritten:
    """A practice ledger of about 12,000 lines."""
    return generate_ledger(rows=12_000, seed=61, out=tmp_path_factory.mktemp("ledger"))


@pytest.fixture(scope="session")
def practice_folder(practice: LedgerWritten) -> Path:
    """Where it lies."""
    return practice.journal.parent
