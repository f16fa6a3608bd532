from datetime import date

from tieout.model.buckets import Bucket
from tieout.practice.company.calendar import LAST_DAY, is_bank_day, weekdays_between
from tieout.practice.company.planting.dates import CUT_OFF, IN_TRANSIT, LAG_MAX, TIMING
from tieout.practice.company.rows import Event

FIRST_DAY = date(2026, 1, 2)


def of_cause(events: list[Event], cause: Bucket) -> list[Event]:
    return [event for event in events if event.cause == cause]


def moved(events: list[Event], cause: Bucket) -> list[tuple[date, date]]:
    """Dates of the bank and the ledger."""
    found = of_cause(events, cause)
    return [(event.bank[0].day, event.ledger[0].day) for event in found if event.is_single]


def test_timing_stays_within_a_month_and_the_lag(events: list[Event]) -> None:
    found = moved(events, Bucket.TIMING)
    assert len(found) == TIMING
    for bank, ledger in found:
        assert bank.month == ledger.month
        assert 1 <= weekdays_between(bank, ledger) <= LAG_MAX


def test_cut_off_has_a_month_end_in_between(events: list[Event]) -> None:
    found = moved(events, Bucket.CUT_OFF)
    assert len(found) == CUT_OFF
    for bank, ledger in found:
        assert bank.month != ledger.month
        assert 1 <= weekdays_between(bank, ledger) <= LAG_MAX


def test_either_book_may_be_first(events: list[Event]) -> None:
    assert {bank < ledger for bank, ledger in moved(events, Bucket.TIMING)} == {True, False}


def test_books_are_kept_on_bank_days_of_the_half_year(events: list[Event]) -> None:
    days = [day for cause in (Bucket.TIMING, Bucket.CUT_OFF) for day in moved(events, cause)]
    assert all(is_bank_day(ledger) and FIRST_DAY <= ledger <= LAST_DAY for _, ledger in days)


def test_only_dates_differ(events: list[Event]) -> None:
    for event in of_cause(events, Bucket.CUT_OFF):
        (bank,), (ledger,) = event.bank, event.ledger
        assert (bank.reference, bank.amount_minor) == (ledger.reference, ledger.amount_minor)


def test_what_is_in_transit_is_young_and_not_on_the_statement(events: list[Event]) -> None:
    found = [event for event in of_cause(events, Bucket.TIMING) if not event.bank]
    assert len(found) == IN_TRANSIT
    for event in found:
        assert event.ledger[0].amount_minor < 0
        assert weekdays_between(event.day, LAST_DAY) <= LAG_MAX
