"""The people who pay: where they live, how they spend, when they sleep."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Flags, Floats, Ints
from tieout.practice.payments.categories import CATEGORIES
from tieout.practice.payments.chance import pick_weighted, scatter_share
from tieout.practice.payments.cities import CITIES, LATITUDES, LONGITUDES, RESIDENTS
from tieout.practice.payments.period import DAY_SECONDS, DAYS, FIRST_DAY

LIFESTYLES: Final = 48
ROWS_PER_CUSTOMER: Final = 150
CUSTOMERS_MIN: Final = 20
COUPLES_SHARE: Final = 0.25
NIGHT_WORKERS_SHARE: Final = 0.03
NOWHERE: Final = -1
DEVICES_PER_PERSON: Final = 3
_PROXY_CITIES: Final = ("Amsterdam", "Zurich", "Stockholm", "New York")


@dataclass(frozen=True)
class People:
    """Card holders; two of them may share a customer's account.

    customer: position of the account. home: a city. level: logarithm of how dearly they live.
    activity: how often they pay. lifestyle: which tastes. wakes, sleeps: hours of the day, the
    latter past 24 when after midnight. night_worker: awake at night, asleep by day. goes_out:
    stays up late at weekends. buys_twice: has the habit of paying the same twice in a row. proxy:
    the city that their online payments seem to come from now and then, NOWHERE for most.
    new_phone: second in which the device changes, perhaps after the year. has_tablet: a second
    device. latitude, longitude: of the home.
    """

    customer: Ints
    home: Ints
    level: Floats
    activity: Floats
    lifestyle: Ints
    wakes: Floats
    sleeps: Floats
    night_worker: Flags
    goes_out: Flags
    buys_twice: Flags
    proxy: Ints
    new_phone: Ints
    has_tablet: Flags
    latitude: Floats
    longitude: Floats

    def __len__(self) -> int:
        return len(self.customer)


def customers_for(rows: int) -> int:
    """So many that each has a history."""
    return max(CUSTOMERS_MIN, rows // ROWS_PER_CUSTOMER)


def draw_people(*, rows: int, generator: np.random.Generator) -> People:
    """Everybody, couples one after the other at the end of the list."""
    customers = customers_for(rows)
    partners = np.flatnonzero(generator.random(customers) < COUPLES_SHARE)
    customer = np.concatenate([np.arange(customers), partners])
    size = len(customer)
    # What a couple shares is drawn once for the account.
    home = pick_weighted(np.cumsum(RESIDENTS), customers, generator)[customer]
    shared_level = generator.normal(0, 0.3, customers)[customer]
    house = generator.normal(0, 0.04, (2, customers))[:, customer]
    night_worker = generator.random(size) < NIGHT_WORKERS_SHARE
    wakes = generator.normal(6.5, 0.6, size).clip(5.2, 8.2)
    awake = generator.normal(16.2, 0.4, size).clip(15.4, 17.0)
    proxies = np.array([_position(name) for name in _PROXY_CITIES])
    proxy = proxies[generator.integers(0, len(proxies), size)]
    year_end = (FIRST_DAY + DAYS) * DAY_SECONDS
    changes = generator.integers(FIRST_DAY * DAY_SECONDS, year_end, size)
    return People(
        customer=customer,
        home=home,
        level=shared_level + generator.normal(0, 0.15, size),
        activity=generator.gamma(3.0, 1 / 3, size).clip(0.35, 3.0),
        lifestyle=generator.integers(0, LIFESTYLES, size),
        wakes=wakes + np.where(night_worker, 8.3, 0.0),
        sleeps=wakes + awake + np.where(night_worker, 8.3, 0.0),
        night_worker=night_worker,
        goes_out=~night_worker & (generator.random(size) < 0.25),
        buys_twice=generator.random(size) < 0.2,
        proxy=np.where(generator.random(size) < 0.015, proxy, NOWHERE),
        new_phone=np.where(generator.random(size) < 0.35, changes, year_end),
        has_tablet=generator.random(size) < 0.3,
        latitude=LATITUDES[home] + house[0],
        longitude=LONGITUDES[home] + house[1],
    )


def own_device(people: People, person: Ints, time: Ints, generator: np.random.Generator) -> Ints:
    """The number of the device that a person uses at a time."""
    number: Ints = (time >= people.new_phone[person]).astype(np.int64)
    on_tablet = people.has_tablet[person] & (generator.random(len(person)) < 0.25)
    return person * DEVICES_PER_PERSON + np.where(on_tablet, 2, number)


def draw_tastes(generator: np.random.Generator) -> Floats:
    """Running shares of the categories (lifestyles x workday, weekend, trip x categories)."""
    base = np.array([[c.at_home, c.at_home * c.weekend, c.away] for c in CATEGORIES]).T
    taste = np.exp(generator.normal(0, 0.4, (LIFESTYLES, 1, len(CATEGORIES))))
    summed = np.cumsum(base[None] * taste, axis=2)
    shares: Floats = summed / summed[:, :, -1:]
    return shares


def asleep_at(people: People, person: Ints, generator: np.random.Generator) -> Floats:
    """An hour of the day, deep in a person's usual sleep."""
    bed, rises = people.sleeps[person], people.wakes[person] + 24
    share = 0.2 + 0.42 * generator.random(len(person))
    hour: Floats = (bed + share * (rises - bed)) % 24
    return hour


def lives_at(people: People, person: Ints, city: Ints) -> tuple[Floats, Floats]:
    """Where a person's devices are: at home, or wherever they stay in another city."""
    at_home = city == people.home[person]
    north = scatter_share(person, city, 1) * 0.1 - 0.05
    east = scatter_share(person, city, 2) * 0.1 - 0.05
    return (
        np.where(at_home, people.latitude[person], LATITUDES[city] + north),
        np.where(at_home, people.longitude[person], LONGITUDES[city] + east),
    )


def _position(name: str) -> int:
    return next(place for place, city in enumerate(CITIES) if city.name == name)
