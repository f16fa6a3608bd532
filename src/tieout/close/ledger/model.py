"""The normal form of a ledger: lines of journal entries, and accounts."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import polars as pl

from tieout.model.facts import Reject

# row: data row of the file, from 1. amount: units of 0.01 (or the ledger's scale), debits positive.
LINE_SCHEMA: Final[dict[str, pl.DataType]] = {
    "row": pl.Int64(),
    "entry": pl.String(),
    "line": pl.Int64(),
    "effective": pl.Date(),
    "posted_at": pl.Datetime("us"),
    "approved_at": pl.Datetime("us"),
    "account": pl.String(),
    "amount": pl.Int64(),
    "currency": pl.String(),
    "description": pl.String(),
    "document": pl.String(),
    "prepared_by": pl.String(),
    "approved_by": pl.String(),
    "origin": pl.String(),
    "counterparty": pl.String(),
}
TEXTS: Final = tuple(name for name, kind in LINE_SCHEMA.items() if kind == pl.String())
# opening, closing: what the trial balance says, null where it says nothing.
ACCOUNT_SCHEMA: Final[dict[str, pl.DataType]] = {
    "account": pl.String(),
    "name": pl.String(),
    "type": pl.String(),
    "opening": pl.Int64(),
    "closing": pl.Int64(),
}


class AccountType(StrEnum):
    """What an account holds; the first three have balances, the others movements of a year."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    REVENUE = "revenue"
    EXPENSE = "expense"


BALANCE_TYPES: Final = frozenset({AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY})


@dataclass(frozen=True)
class Assertion:
    """A balance that a plain-text ledger says an account has, in units.

    before_day: at the beginning of `day`, with the accounts below it (beancount); else after the
    posting in `row`, of the account alone (hledger).
    """

    row: int
    account: str
    day: date
    amount: int
    currency: str
    before_day: bool


@dataclass(frozen=True)
class JournalRead:
    """A journal as it stands in a file.

    lines: LINE_SCHEMA, every readable row, in the order of the file; texts are "" where nothing
        stands. known: columns of it that the file has. columns: the file's name of each.
    accounts: of a plain-text ledger, which names them itself; else empty. assertions: likewise.
    rows: all data rows; rejects and their number: those that are not in `lines`.
    """

    lines: pl.DataFrame
    known: frozenset[str]
    columns: dict[str, str]
    accounts: pl.DataFrame
    rows: int
    rejects: tuple[Reject, ...]
    rejected: int
    scale: int = 2
    assertions: tuple[Assertion, ...] = ()


def empty_accounts() -> pl.DataFrame:
    """No accounts."""
    return pl.DataFrame(schema=ACCOUNT_SCHEMA)


def line_frame(columns: dict[str, pl.Series | list[object]], rows: int) -> pl.DataFrame:
    """Columns as LINE_SCHEMA; those that are not given are null, texts are empty."""
    series = []
    for name, kind in LINE_SCHEMA.items():
        values = columns.get(name)
        if values is None:
            values = [None] * rows
        made = values if isinstance(values, pl.Series) else pl.Series(values, dtype=kind)
        made = made.cast(kind).alias(name)
        series.append(made.fill_null("") if kind == pl.String() else made)
    return pl.DataFrame(series)
