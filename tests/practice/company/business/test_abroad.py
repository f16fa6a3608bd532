from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.company.business.abroad import RATE_ONE, Rates, foreign_payments
from tieout.practice.company.calendar import BANK_DAYS
from tieout.practice.company.draw import Draw

DAY = date(2026, 1, 2)


@pytest.mark.parametrize(
    ("original_minor", "rate", "amount_minor"),
    [
        (50_000, 86_410, 43_205),
        (-50_000, 86_410, -43_205),
        (1, 50_000, 1),
        (1, 49_999, 0),
        (658_255, 115_460, 760_021),
    ],
)
def test_it_converts_rounding_half_up(original_minor: int, rate: int, amount_minor: int) -> None:
    assert Rates({("USD", DAY): rate}).convert(original_minor, "USD", DAY) == amount_minor


@given(st.integers(1, 10**9), st.integers(50_000, 150_000))
def test_it_converts_to_the_nearest_cent(original_minor: int, rate: int) -> None:
    converted = Rates({("USD", DAY): rate}).convert(original_minor, "USD", DAY)
    assert abs(2 * converted * RATE_ONE - 2 * original_minor * rate) <= RATE_ONE


def test_every_bank_day_has_a_rate_that_differs_from_the_last(draw: Draw) -> None:
    rates = Rates.of(draw)
    for currency in ("GBP", "USD"):
        line = [rates.table[currency, day] for day in BANK_DAYS]
        steps = [abs(after - before) for before, after in pairwise(line)]
        assert min(steps) >= 40
        assert max(line) < 1.06 * min(line)


def test_every_day_has_a_payment_in_each_currency(draw: Draw) -> None:
    found = foreign_payments(draw, Rates.of(draw))
    seen = {(event.bank[0].original_currency, event.day) for event in found}
    assert seen == {(currency, day) for currency in ("GBP", "USD") for day in BANK_DAYS}


def test_payments_are_converted_at_the_days_rate_in_both_books(draw: Draw) -> None:
    rates = Rates.of(draw)
    for event in foreign_payments(draw, rates):
        (bank,), (ledger,) = event.bank, event.ledger
        assert bank.amount_minor == rates.convert(
            bank.original_minor, bank.original_currency, bank.day
        )
        assert (ledger.amount_minor, ledger.original_minor) == (
            bank.amount_minor,
            bank.original_minor,
        )
        assert (bank.currency, ledger.currency) == ("EUR", "EUR")


def test_payments_come_in_and_go_out(draw: Draw) -> None:
    signs = {event.bank[0].original_minor > 0 for event in foreign_payments(draw, Rates.of(draw))}
    assert signs == {True, False}


def test_the_bank_names_the_rate(draw: Draw) -> None:
    rates = Rates.of(draw)
    event = foreign_payments(draw, rates)[0]
    rate = rates.table[event.bank[0].original_currency, event.day]
    assert f"{rate / RATE_ONE:.5f}" in event.bank[0].text
