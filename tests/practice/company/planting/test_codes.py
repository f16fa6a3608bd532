from collections.abc import Callable

import pytest
from rapidfuzz.distance import OSA

from tieout.model.buckets import Bucket
from tieout.practice.company.planting.codes import (
    ABSENT,
    MISTYPED,
    WRONG_CURRENCY,
    plant_wrong_currencies,
    plant_wrong_references,
)
from tieout.practice.company.planting.pool import Pool
from tieout.practice.company.rows import Event, Kind

MakeEvent = Callable[..., Event]
MakePool = Callable[..., Pool]


@pytest.fixture
def planted(make_event: MakeEvent, make_pool: MakePool) -> tuple[set[str], list[Event]]:
    """All references, and receipts under wrong ones."""
    receipts = [make_event(reference=f"INV-2026-{number:05d}") for number in range(100, 140)]
    references = {event.reference for event in receipts}
    pool = make_pool(receipts)
    plant_wrong_references(pool, references)
    return references, pool.broken


def test_mistyped_references_are_at_most_two_slips_away(
    planted: tuple[set[str], list[Event]],
) -> None:
    references, broken = planted
    mistyped = [event for event in broken if event.bank[0].reference]
    assert len(mistyped) == MISTYPED
    for event in mistyped:
        wrong = event.bank[0].reference
        assert 1 <= OSA.distance(wrong, event.ledger[0].reference) <= 2
        assert wrong not in references
        assert event.bank[0].text == f"INVOICE {wrong}"


def test_some_payers_leave_the_reference_out(planted: tuple[set[str], list[Event]]) -> None:
    absent = [event for event in planted[1] if not event.bank[0].reference]
    assert len(absent) == ABSENT
    for event in absent:
        assert event.ledger[0].reference not in event.bank[0].text
        assert event.bank[0].party == event.ledger[0].party.upper()


def test_the_ledger_keeps_the_right_reference(planted: tuple[set[str], list[Event]]) -> None:
    references, broken = planted
    assert {event.ledger[0].reference for event in broken} <= references
    assert {event.cause for event in broken} == {Bucket.WRONG_REFERENCE}


def test_a_name_that_the_bank_spells_otherwise_does_not_tell_who_paid(
    make_event: MakeEvent, make_pool: MakePool
) -> None:
    receipts = [
        make_event(reference=f"INV-2026-{number:05d}", party="Bäckerei Lindner & Töchter")
        for number in range(100, 140)
    ]
    with pytest.raises(RuntimeError, match=f"fewer than {ABSENT} events"):
        plant_wrong_references(make_pool(receipts), set())


def test_a_wrong_currency_leaves_the_number_as_it_is(
    make_event: MakeEvent, make_pool: MakePool
) -> None:
    pool = make_pool([make_event(Kind.SUPPLIER, amount_minor=-5_000)] * 10)
    plant_wrong_currencies(pool)
    assert len(pool.broken) == WRONG_CURRENCY
    for event in pool.broken:
        (bank,), (ledger,) = event.bank, event.ledger
        assert (bank.amount_minor, bank.currency) == (ledger.amount_minor, "EUR")
        assert ledger.currency in {"USD", "GBP", "CHF"}
