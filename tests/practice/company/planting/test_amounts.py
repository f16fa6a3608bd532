from collections.abc import Callable
from datetime import date

import pytest

from tieout.model.buckets import Bucket
from tieout.practice.company.business.abroad import Rates, foreign_payments
from tieout.practice.company.business.sales import card_fee, card_settlements
from tieout.practice.company.draw import Draw
from tieout.practice.company.planting.amounts import (
    CARD_GROSS,
    FEES_NOT_POSTED,
    MOVED_POINTS,
    PARTIAL,
    ROUNDING,
    SIGN_FLIPS,
    STALE_RATES,
    SWAPPED_DIGITS,
    plant_fees,
    plant_partial,
    plant_rounding,
    plant_sign_flips,
    plant_stale_rates,
    plant_typing_errors,
)
from tieout.practice.company.planting.pool import Pool
from tieout.practice.company.rows import Event, Kind

MakeEvent = Callable[..., Event]
MakePool = Callable[..., Pool]


def amounts(events: list[Event]) -> list[tuple[int, int]]:
    """Amounts of the bank and the ledger."""
    return [(event.bank[0].amount_minor, event.ledger[0].amount_minor) for event in events]


@pytest.fixture
def receipts(make_event: MakeEvent) -> list[Event]:
    """Forty receipts of 1,423.00, 1,433.00 and so on."""
    return [
        make_event(reference=f"R{number}", amount_minor=142_300 + 1_000 * number)
        for number in range(40)
    ]


def test_a_rounded_amount_is_a_cent_off(receipts: list[Event], make_pool: MakePool) -> None:
    pool = make_pool(receipts)
    plant_rounding(pool)
    found = amounts(pool.broken)
    assert len(found) == ROUNDING
    assert {ledger - bank for bank, ledger in found} == {-1, 1}


def test_a_flipped_sign_is_the_exact_opposite(receipts: list[Event], make_pool: MakePool) -> None:
    pool = make_pool(receipts)
    plant_sign_flips(pool)
    found = amounts(pool.broken)
    assert len(found) == SIGN_FLIPS
    assert all(bank == -ledger for bank, ledger in found)


def test_digits_change_places_or_the_point_moves(
    receipts: list[Event], make_pool: MakePool
) -> None:
    pool = make_pool(receipts)
    plant_typing_errors(pool)
    found = amounts(pool.broken)
    moved = [(bank, ledger) for bank, ledger in found if bank == 10 * ledger]
    swapped = [each for each in found if each not in moved]
    assert (len(swapped), len(moved)) == (SWAPPED_DIGITS, MOVED_POINTS)
    for bank, ledger in swapped:
        assert sorted(str(bank)) == sorted(str(ledger))
        assert (bank - ledger) % 9 == 0
        assert bank != ledger


@pytest.mark.parametrize("amount_minor", [9_036, 1_100, 100_300, 144_300])
def test_amounts_are_not_mistyped_unless_it_shows(
    amount_minor: int, make_event: MakeEvent, make_pool: MakePool
) -> None:
    pool = make_pool([make_event(amount_minor=amount_minor)] * 10)
    with pytest.raises(RuntimeError, match=f"fewer than {SWAPPED_DIGITS} events"):
        plant_typing_errors(pool)


def test_a_part_is_a_round_sum_smaller_than_the_whole(
    receipts: list[Event], make_pool: MakePool
) -> None:
    pool = make_pool(receipts)
    plant_partial(pool)
    found = amounts(pool.broken)
    assert len(found) == PARTIAL
    for bank, ledger in found:
        assert 0 < bank < ledger
        assert bank % 5_000 == 0


def test_small_invoices_are_paid_in_full(make_event: MakeEvent, make_pool: MakePool) -> None:
    with pytest.raises(RuntimeError, match="receipt fit"):
        plant_partial(make_pool([make_event(amount_minor=59_999)] * 40))


def test_card_sales_are_posted_without_their_fee(
    draw: Draw, make_event: MakeEvent, make_pool: MakePool
) -> None:
    fees = [make_event(Kind.FEE, amount_minor=-2_490)] * FEES_NOT_POSTED
    pool = make_pool([*card_settlements(draw)[:20], *fees])
    plant_fees(pool)
    gross = [event for event in pool.broken if event.kind is Kind.CARD]
    assert len(gross) == CARD_GROSS
    assert all(ledger - bank == card_fee(ledger) for bank, ledger in amounts(gross))


def test_fees_of_the_bank_are_not_posted_at_all(
    draw: Draw, make_event: MakeEvent, make_pool: MakePool
) -> None:
    fees = [make_event(Kind.FEE, amount_minor=-2_490)] * FEES_NOT_POSTED
    pool = make_pool([*card_settlements(draw)[:20], *fees])
    plant_fees(pool)
    missing = [event for event in pool.broken if event.kind is Kind.FEE]
    assert [(len(event.bank), len(event.ledger)) for event in missing] == [(1, 0)] * 5
    assert {event.cause for event in pool.broken} == {Bucket.FEE_OR_TAX}


def test_a_stale_rate_is_one_of_the_four_bank_days_before(draw: Draw, make_pool: MakePool) -> None:
    rates = Rates.of(draw)
    pool = make_pool(draw.shuffled(foreign_payments(draw, rates)))
    plant_stale_rates(pool, rates)
    assert len(pool.broken) == STALE_RATES
    for event in pool.broken:
        entry, posted = event.bank[0], event.ledger[0].amount_minor
        used = [
            day
            for (currency, day) in rates.table
            if currency == entry.original_currency
            and rates.convert(entry.original_minor, currency, day) == posted
        ]
        assert any(0 < (event.day - day).days <= 8 for day in used)
        assert abs(posted - entry.amount_minor) >= 100


def test_both_rates_are_seen_elsewhere(events: list[Event]) -> None:
    stale = [event for event in events if event.cause == Bucket.FX_RATE]
    seen = {
        (event.bank[0].original_currency, event.day)
        for event in events
        if event.kind is Kind.FOREIGN and event.cause == "clean"
    }
    assert len(stale) == STALE_RATES
    assert all((event.bank[0].original_currency, event.day) in seen for event in stale)


def test_only_clean_days_are_touched(receipts: list[Event], make_pool: MakePool) -> None:
    pool = make_pool(receipts, late_day=date(2026, 3, 11))
    with pytest.raises(RuntimeError, match="fit"):
        plant_rounding(pool)
