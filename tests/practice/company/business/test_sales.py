from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.company.business.sales import (
    RETURNS,
    booked_returns,
    card_fee,
    card_settlements,
    cash_deposits,
    collectives,
    direct_debits,
    receipts,
    returned,
)
from tieout.practice.company.calendar import BANK_DAYS, is_bank_day
from tieout.practice.company.draw import Draw
from tieout.practice.company.names import CUSTOMERS
from tieout.practice.company.rows import Event


def agree(event: Event) -> bool:
    """Whether both books have the same sum on the same day under the same reference."""
    sums = [sum(entry.amount_minor for entry in book) for book in (event.bank, event.ledger)]
    rows = (*event.bank, *event.ledger)
    return sums[0] == sums[1] and len({(row.day, row.reference) for row in rows}) == 1


def test_receipts_agree_and_are_about_one_invoice_each(draw: Draw) -> None:
    found = receipts(draw)
    references = [event.reference for event in found]
    assert all(agree(event) and event.is_single for event in found)
    assert len(set(references)) == len(references) > 1_000
    assert all(event.bank[0].amount_minor > 0 for event in found)


def test_receipts_come_every_day_and_out_of_order(draw: Draw) -> None:
    found = receipts(draw)
    references = [event.reference for event in found]
    assert {event.day for event in found} == set(BANK_DAYS)
    assert references != sorted(references)


def test_the_bank_shows_the_invoice_in_the_payment_details(draw: Draw) -> None:
    assert all(event.reference in event.bank[0].text for event in receipts(draw))


def test_a_collective_transfer_is_one_row_of_the_bank_and_several_of_the_ledger(
    draw: Draw,
) -> None:
    found = collectives(draw)
    assert all(agree(event) and len(event.bank) == 1 for event in found)
    assert {len(event.ledger) for event in found} == {2, 3, 4}


def test_no_invoice_is_paid_alone_and_together_with_others(draw: Draw) -> None:
    alone = {event.reference for event in receipts(draw)}
    together = [line.text.split()[-1] for event in collectives(draw) for line in event.ledger]
    assert len(set(together)) == len(together)
    assert alone.isdisjoint(together)


def test_every_customer_is_debited_once_a_month_with_one_amount(draw: Draw) -> None:
    found = direct_debits(draw)
    amounts: dict[str, set[int]] = {}
    for event in found:
        amounts.setdefault(event.ledger[0].party, set()).add(event.bank[0].amount_minor)
    assert all(agree(event) for event in found)
    assert len(found) == 6 * len(CUSTOMERS) == len({event.reference for event in found})
    assert {len(each) for each in amounts.values()} == {1}


def test_a_returned_debit_is_its_opposite_some_days_later(draw: Draw) -> None:
    event = direct_debits(draw)[0]
    back = returned(event, days=3, code="AC04 ACCOUNT CLOSED")
    assert back.amount_minor == -event.bank[0].amount_minor
    assert BANK_DAYS.index(back.day) - BANK_DAYS.index(event.day) == 3
    assert (back.reference, "AC04" in back.text) == (event.reference, True)


def test_booked_returns_stand_in_both_books(draw: Draw) -> None:
    debits = direct_debits(draw)
    found = booked_returns(draw, debits)
    assert len({event.reference for event in found}) == RETURNS
    assert all(agree(event) and event.bank[0].amount_minor < 0 for event in found)


@pytest.mark.parametrize(
    ("gross_minor", "fee_minor"), [(10_000, 165), (0, 25), (25, 25), (36, 26), (245_540, 3_463)]
)
def test_a_card_fee_is_a_quarter_and_14_per_mille(gross_minor: int, fee_minor: int) -> None:
    assert card_fee(gross_minor) == fee_minor


@given(st.integers(0, 10**9))
def test_a_card_fee_is_rounded_to_the_nearest_cent(gross_minor: int) -> None:
    assert abs(1000 * (card_fee(gross_minor) - 25) - 14 * gross_minor) <= 500


def test_cards_are_settled_net_and_booked_gross_with_their_fee(draw: Draw) -> None:
    found = card_settlements(draw)
    assert len(found) == 2 * len(BANK_DAYS)
    for event in found:
        gross, fee = (line.amount_minor for line in event.ledger)
        assert agree(event)
        assert fee == -card_fee(gross)


def test_card_money_and_cash_count_from_the_next_day(draw: Draw) -> None:
    later = [*card_settlements(draw), *cash_deposits(draw)]
    assert {event.bank[0].value_days for event in later} == {1}


def test_cash_is_brought_twice_a_week_in_notes(draw: Draw) -> None:
    found = cash_deposits(draw)
    weekdays = Counter(event.day.weekday() for event in found)
    assert set(weekdays) == {0, 3}
    assert all(agree(event) and is_bank_day(event.day) for event in found)
    assert all(event.bank[0].amount_minor % 5 == 0 for event in found)
