"""The practice company's half-year, made once, and rows for small tests."""

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from tieout.practice.company.draw import Draw
from tieout.practice.company.planting.pool import Pool
from tieout.practice.company.rows import Entry, Event, Kind, bank_spelling
from tieout.practice.company.write import CompanyFiles, company_events, write_company

Row = dict[str, str]
MakeEvent = Callable[..., Event]
MakePool = Callable[..., Pool]


@pytest.fixture
def draw() -> Draw:
    """Luck that is the same in every test."""
    return Draw.of(5)


@pytest.fixture(scope="session")
def events() -> list[Event]:
    """The half-year of seed 1, with what went wrong."""
    return company_events(1)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> CompanyFiles:
    """The same, written."""
    return write_company(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="session")
def statement(files: CompanyFiles) -> list[Row]:
    """Rows of the bank's file."""
    return _rows(files.bank, ";")


@pytest.fixture(scope="session")
def cash_book(files: CompanyFiles) -> list[Row]:
    """Rows of the ledger's file."""
    return _rows(files.ledger, ",")


@pytest.fixture(scope="session")
def labels(files: CompanyFiles) -> list[Row]:
    """Rows of the labels' file."""
    return _rows(files.labels, ",")


@pytest.fixture(scope="session")
def make_event() -> MakeEvent:
    """Makes an event of one row a book, from its kind, day, reference and amount in cents."""
    return _event


@pytest.fixture(scope="session")
def make_pool() -> MakePool:
    """Makes a pool of clean events that are taken in the order given."""
    return _pool


def _rows(path: Path, delimiter: str) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def _event(
    kind: Kind = Kind.RECEIPT,
    day: date = date(2026, 3, 11),
    reference: str = "INV-2026-00123",
    amount_minor: int = 142_300,
    party: str = "Dornfeld Weingut GbR",
) -> Event:
    bank = Entry(day, reference, f"INVOICE {reference}", bank_spelling(party), amount_minor)
    ledger = Entry(day, reference, f"Receipt {reference}", party, amount_minor)
    return Event(kind, (bank,), (ledger,))


def _pool(clean: Sequence[Event], late_day: date = date(2026, 4, 15), seed: int = 5) -> Pool:
    return Pool(Draw.of(seed), list(clean), late_day)
