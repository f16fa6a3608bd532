import numpy as np
import pytest

from tieout.practice.payments.categories import CATEGORIES
from tieout.practice.payments.cities import CITIES, LATITUDES, LONGITUDES
from tieout.practice.payments.merchants import (
    ONLINE_PLACE,
    ONLINE_SHOPS_MIN,
    SHOPS_MIN,
    Merchants,
    draw_merchants,
)
from tieout.practice.payments.people import draw_people


def some(rows: int = 200_000) -> Merchants:
    generator = np.random.default_rng(2)
    return draw_merchants(draw_people(rows=rows, generator=generator), generator)


def test_every_place_has_shops_of_every_category() -> None:
    merchants = some(rows=100)
    assert merchants.count.shape == (len(CITIES) + 1, len(CATEGORIES))
    assert merchants.count.min() == SHOPS_MIN
    assert merchants.count[ONLINE_PLACE].min() == ONLINE_SHOPS_MIN


def test_numbers_are_given_once() -> None:
    merchants = some()
    used = np.concatenate(
        [
            np.arange(first, first + count)
            for first, count in zip(merchants.first.ravel(), merchants.count.ravel(), strict=True)
        ]
    )
    assert np.array_equal(np.sort(used), np.arange(len(merchants)))


def test_larger_cities_have_more_shops() -> None:
    merchants = some()
    names = [city.name for city in CITIES]
    assert merchants.count[names.index("Berlin"), 0] > merchants.count[names.index("Graz"), 0]


@pytest.mark.parametrize("lot", [0.0, 0.5, 0.999_999])
def test_a_lot_picks_within_place_and_category(lot: float) -> None:
    merchants = some()
    place, category = np.array([3, ONLINE_PLACE]), np.array([2, 5])
    number = merchants.pick(place, category, np.array([lot, lot]))
    first = merchants.first[place, category]
    assert np.all((first <= number) & (number < first + merchants.count[place, category]))


def test_shops_stand_in_their_city() -> None:
    merchants = some()
    for city in (0, 10, 40):
        number = merchants.first[city, 4]
        assert abs(merchants.latitude[number] - LATITUDES[city]) < 0.3
        assert abs(merchants.longitude[number] - LONGITUDES[city]) < 0.3
