"""Exact money."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.model.money import Money, currency_exponent, format_amount, minor_unit, to_decimal


@pytest.mark.parametrize(
    ("currency", "exponent"),
    [("EUR", 2), ("usd", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("CLF", 4), ("XYZ", 2), ("", 2)],
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str, exponent: int) -> None:
    assert currency_exponent(currency) == exponent


@pytest.mark.parametrize(
    ("currency", "scale", "units"),
    [("EUR", 2, 1), ("EUR", 3, 10), ("JPY", 0, 1), ("JPY", 3, 1000), ("KWD", 3, 1), ("KWD", 2, 1)],
)
def test_the_minor_unit_is_counted_in_the_scale_of_the_run(
    currency: str, scale: int, units: int
) -> None:
    assert minor_unit(currency, scale) == units


def test_a_tenth_and_two_tenths_are_three_tenths() -> None:
    assert Money.parse("0.1", "EUR") + Money.parse("0.2", "EUR") == Money.parse("0.3", "EUR")


def test_subtracting_and_turning_the_sign_are_exact() -> None:
    difference = Money.parse("0.30", "EUR") - Money.parse("0.10", "EUR")
    assert -difference == Money(-20, "EUR")


def test_parsing_refuses_more_decimals_than_the_currency_has() -> None:
    with pytest.raises(ValueError, match=r"0\.005 has more decimals than EUR allows"):
        Money.parse("0.005", "EUR")
    with pytest.raises(ValueError, match="JPY"):
        Money.parse("1.5", "JPY")
    assert Money.parse("1.500", "KWD") == Money(1500, "KWD")


def test_currencies_do_not_add_up_without_a_rate() -> None:
    with pytest.raises(ValueError, match=r"USD and EUR|EUR and USD"):
        Money(1, "USD") + Money(1, "EUR")
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "USD") - Money(1, "EUR")


@pytest.mark.parametrize(
    ("units", "scale", "text"),
    [(0, 2, "0.00"), (-5, 2, "-0.05"), (1234567, 2, "12,345.67"), (1234, 0, "1,234")],
)
def test_an_amount_for_people_has_its_thousands_apart(units: int, scale: int, text: str) -> None:
    assert format_amount(units, scale) == text


def test_money_is_shown_with_its_currency() -> None:
    assert str(Money(123456, "JPY")) == "123,456 JPY"
    assert str(Money(-102950, "EUR")) == "-1,029.50 EUR"


@given(units=st.integers(-(2**63), 2**63 - 1), scale=st.integers(0, 6))
def test_a_decimal_holds_the_units_exactly(units: int, scale: int) -> None:
    value = to_decimal(units, scale)
    assert value * 10**scale == units
    assert value.as_tuple().exponent == -scale
    assert format_amount(units, scale).replace(",", "") == f"{value:f}"


@given(units=st.integers(-(10**15), 10**15), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_is_shown_parses_back(units: int, currency: str) -> None:
    money = Money(units, currency)
    text = str(money).removesuffix(f" {currency}").replace(",", "")
    assert Money.parse(text, currency) == money
