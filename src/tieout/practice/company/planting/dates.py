"""The same entry on two dates, and entries of which one book has not heard yet."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from tieout.model.buckets import Bucket
from tieout.practice.company.calendar import LAST_DAY, bank_days_later, weekdays_between
from tieout.practice.company.planting.pool import Pool
from tieout.practice.company.rows import Event, Kind

TIMING: Final = 20
IN_TRANSIT: Final = 6
CUT_OFF: Final = 8
# The lag within which the other book still follows, in days from Monday to Friday.
LAG_MAX: Final = 3


def plant_timing(pool: Pool) -> None:
    """The ledger posts a few days before or after the bank, within a month."""
    _plant_moved(pool, TIMING, Bucket.TIMING, lambda bank, ledger: bank.month == ledger.month)


def plant_cut_off(pool: Pool) -> None:
    """The same, with a month end in between."""
    _plant_moved(pool, CUT_OFF, Bucket.CUT_OFF, lambda bank, ledger: bank.month != ledger.month)


def plant_in_transit(pool: Pool) -> None:
    """Payments that the ledger ordered in the last days and the bank has not carried out."""
    since = bank_days_later(LAST_DAY, -2)
    for event in pool.take(IN_TRANSIT, Kind.SUPPLIER, where=lambda event: event.day >= since):
        pool.put(replace(event, bank=(), cause=Bucket.TIMING))


def _plant_moved(pool: Pool, count: int, cause: Bucket, fits: Callable[[date, date], bool]) -> None:
    for _ in range(count):
        days = pool.draw.choose((-3, -2, -2, -1, -1, -1, 1, 1, 2))

        def posted(event: Event, days: int = days) -> date:
            return bank_days_later(event.day, days)

        def suits(event: Event, days: int = days) -> bool:
            day = posted(event, days)
            return (
                day not in {pool.late_day, event.day}
                and date(2026, 1, 1) < day <= LAST_DAY
                and weekdays_between(event.day, day) <= LAG_MAX
                and fits(event.day, day)
            )

        (event,) = pool.take(1, Kind.RECEIPT, Kind.SUPPLIER, where=suits)
        ledger = replace(event.ledger[0], day=posted(event))
        pool.put(replace(event, ledger=(ledger,), cause=cause))
