"""Ordinary payments that people decide on, day by day."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Flags, Floats, Ints
from tieout.practice.payments.amounts import draw_amounts, written
from tieout.practice.payments.categories import CHANNELS_SUMMED, EUROS, ONLINE, codes
from tieout.practice.payments.chance import pick_by_row, pick_weighted, scatter_share
from tieout.practice.payments.cities import HOURS_AHEAD
from tieout.practice.payments.hours import draw_hours
from tieout.practice.payments.merchants import ONLINE_PLACE
from tieout.practice.payments.people import NOWHERE, own_device
from tieout.practice.payments.period import DAY_SECONDS, HOUR_SECONDS, weekday_of
from tieout.practice.payments.rows import NO_DEVICE, Rows
from tieout.practice.payments.trips import SPENDS_MORE, Trips
from tieout.practice.payments.world import World

SATURDAY: Final = 5
WORKDAY, WEEKEND, AWAY = range(3)
LARGE_SHARE: Final = 0.003
LARGE: Final = codes("electronics", "household", "travel", "jewellery", "clothing")
_LARGE_TIMES: Final = 5.0
_PROXY_SHARE: Final = 0.2
_FAVOURITES: Final = 3


def draw_visits(world: World, days: Ints, counts: Ints, generator: np.random.Generator) -> Rows:
    """So many payments on each of some days."""
    person, day = _who_pays(world, days, counts, generator)
    size = len(person)
    away = world.trips.of(person, day * DAY_SECONDS + DAY_SECONDS // 2) != NOWHERE
    situation = np.where(away, AWAY, np.where(weekday_of(day) >= SATURDAY, WEEKEND, WORKDAY))
    taste = world.tastes[world.people.lifestyle[person], situation]
    category = pick_by_row(taste, generator.random(size))
    large = generator.random(size) < LARGE_SHARE
    category = np.where(large, LARGE[generator.integers(0, len(LARGE), size)], category)
    hour = draw_hours(world.people, person, category, day, generator)
    time = day * DAY_SECONDS + (hour * HOUR_SECONDS).astype(np.int64)
    time = _while_travelling(world.trips, person, time, day, generator)
    channel = pick_by_row(CHANNELS_SUMMED[category], generator.random(size))
    city = _seen_in(world, person, time, channel, generator)
    merchant = choose_merchants(world, person, category, channel, city, generator=generator)
    amount = draw_amounts(world, person, category, merchant, generator)
    dear = np.exp(np.log(_LARGE_TIMES) + generator.normal(0, 0.4, size)) * EUROS[category]
    dear *= np.exp(world.people.level[person])
    amount = np.where(large, written(world, person, category, merchant, dear), amount)
    return located(world, person, time, category, channel, merchant, city, amount, generator)


def located(  # noqa: PLR0913, PLR0917 - each is a column
    world: World,
    person: Ints,
    time: Ints,
    category: Ints,
    channel: Ints,
    merchant: Ints,
    city: Ints,
    amount: Ints,
    generator: np.random.Generator,
) -> Rows:
    """Ordinary rows with the coordinates and the device that follow from the rest."""
    latitude, longitude = world.coordinates(person, channel, merchant, city)
    device = own_device(world.people, person, time, generator)
    return Rows(
        person=person,
        time=time,
        category=category,
        channel=channel,
        merchant=merchant,
        amount=amount,
        city=city,
        latitude=latitude,
        longitude=longitude,
        device=np.where(channel == ONLINE, device, NO_DEVICE),
        kind=np.zeros(len(person), dtype=np.int8),
    )


def choose_merchants(
    world: World,
    person: Ints,
    category: Ints,
    channel: Ints,
    city: Ints,
    *,
    generator: np.random.Generator,
    loyal: bool = True,
) -> Ints:
    """Where they buy: people who are `loyal` go to the same few shops most of the time."""
    size = len(person)
    online = channel == ONLINE
    place = np.where(online, ONLINE_PLACE, city)
    lots = generator.random(size)
    if loyal:
        slot = (generator.random(size) ** 2 * _FAVOURITES).astype(np.int64)
        at_home = city == world.people.home[person]
        loyalty = np.where(online, 0.6, np.where(at_home, 0.75, 0.2))
        favourite = scatter_share(person, category, place, slot)
        lots = np.where(generator.random(size) < loyalty, favourite, lots)
    return world.merchants.pick(place, category, lots)


def _who_pays(
    world: World, days: Ints, counts: Ints, generator: np.random.Generator
) -> tuple[Ints, Ints]:
    """People drawn by how active they are; who travels pays more often."""
    chosen = [np.empty(0, dtype=np.int64)]
    for day, count in zip(days.tolist(), counts.tolist(), strict=True):
        activity = world.people.activity.copy()
        activity[world.trips.travellers_on(day)] *= SPENDS_MORE
        chosen.append(pick_weighted(np.cumsum(activity), count, generator))
    return np.concatenate(chosen), np.repeat(days, counts)


def _seen_in(
    world: World, person: Ints, time: Ints, channel: Ints, generator: np.random.Generator
) -> Ints:
    """Where people are, or where their proxy makes them appear to be."""
    city = world.city_at(person, time)
    proxy = world.people.proxy[person]
    hidden: Flags = (channel == ONLINE) & (proxy != NOWHERE)
    hidden &= generator.random(len(person)) < _PROXY_SHARE
    return np.where(hidden, proxy, city)


def _while_travelling(
    trips: Trips, person: Ints, time: Ints, day: Ints, generator: np.random.Generator
) -> Ints:
    """Hours abroad are local ones, and nobody pays on the way: it waits until they are there."""
    trip = trips.of(person, time)
    travelling = np.flatnonzero(trip != NOWHERE)
    if not len(travelling):
        return time
    trip, then = trip[travelling], time[travelling]
    arrives, departs, returns = trips.arrives[trip], trips.departs[trip], trips.returns[trip]
    lots = generator.random(len(trip))
    there = then - HOURS_AHEAD[trips.city[trip]] * HOUR_SECONDS
    # A day stays the day that it is: what would fall before it comes at its end.
    begins = day[travelling] * DAY_SECONDS
    there = np.where(there < begins, there + DAY_SECONDS, there)
    too_early, too_late = there < arrives + 900, there > departs - 900
    soon = _after(np.maximum(arrives, begins), lots, 5.0)
    soon = np.maximum(np.minimum(soon, departs - 60), begins)
    there = np.where(too_early | too_late, soon, there)
    there = np.where(then < arrives, soon, there)
    moved = time.copy()
    moved[travelling] = np.where(then >= departs, _after(returns, lots, 2.5), there)
    return moved


def _after(time: Ints, lots: Floats, hours_max: float) -> Ints:
    return time + ((0.3 + lots * hours_max) * HOUR_SECONDS).astype(np.int64)
