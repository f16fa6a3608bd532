"""Ordinary payments that come with others: subscriptions, the second coffee, a round of shops."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints
from tieout.practice.payments.amounts import draw_amounts
from tieout.practice.payments.categories import (
    ATM,
    CATEGORIES,
    ONLINE,
    POS,
    RECURRING,
    codes,
)
from tieout.practice.payments.chance import pick_weighted
from tieout.practice.payments.cities import UNITS_PER_EURO
from tieout.practice.payments.period import DAY_SECONDS, HOUR_SECONDS, month_and_day_of
from tieout.practice.payments.rows import NO_DEVICE, Rows
from tieout.practice.payments.subscriptions import SERVICE_CATEGORIES, SERVICES
from tieout.practice.payments.visits import choose_merchants, located
from tieout.practice.payments.world import World

_ONE_MORE: Final = codes("coffee", "transport", "bar", "leisure")
_ROUND: Final = codes("groceries", "pharmacy", "clothing", "household", "coffee")
_HABIT: Final = 8.0  # how much likelier are those who have it
_SHOPS_AFTER_THE_FIRST: Final = 2
_BILLING_SPREAD_SECONDS: Final = 900


def draw_subscription_rows(world: World, days: Ints, generator: np.random.Generator) -> Rows:
    """What is charged on some days: each service within its quarter of an hour."""
    due = [world.subscriptions.on(day) for day in days.tolist()]
    index = np.concatenate(due)
    day = np.repeat(days, [len(part) for part in due])
    service = world.subscriptions.service[index]
    person = world.subscriptions.person[index]
    hour = np.array([each.hour for each in SERVICES])[service]
    time = day * DAY_SECONDS + (hour * HOUR_SECONDS).astype(np.int64)
    time += generator.integers(0, _BILLING_SPREAD_SECONDS, len(index))
    category = np.array(
        [len(CATEGORIES) + SERVICE_CATEGORIES.index(each.category) for each in SERVICES]
    )[service]
    home = world.people.home[person]
    month, _ = month_and_day_of(day)
    cents = world.subscriptions.price(index, month) * UNITS_PER_EURO[home]
    channel = np.full(len(index), RECURRING)
    # The services' numbers follow those of the shops.
    merchant = len(world.merchants) + service
    latitude, longitude = world.coordinates(person, channel, merchant, home)
    return Rows(
        person=person,
        time=time,
        category=category,
        channel=channel,
        merchant=merchant,
        amount=np.rint(cents).astype(np.int64),
        city=home,
        latitude=latitude,
        longitude=longitude,
        device=np.full(len(index), NO_DEVICE),
        kind=np.zeros(len(index), dtype=np.int8),
    )


def draw_second_ones(
    world: World, visits: Rows, count: int, generator: np.random.Generator
) -> Rows:
    """The same again within minutes, because somebody likes a second one or pays for a friend."""
    fits = np.isin(visits.category, _ONE_MORE)
    weight = np.where(world.people.buys_twice[visits.person], _HABIT, 1.0)
    first = visits.take(_draw_bases(weight * fits, count, generator))
    gap = np.exp(np.log(50) + generator.normal(0, 0.9, count)).clip(9, 1_500)
    return Rows(**{**vars(first), "time": first.time + gap.astype(np.int64)})


def draw_rounds(world: World, visits: Rows, count: int, generator: np.random.Generator) -> Rows:
    """Two more shops of the same town shortly after one."""
    present = (visits.channel != ONLINE) & (visits.channel != ATM)
    fits = np.isin(visits.category, _ROUND) & present
    stories = -(-count // _SHOPS_AFTER_THE_FIRST)
    base = np.repeat(_draw_bases(fits * 1.0, stories, generator), _SHOPS_AFTER_THE_FIRST)[:count]
    first = visits.take(base)
    category = _ROUND[generator.integers(0, len(_ROUND), count)]
    channel = np.where(first.channel == ONLINE, POS, first.channel)
    steps = np.arange(count) % _SHOPS_AFTER_THE_FIRST + 1
    time = first.time + steps * generator.integers(150, 660, count)
    city, person = first.city, first.person
    merchant = choose_merchants(world, person, category, channel, city, generator=generator)
    amount = draw_amounts(world, person, category, merchant, generator)
    return located(world, person, time, category, channel, merchant, city, amount, generator)


def _draw_bases(weights: Floats, count: int, generator: np.random.Generator) -> Ints:
    """Positions by weight; where nothing weighs anything, any will do."""
    if not count:
        return np.empty(0, dtype=np.int64)
    summed = np.cumsum(weights if weights.sum() > 0 else np.ones(len(weights)))
    return pick_weighted(summed, count, generator)
