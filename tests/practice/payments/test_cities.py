import numpy as np
import pytest

from tieout.practice.payments.cities import (
    CITIES,
    COUNTRIES,
    COUNTRY_OF,
    CURRENCY_OF,
    DISTANCES_KM,
    RESIDENTS,
    UNITS_PER_EURO,
)


def position(name: str) -> int:
    return next(place for place, city in enumerate(CITIES) if city.name == name)


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [("Berlin", "Paris", 878), ("London", "New York", 5_570), ("Madrid", "Sydney", 17_690)],
)
def test_distances_are_those_of_the_globe(one: str, other: str, kilometres: int) -> None:
    assert DISTANCES_KM[position(one), position(other)] == pytest.approx(kilometres, rel=0.01)


def test_distances_are_the_same_both_ways() -> None:
    assert np.allclose(DISTANCES_KM, DISTANCES_KM.T)
    assert np.allclose(np.diag(DISTANCES_KM), 0)


def test_a_city_is_named_once() -> None:
    assert len({city.name for city in CITIES}) == len(CITIES)


def test_each_city_has_its_country() -> None:
    assert [COUNTRIES[place] for place in COUNTRY_OF] == [city.country for city in CITIES]


def test_customers_live_where_the_banks_clock_is_right() -> None:
    assert {CITIES[place].hours_ahead for place in np.flatnonzero(RESIDENTS)} == {0}


def test_cards_are_billed_in_the_currency_of_the_home() -> None:
    assert CURRENCY_OF[position("Prague")] == "CZK"
    assert CURRENCY_OF[position("Vienna")] == "EUR"
    assert UNITS_PER_EURO[position("Prague")] == 25
    assert UNITS_PER_EURO[position("Vienna")] == 1
