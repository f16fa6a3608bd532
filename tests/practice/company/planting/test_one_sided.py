from collections import Counter
from collections.abc import Callable
from datetime import date

from tieout.model.buckets import Bucket
from tieout.practice.company.calendar import LAST_DAY, weekdays_between
from tieout.practice.company.planting.one_sided import (
    DUPLICATES_BANK,
    DUPLICATES_LEDGER,
    MISSING_LEFT,
    MISSING_RIGHT,
    RETURNED_DEBITS,
    RETURNED_TRANSFERS,
    is_past_due,
    plant_duplicates,
    plant_late_feed,
    plant_missing,
    plant_returns,
)
from tieout.practice.company.planting.pool import Pool
from tieout.practice.company.rows import CLEAN, Event, Kind

MakeEvent = Callable[..., Event]
MakePool = Callable[..., Pool]
LATE = date(2026, 4, 15)


def of_cause(events: list[Event], cause: str) -> list[Event]:
    return [event for event in events if event.cause == cause]


def many(make_event: MakeEvent, kind: Kind, count: int = 40) -> list[Event]:
    return [
        make_event(kind, reference=f"{kind}-{number}", amount_minor=10_000 + number)
        for number in range(count)
    ]


def test_only_old_entries_are_past_due(make_event: MakeEvent) -> None:
    assert is_past_due(make_event(day=date(2026, 6, 1)))
    assert not is_past_due(make_event(day=date(2026, 6, 26)))


def test_missing_entries_stand_in_one_book(make_event: MakeEvent, make_pool: MakePool) -> None:
    pool = make_pool(many(make_event, Kind.RECEIPT))
    plant_missing(pool)
    left, right = (of_cause(pool.broken, f"missing_{side}") for side in ("left", "right"))
    assert (len(left), len(right)) == (MISSING_LEFT, MISSING_RIGHT)
    assert {(len(event.bank), len(event.ledger)) for event in left} == {(0, 1)}
    assert {(len(event.bank), len(event.ledger)) for event in right} == {(1, 0)}


def test_the_import_of_the_late_day_is_missing_as_a_whole(
    make_event: MakeEvent, make_pool: MakePool
) -> None:
    events = [make_event(day=LATE), make_event(Kind.CASH, day=LATE), make_event()]
    pool = make_pool(events, late_day=LATE)
    plant_late_feed(pool)
    assert [event.cause for event in pool.broken] == [Bucket.LATE_FEED] * 2
    assert not any(event.ledger for event in pool.broken)
    assert pool.clean == [make_event()]


def test_the_ledger_has_nothing_on_the_late_day(events: list[Event]) -> None:
    (late,) = {event.day for event in of_cause(events, Bucket.LATE_FEED)}
    ledger = Counter(entry.day for event in events for entry in event.ledger)
    bank = Counter(entry.day for event in events for entry in event.bank)
    assert ledger[late] == 0
    assert bank[late] >= 10


def test_a_duplicate_repeats_what_both_books_have(
    make_event: MakeEvent, make_pool: MakePool
) -> None:
    pool = make_pool(many(make_event, Kind.SUPPLIER))
    plant_duplicates(pool)
    extra = of_cause(pool.broken, Bucket.DUPLICATE)
    kept = {event.reference: event for event in of_cause(pool.broken, CLEAN)}
    assert sum(not event.bank for event in extra) == DUPLICATES_LEDGER
    assert sum(not event.ledger for event in extra) == DUPLICATES_BANK
    for event in extra:
        again, original = (event.bank or event.ledger)[0], kept[event.reference]
        assert again.amount_minor == original.bank[0].amount_minor
        assert 0 <= weekdays_between(original.day, again.day) <= 3


def test_a_return_is_the_opposite_of_what_both_books_have(
    make_event: MakeEvent, make_pool: MakePool
) -> None:
    debits, transfers = many(make_event, Kind.DIRECT_DEBIT), many(make_event, Kind.SUPPLIER)
    pool = make_pool([*debits, *transfers])
    plant_returns(pool)
    found = of_cause(pool.broken, Bucket.REVERSAL)
    clean = {event.reference: event.bank[0].amount_minor for event in of_cause(pool.broken, CLEAN)}
    assert len(found) == RETURNED_DEBITS + RETURNED_TRANSFERS
    assert not any(event.ledger for event in found)
    for event in found:
        named = event.reference if event.reference in clean else event.bank[0].text.split()[-1]
        assert event.bank[0].amount_minor == -clean[named]
        assert event.bank[0].text.startswith(("SEPA DIRECT DEBIT RETURN ", "RETURN AC01 "))


def test_a_debit_comes_back_once(make_event: MakeEvent, make_pool: MakePool) -> None:
    debits = many(make_event, Kind.DIRECT_DEBIT, RETURNED_DEBITS + 1)
    back_already = make_event(Kind.RETURN, reference=debits[0].reference, amount_minor=-10_000)
    pool = make_pool([back_already, *debits, *many(make_event, Kind.SUPPLIER)])
    plant_returns(pool)
    assert debits[0] in pool.clean


def test_nothing_else_happens_on_the_late_day(events: list[Event]) -> None:
    (late,) = {event.day for event in of_cause(events, Bucket.LATE_FEED)}
    on_that_day = {event.cause for event in events if event.bank and event.day == late}
    assert on_that_day == {Bucket.LATE_FEED}


def test_nothing_goes_missing_that_may_still_come(events: list[Event]) -> None:
    missing = [*of_cause(events, Bucket.MISSING_LEFT), *of_cause(events, Bucket.MISSING_RIGHT)]
    assert min(weekdays_between(event.day, LAST_DAY) for event in missing) > 3
