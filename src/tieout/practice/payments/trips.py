"""Journeys that people really make: holidays, business, a second home."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Flags, Floats, Ints
from tieout.practice.payments.chance import pick_by_row, pick_weighted
from tieout.practice.payments.cities import (
    COUNTRIES,
    COUNTRY_OF,
    DISTANCES_KM,
    GUESTS,
    HOURS_AHEAD,
)
from tieout.practice.payments.people import NOWHERE, People
from tieout.practice.payments.period import (
    DAY_SECONDS,
    DAYS,
    FIRST_DAY,
    HOUR_SECONDS,
    month_and_day_of,
)

# How many trips a year, and the share of people: at home, holidays, a second home, business.
_TRIPS: Final = ((0, 0), (1, 2), (3, 5), (7, 11))
_TRAVELLERS: Final = np.cumsum([0.52, 0.40, 0.05, 0.03])
_HOLIDAYS, _SECOND_HOME, _BUSINESS = 1, 2, 3
_SEASON: Final = np.array([0.6, 0.8, 0.9, 1.3, 1.2, 1.3, 2.2, 2.4, 1.2, 1.0, 0.6, 1.2])
_PERSON_SECONDS: Final = 1 << 34  # more than any time of the year: person and time in one key
SPENDS_MORE: Final = 1.8


@dataclass(frozen=True)
class Trips:
    """Journeys sorted by person and time, none overlapping; times in seconds on the bank's clock.

    leaves, arrives, departs, returns: out of the house, at the place, away from it, home again.
    """

    person: Ints
    city: Ints
    leaves: Ints
    arrives: Ints
    departs: Ints
    returns: Ints

    def of(self, person: Ints, time: Ints) -> Ints:
        """Position of the trip that a person is on at a time, NOWHERE for none."""
        if not len(self.person):
            return np.full(len(person), NOWHERE)
        keys = self.person * _PERSON_SECONDS + self.leaves
        found = np.searchsorted(keys, person * _PERSON_SECONDS + time, side="right") - 1
        place = found.clip(0)
        on_trip = (found >= 0) & (self.person[place] == person) & (time < self.returns[place])
        return np.where(on_trip, place, NOWHERE)

    def travellers_on(self, day: int) -> Ints:
        """Who is away on an epoch day."""
        begin, end = day * DAY_SECONDS, (day + 1) * DAY_SECONDS
        away: Ints = self.person[(self.leaves < end) & (self.returns > begin)]
        return away


def draw_trips(people: People, generator: np.random.Generator) -> Trips:
    """A year of journeys."""
    kind = pick_by_row(
        np.broadcast_to(_TRAVELLERS, (len(people), len(_TRAVELLERS))),
        generator.random(len(people)),
    )
    low, high = np.array(_TRIPS).T
    person = np.repeat(np.arange(len(people)), generator.integers(low[kind], high[kind] + 1))
    kind = kind[person]
    favourite = _destinations(people.home, generator)[person]
    elsewhere = _destinations(people.home[person], generator)
    faithful = generator.random(len(person)) < np.array([0, 0.35, 0.9, 0.75])[kind]
    city = np.where(faithful, favourite, elsewhere)
    days = generator.integers(np.array([0, 4, 2, 2])[kind], np.array([1, 14, 6, 4])[kind] + 1)
    leaves = (_start_days(len(person), generator) + FIRST_DAY) * DAY_SECONDS
    leaves += _hours(generator.uniform(6.0, 14.0, len(person)))
    return _without_overlaps(_timed(person, people.home[person], city, leaves, days, generator))


def _timed(
    person: Ints,
    home: Ints,
    city: Ints,
    leaves: Ints,
    days: Ints,
    generator: np.random.Generator,
) -> Trips:
    """Door to door by train or car when near, else by plane with time spent at both airports."""
    distance = DISTANCES_KM[home, city]
    hours = np.where(distance < 450, distance / 85 + 0.5, distance / 760 + 3.6)
    travels = _hours(hours * generator.uniform(1.0, 1.3, len(person)))
    departs = (leaves // DAY_SECONDS + days) * DAY_SECONDS
    departs += _hours(generator.uniform(8.0, 17.0, len(person)) - HOURS_AHEAD[city] * 0.5)
    departs = np.maximum(departs, leaves + travels + 30 * HOUR_SECONDS)
    return Trips(
        person=person,
        city=city,
        leaves=leaves,
        arrives=leaves + travels,
        departs=departs,
        returns=departs + travels,
    )


def _without_overlaps(trips: Trips) -> Trips:
    order = np.argsort(trips.person * _PERSON_SECONDS + trips.leaves, kind="stable")
    ends = trips.person[order] * _PERSON_SECONDS + trips.returns[order] + DAY_SECONDS
    starts = trips.person[order] * _PERSON_SECONDS + trips.leaves[order]
    kept: Flags = np.ones(len(order), dtype=np.bool_)
    kept[1:] = starts[1:] > np.maximum.accumulate(ends)[:-1]
    index = order[kept]
    return Trips(
        person=trips.person[index],
        city=trips.city[index],
        leaves=trips.leaves[index],
        arrives=trips.arrives[index],
        departs=trips.departs[index],
        returns=trips.returns[index],
    )


def _destinations(home: Ints, generator: np.random.Generator) -> Ints:
    """A foreign city for each home; nearer ones more often."""
    foreign = COUNTRY_OF[:, None] != COUNTRY_OF[None, :]
    pull = GUESTS[None, :] / (800 + DISTANCES_KM) * foreign
    summed = np.cumsum(pull, axis=1)
    return pick_by_row((summed / summed[:, -1:])[home], generator.random(len(home)))


def _start_days(size: int, generator: np.random.Generator) -> Ints:
    month, _ = month_and_day_of(np.arange(FIRST_DAY, FIRST_DAY + DAYS))
    return pick_weighted(np.cumsum(_SEASON[month]), size, generator)


def _hours(hours: Floats) -> Ints:
    return (hours * HOUR_SECONDS).astype(np.int64)


def countries_known(people: People, trips: Trips) -> Ints:
    """Sorted keys, see `country_key`, of the countries that each person lives in or travels to."""
    home = country_key(np.arange(len(people)), people.home)
    return np.unique(np.concatenate([home, country_key(trips.person, trips.city)]))


def country_key(person: Ints, city: Ints) -> Ints:
    """A person and the country of a city, as one number."""
    key: Ints = person * len(COUNTRIES) + COUNTRY_OF[city]
    return key
