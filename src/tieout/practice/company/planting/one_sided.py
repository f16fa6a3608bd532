"""Entries that one book has and the other has not, or has less often."""

from dataclasses import replace
from datetime import date
from typing import Final

from tieout.model.buckets import Bucket
from tieout.practice.company.business.sales import returned
from tieout.practice.company.calendar import LAST_DAY, bank_days_later
from tieout.practice.company.planting.pool import Pool
from tieout.practice.company.rows import Entry, Event, Kind

MISSING_LEFT: Final = 14
MISSING_RIGHT: Final = 16
DUPLICATES_LEDGER: Final = 6
DUPLICATES_BANK: Final = 4
RETURNED_DEBITS: Final = 6
RETURNED_TRANSFERS: Final = 2
# Younger entries may still be on their way.
DUE_DAYS: Final = 7
_CODES: Final = ("AC04 ACCOUNT CLOSED", "AM04 INSUFFICIENT FUNDS", "MD06 DISPUTED BY PAYER")
_SINGLES: Final = (Kind.RECEIPT, Kind.SUPPLIER)


def is_past_due(event: Event) -> bool:
    """Whether the other book would have it by the end of the half-year."""
    return event.day < bank_days_later(LAST_DAY, -DUE_DAYS)


def plant_missing(pool: Pool) -> None:
    """The bank never saw what the ledger posted, or the ledger never posted what the bank did."""
    for event in pool.take(MISSING_LEFT, *_SINGLES, where=is_past_due):
        pool.put(replace(event, bank=(), cause=Bucket.MISSING_LEFT))
    for event in pool.take(MISSING_RIGHT, *_SINGLES, Kind.ROUTINE, where=is_past_due):
        pool.put(replace(event, ledger=(), cause=Bucket.MISSING_RIGHT))


def plant_late_feed(pool: Pool) -> None:
    """The ledger's import of one day is missing."""
    late = [event for event in pool.clean if event.day == pool.late_day]
    pool.clean = [event for event in pool.clean if event.day != pool.late_day]
    pool.put(*(replace(event, ledger=(), cause=Bucket.LATE_FEED) for event in late))


def plant_duplicates(pool: Pool) -> None:
    """A voucher posted twice, or a payment carried out twice."""
    for event in pool.take(DUPLICATES_LEDGER, *_SINGLES, where=is_past_due):
        again = _again(pool, event.ledger[0])
        pool.put(event, Event(event.kind, (), (again,), Bucket.DUPLICATE))
    for event in pool.take(DUPLICATES_BANK, Kind.SUPPLIER, where=is_past_due):
        again = _again(pool, event.bank[0])
        pool.put(event, Event(event.kind, (again,), (), Bucket.DUPLICATE))


def plant_returns(pool: Pool) -> None:
    """Returned direct debits and transfers that the ledger has not heard of."""
    back_already = {event.reference for event in pool.clean if event.kind is Kind.RETURN}

    def suits(event: Event) -> bool:
        return is_past_due(event) and event.reference not in back_already

    for event in pool.take(RETURNED_DEBITS, Kind.DIRECT_DEBIT, where=suits):
        code = pool.draw.choose(_CODES)
        back = returned(event, days=pool.draw.whole(2, 5), code=code)
        back = replace(back, day=_on_another_day(back.day, pool.late_day))
        pool.put(event, Event(Kind.RETURN, (back,), (), Bucket.REVERSAL))
    transfers = pool.take(RETURNED_TRANSFERS, Kind.SUPPLIER, where=is_past_due)
    for number, event in enumerate(transfers, start=1):
        sent = event.bank[0]
        back = replace(
            sent,
            day=_on_another_day(bank_days_later(sent.day, 2), pool.late_day),
            reference=f"RTN-2026-{number:03d}",
            text=f"RETURN AC01 IBAN INVALID ORIGINAL {sent.reference}",
            amount_minor=-sent.amount_minor,
        )
        pool.put(event, Event(Kind.RETURN, (back,), (), Bucket.REVERSAL))


def _again(pool: Pool, entry: Entry) -> Entry:
    days = pool.draw.choose((0, 0, 1, 2))
    return replace(entry, day=_on_another_day(bank_days_later(entry.day, days), pool.late_day))


def _on_another_day(day: date, avoided: date) -> date:
    return day if day != avoided else bank_days_later(day, 1)
