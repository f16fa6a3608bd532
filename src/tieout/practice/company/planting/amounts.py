"""The same entry with two amounts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tieout.model.buckets import Bucket
from tieout.practice.company.business.abroad import Rates
from tieout.practice.company.calendar import BANK_DAYS, bank_days_later
from tieout.practice.company.planting.one_sided import is_past_due
from tieout.practice.company.planting.pool import Pool
from tieout.practice.company.rows import CLEAN, Event, Kind

ROUNDING: Final = 9
STALE_RATES: Final = 9
CARD_GROSS: Final = 12
FEES_NOT_POSTED: Final = 5
SIGN_FLIPS: Final = 5
SWAPPED_DIGITS: Final = 6
MOVED_POINTS: Final = 2
PARTIAL: Final = 10
_STALE_DAYS_MAX: Final = 4
# Closer amounts would pass for rounded ones.
_APART_MINOR_MIN: Final = 100
_SINGLES: Final = (Kind.RECEIPT, Kind.SUPPLIER)


def plant_rounding(pool: Pool) -> None:
    """The ledger is a cent off."""
    for event in pool.take(ROUNDING, *_SINGLES):
        cent = pool.draw.choose((-1, 1))
        pool.put(_posted(event, event.bank[0].amount_minor + cent, Bucket.ROUNDING))


def plant_stale_rates(pool: Pool, rates: Rates) -> None:
    """The ledger converted at the rate of an earlier day."""

    def suits(event: Event) -> bool:
        # What a rate was can only be seen while another payment was booked with it.
        entry = event.bank[0]
        others = _rate_days(pool, entry.original_currency, event)
        return event.day in others and BANK_DAYS.index(event.day) > _STALE_DAYS_MAX

    for _ in range(STALE_RATES):
        (event,) = pool.take(1, Kind.FOREIGN, where=suits)
        entry = event.bank[0]
        days = _rate_days(pool, entry.original_currency, event)
        earlier = [bank_days_later(event.day, -back) for back in range(1, _STALE_DAYS_MAX + 1)]
        amounts = [
            rates.convert(entry.original_minor, entry.original_currency, day)
            for day in earlier
            if day in days
        ]
        apart = (each for each in amounts if abs(each - entry.amount_minor) >= _APART_MINOR_MIN)
        amount = next(apart)
        pool.put(_posted(event, amount, Bucket.FX_RATE))


def plant_fees(pool: Pool) -> None:
    """Card sales posted gross, without their fee; fees of the bank not posted at all."""
    for event in pool.take(CARD_GROSS, Kind.CARD):
        pool.put(replace(event, ledger=event.ledger[:1], cause=Bucket.FEE_OR_TAX))
    for event in pool.take(FEES_NOT_POSTED, Kind.FEE):
        pool.put(replace(event, ledger=(), cause=Bucket.FEE_OR_TAX))


def plant_sign_flips(pool: Pool) -> None:
    """Debit and credit changed places."""
    for event in pool.take(SIGN_FLIPS, *_SINGLES, where=is_past_due):
        pool.put(_posted(event, -event.bank[0].amount_minor, Bucket.SIGN_FLIP))


def plant_typing_errors(pool: Pool) -> None:
    """Two digits changed places, or the decimal point moved."""
    for event in pool.take(SWAPPED_DIGITS, *_SINGLES, where=_is(_swapped)):
        pool.put(_posted(event, _swapped(event.bank[0].amount_minor), Bucket.TRANSPOSITION))
    for event in pool.take(MOVED_POINTS, *_SINGLES, where=_is(_moved)):
        pool.put(_posted(event, _moved(event.bank[0].amount_minor), Bucket.TRANSPOSITION))


def plant_partial(pool: Pool) -> None:
    """A customer pays part of an invoice that the ledger closed in full."""

    def suits(event: Event) -> bool:
        return event.bank[0].amount_minor >= 60_000

    for event in pool.take(PARTIAL, Kind.RECEIPT, where=suits):
        full = event.bank[0].amount_minor
        # Round sums: what payers have in mind when they pay on account.
        part = full * pool.draw.whole(30, 80) // 100 // 5_000 * 5_000
        said = f"{event.reference} PART PAYMENT"
        bank = replace(event.bank[0], amount_minor=part, text=said)
        pool.put(replace(event, bank=(bank,), cause=Bucket.PARTIAL_PAYMENT))


def _posted(event: Event, amount_minor: int, cause: Bucket) -> Event:
    """The event with another amount in the ledger."""
    return replace(
        event, ledger=(replace(event.ledger[0], amount_minor=amount_minor),), cause=cause
    )


def _rate_days(pool: Pool, currency: str, without: Event) -> set[object]:
    """Days whose rate other clean payments show."""
    shown = (event for event in (*pool.clean, *pool.broken) if event.kind is Kind.FOREIGN)
    return {
        event.day
        for event in shown
        if event.cause == CLEAN
        and event is not without
        and event.day != pool.late_day
        and event.bank[0].original_currency == currency
    }


def _is(change: Callable[[int], int]) -> Callable[[Event], bool]:
    """Events whose amount such a slip of the hand changes by more than a little."""

    def suits(event: Event) -> bool:
        amount = event.bank[0].amount_minor
        return abs(change(amount) - amount) >= _APART_MINOR_MIN

    return suits


def _swapped(amount_minor: int) -> int:
    """The amount with its tens and hundreds changed, 1,243.00 for 1,423.00.

    Unchanged where one of the two digits is a zero: nobody types an amount with a leading one.

    >>> _swapped(142_300), _swapped(-142_300), _swapped(9_036)
    (124300, -124300, 9036)
    """
    size = abs(amount_minor)
    tens, hundreds = size // 1_000 % 10, size // 10_000 % 10
    if not (tens and hundreds):
        return amount_minor
    changed = size + (tens - hundreds) * 9_000
    return changed if amount_minor > 0 else -changed


def _moved(amount_minor: int) -> int:
    """A tenth of an amount that has no odd cents, else the amount.

    >>> _moved(125_000), _moved(125_001)
    (12500, 125001)
    """
    return amount_minor // 10 if amount_minor % 10 == 0 else amount_minor
