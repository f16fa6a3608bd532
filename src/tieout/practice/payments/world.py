"""What stays the same throughout one data set, and what follows from it for any payment."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints
from tieout.practice.payments.categories import NAMES, ONLINE, RECURRING
from tieout.practice.payments.merchants import Merchants, draw_merchants
from tieout.practice.payments.people import (
    DEVICES_PER_PERSON,
    People,
    draw_people,
    draw_tastes,
    lives_at,
)
from tieout.practice.payments.period import day_weights
from tieout.practice.payments.subscriptions import (
    SERVICE_CATEGORIES,
    Subscriptions,
    draw_subscriptions,
)
from tieout.practice.payments.trips import Trips, countries_known, draw_trips

ALL_CATEGORIES: Final = (*NAMES, *SERVICE_CATEGORIES)


@dataclass(frozen=True)
class World:
    """Drawn once from the seed. tastes: see `draw_tastes`. countries: see `countries_known`."""

    people: People
    trips: Trips
    merchants: Merchants
    subscriptions: Subscriptions
    tastes: Floats
    weights: Floats
    countries: Ints

    def city_at(self, person: Ints, time: Ints) -> Ints:
        """Where somebody is; on the way counts as the place that they travel to."""
        trip = self.trips.of(person, time)
        if not len(self.trips.person):
            return self.people.home[person]
        return np.where(trip >= 0, self.trips.city[trip.clip(0)], self.people.home[person])

    def coordinates(
        self, person: Ints, channel: Ints, merchant: Ints, city: Ints
    ) -> tuple[Floats, Floats]:
        """Of the shop, or for a payment without one, of the payer's device."""
        shop = merchant.clip(0, len(self.merchants) - 1)
        remote = (channel == ONLINE) | (channel == RECURRING)
        latitude, longitude = lives_at(self.people, person, city)
        return (
            np.where(remote, latitude, self.merchants.latitude[shop]),
            np.where(remote, longitude, self.merchants.longitude[shop]),
        )

    @property
    def devices(self) -> int:
        """Numbers below this are devices of the people; those above are others'."""
        return len(self.people) * DEVICES_PER_PERSON


def draw_world(*, rows: int, seed: int) -> World:
    """Everything that all parts of the year share."""
    generator = np.random.default_rng([seed, 0])
    people = draw_people(rows=rows, generator=generator)
    trips = draw_trips(people, generator)
    return World(
        people=people,
        trips=trips,
        merchants=draw_merchants(people, generator),
        subscriptions=draw_subscriptions(people, rows=rows, generator=generator),
        tastes=draw_tastes(generator),
        weights=day_weights(generator),
        countries=countries_known(people, trips),
    )
