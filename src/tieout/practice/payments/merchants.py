"""Shops: so many of each category in each city, and those that sell to everybody online."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints
from tieout.practice.payments.categories import CATEGORIES
from tieout.practice.payments.cities import CITIES, LATITUDES, LONGITUDES
from tieout.practice.payments.people import People

ONLINE_PLACE: Final = len(CITIES)
RESIDENTS_PER_SHOP: Final = 25
SHOPS_MIN: Final = 4
ONLINE_SHOPS_MIN: Final = 12


@dataclass(frozen=True)
class Merchants:
    """Merchants numbered in blocks, by place and category.

    first, count: number of the first merchant and how many there are (cities and ONLINE_PLACE x
    categories). By number: latitude, longitude, and price as the logarithm of a factor.
    """

    first: Ints
    count: Ints
    latitude: Floats
    longitude: Floats
    price: Floats

    def __len__(self) -> int:
        return len(self.price)

    def pick(self, place: Ints, category: Ints, lots: Floats) -> Ints:
        """One of the merchants of a place and category, by a lot from 0 to 1."""
        count = self.count[place, category]
        number: Ints = self.first[place, category] + (lots * count).astype(np.int64)
        return number


def draw_merchants(people: People, generator: np.random.Generator) -> Merchants:
    """As many shops as a city's customers keep busy."""
    residents = np.bincount(people.home, minlength=len(CITIES))
    visitors = np.full(len(CITIES), len(people) // 30)
    per_city = np.maximum(SHOPS_MIN, np.maximum(residents, visitors) // RESIDENTS_PER_SHOP)
    online = max(ONLINE_SHOPS_MIN, len(people) // 200)
    count = np.repeat(np.append(per_city, online)[:, None], len(CATEGORIES), axis=1)
    ends = np.cumsum(count.ravel())
    first = (ends - count.ravel()).reshape(count.shape)
    place = np.repeat(np.repeat(np.arange(len(count)), len(CATEGORIES)), count.ravel())
    size = len(place)
    city = np.minimum(place, len(CITIES) - 1)
    return Merchants(
        first=first,
        count=count,
        latitude=LATITUDES[city] + generator.normal(0, 0.03, size),
        longitude=LONGITUDES[city] + generator.normal(0, 0.03, size),
        price=generator.normal(0, 0.25, size),
    )
