"""The practice company's files: a bank statement, a cash book, and what is wrong with them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tieout.model.buckets import Bucket
from tieout.model.errors import InputError
from tieout.model.money import to_decimal
from tieout.practice.company.business import abroad, costs, sales
from tieout.practice.company.calendar import bank_days_later
from tieout.practice.company.draw import Draw
from tieout.practice.company.planting.plant import plant_breaks
from tieout.practice.company.rows import CLEAN, Entry, Event

BANK_HEADER: Final = (
    "Booking date",
    "Value date",
    "Reference",
    "Payment details",
    "Counterparty",
    "Original amount",
    "Original currency",
    "Amount",
    "Currency",
    "Balance",
)
LEDGER_HEADER: Final = (
    "posting_date",
    "voucher",
    "document_no",
    "text",
    "partner",
    "original_amount",
    "original_currency",
    "debit",
    "credit",
    "currency",
)
LABEL_HEADER: Final = ("left_row", "right_row", "cause")
OPENING_BALANCE_MINOR: Final = 18_425_037


@dataclass(frozen=True)
class CompanyFiles:
    """What was written.

    labels: a line for each pair of rows that belong together but do not agree, and for each row
    that stands alone: left_row, right_row (data rows of bank and ledger from 1), cause.
    """

    bank: Path
    ledger: Path
    labels: Path


def write_company(folder: Path, *, seed: int = 1) -> CompanyFiles:
    """Write statement.csv, cashbook.csv and labels.csv of a small company's half-year.

    About 3,000 rows of the bank; some six in a hundred do not agree with the ledger, for causes
    of all sixteen kinds. The same seed gives the same bytes. Files of these names are replaced.
    Raises InputError when the folder cannot be written.
    """
    events = company_events(seed)
    draw = Draw.of(seed + 1)
    bank, ledger = ((_Book.of(events, side, draw)) for side in ("bank", "ledger"))
    files = CompanyFiles(folder / "statement.csv", folder / "cashbook.csv", folder / "labels.csv")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(files.bank, BANK_HEADER, _statement(bank.entries), delimiter=";")
        _write(files.ledger, LEDGER_HEADER, _cash_book(ledger.entries), delimiter=",")
        _write(files.labels, LABEL_HEADER, _labels(events, bank, ledger), delimiter=",")
    except OSError as error:
        raise InputError(f"{folder}: can't be written ({error.strerror})") from error
    return files


def company_events(seed: int) -> list[Event]:
    """Half a year of business with what went wrong, in no order."""
    draw = Draw.of(seed)
    rates = abroad.Rates.of(draw)
    debits = sales.direct_debits(draw)
    events = [
        *sales.receipts(draw),
        *sales.collectives(draw),
        *debits,
        *sales.booked_returns(draw, debits),
        *sales.card_settlements(draw),
        *sales.cash_deposits(draw),
        *costs.supplier_payments(draw),
        *costs.supplier_batches(draw),
        *costs.payroll(draw),
        *costs.contracts(draw),
        *costs.taxes(draw),
        *costs.bank_fees(draw),
        *abroad.foreign_payments(draw, rates),
    ]
    return plant_breaks(draw, events, rates)


@dataclass(frozen=True)
class _Book:
    """One side's rows in the order of its file, and the row number of each event's entries."""

    entries: list[Entry]
    rows: list[list[int]]

    @classmethod
    def of(cls, events: Sequence[Event], side: Literal["bank", "ledger"], draw: Draw) -> "_Book":
        """By date; within a day as chance has it, an event's entries together and repeats last."""
        luck = draw.shuffled(range(len(events)))
        numbered = [
            ((entry.day, event.cause == Bucket.DUPLICATE, luck[place], line), place, entry)
            for place, event in enumerate(events)
            for line, entry in enumerate(event.bank if side == "bank" else event.ledger)
        ]
        numbered.sort(key=lambda each: each[0])
        rows: list[list[int]] = [[] for _ in events]
        for row, (_, place, _) in enumerate(numbered, start=1):
            rows[place].append(row)
        return cls([entry for *_, entry in numbered], rows)


def _statement(entries: Iterable[Entry]) -> Iterator[Sequence[str]]:
    balance = OPENING_BALANCE_MINOR
    for entry in entries:
        balance += entry.amount_minor
        valued = bank_days_later(entry.day, entry.value_days)
        original = _decimal_comma(entry.original_minor) if entry.original_minor else ""
        yield (
            f"{entry.day:%d.%m.%Y}",
            f"{valued:%d.%m.%Y}",
            entry.reference,
            entry.text,
            entry.party,
            original,
            entry.original_currency,
            _decimal_comma(entry.amount_minor),
            entry.currency,
            _decimal_comma(balance),
        )


def _cash_book(entries: Iterable[Entry]) -> Iterator[Sequence[str]]:
    for number, entry in enumerate(entries, start=1):
        amount, original = entry.amount_minor, entry.original_minor
        yield (
            entry.day.isoformat(),
            f"CB26-{number:05d}",
            entry.reference,
            entry.text,
            entry.party,
            str(to_decimal(original, 2)) if original else "",
            entry.original_currency,
            str(to_decimal(amount, 2)) if amount > 0 else "",
            str(to_decimal(-amount, 2)) if amount < 0 else "",
            entry.currency,
        )


def _labels(events: Sequence[Event], bank: _Book, ledger: _Book) -> Iterator[Sequence[str]]:
    planted = []
    for event, left, right in zip(events, bank.rows, ledger.rows, strict=True):
        if event.cause != CLEAN:
            planted += [
                (one, other, str(event.cause)) for one in left or [0] for other in right or [0]
            ]
    for left_row, right_row, cause in sorted(planted):
        yield str(left_row or ""), str(right_row or ""), cause


def _decimal_comma(amount_minor: int) -> str:
    """An amount as the bank writes it.

    >>> _decimal_comma(-1_234_567)
    '-12.345,67'
    """
    return f"{to_decimal(amount_minor, 2):,.2f}".translate(str.maketrans(",.", ".,"))


def _write(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
