"""A practice ledger, read the long way round from its files."""

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tieout.practice.ledger import LedgerWritten, generate_ledger
from tieout.practice.ledger.company import Company, found_company

ROWS, SEED = 30_000, 7


@dataclass(frozen=True)
class Line:
    """amount: debit less credit."""

    account: int
    amount: Decimal


@dataclass(frozen=True)
class Booked:
    """An entry of the file. kind: empty for an ordinary one."""

    entry_id: str
    posted_at: datetime
    effective: date
    lines: tuple[Line, ...]
    description: str
    document: str
    prepared_by: str
    approved_by: str
    origin: str
    counterparty: str
    kind: str

    @property
    def debit(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.amount > 0), Decimal(0))

    @property
    def pair(self) -> tuple[int, int]:
        """The accounts of an entry of two lines, the debited one first."""
        debit, credit = sorted(self.lines, key=lambda line: -line.amount)
        return debit.account, credit.account


@dataclass(frozen=True)
class Practice:
    """A data set: its entries in the order of the file, and its accounts by number."""

    written: LedgerWritten
    entries: tuple[Booked, ...]
    accounts: dict[int, dict[str, str]]

    @property
    def ordinary(self) -> list[Booked]:
        return [entry for entry in self.entries if not entry.kind]

    def planted(self, kind: str) -> list[Booked]:
        return [entry for entry in self.entries if entry.kind == kind]

    def about(self, words: str) -> list[Booked]:
        """Ordinary entries whose description begins with some words."""
        return [entry for entry in self.ordinary if entry.description.startswith(words)]


def read_practice(written: LedgerWritten) -> Practice:
    kinds = pl.read_parquet(written.labels)["anomaly_type"].to_list()
    rows: defaultdict[str, list[tuple[dict[str, str], str]]] = defaultdict(list)
    with written.journal.open(encoding="utf-8", newline="") as file:
        for row, kind in zip(csv.DictReader(file), kinds, strict=True):
            rows[row["entry_id"]].append((row, kind or ""))
    with written.accounts.open(encoding="utf-8", newline="") as file:
        accounts = {int(row["account"]): row for row in csv.DictReader(file)}
    return Practice(written, tuple(_booked(lines) for lines in rows.values()), accounts)


def _booked(rows: list[tuple[dict[str, str], str]]) -> Booked:
    first, kind = rows[0]
    assert {kind for _, kind in rows} == {kind}, "all lines of an entry are labelled alike"
    assert [row["line"] for row, _ in rows] == [str(n + 1) for n in range(len(rows))]
    return Booked(
        entry_id=first["entry_id"],
        posted_at=datetime.fromisoformat(first["posted_at"]),
        effective=date.fromisoformat(first["effective_date"]),
        lines=tuple(
            Line(int(row["account"]), Decimal(row["debit"]) - Decimal(row["credit"]))
            for row, _ in rows
        ),
        description=first["description"],
        document=first["document"],
        prepared_by=first["prepared_by"],
        approved_by=first["approved_by"],
        origin=first["origin"],
        counterparty=first["counterparty"],
        kind=kind,
    )


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Practice]:
    """Makes a data set, once for the same wishes."""

    @cache
    def make(rows: int = ROWS, seed: int = SEED) -> Practice:
        out: Path = tmp_path_factory.mktemp("ledger")
        return read_practice(generate_ledger(rows=rows, seed=seed, out=out))

    return make


@pytest.fixture(scope="session")
def practice(generated: Callable[..., Practice]) -> Practice:
    """A data set of about 30,000 lines."""
    return generated()


@pytest.fixture
def company() -> Company:
    """A company on its first day."""
    return found_company(rows=75_000, generator=np.random.default_rng(2))
