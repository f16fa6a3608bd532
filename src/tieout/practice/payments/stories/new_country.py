"""A stolen number is sold abroad, to where its owner has never been and never goes."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Ints
from tieout.practice.payments.amounts import draw_amounts
from tieout.practice.payments.categories import ATM, CASH, CONTACTLESS, ONLINE, POS, codes
from tieout.practice.payments.chance import pick_by_row
from tieout.practice.payments.cities import CITIES, GUESTS, HOURS_AHEAD
from tieout.practice.payments.period import DAY_SECONDS, HOUR_SECONDS
from tieout.practice.payments.rows import Rows
from tieout.practice.payments.stories.story import (
    Plot,
    Story,
    at_home,
    draw_from,
    planted,
    scaled,
)
from tieout.practice.payments.trips import country_key
from tieout.practice.payments.visits import choose_merchants
from tieout.practice.payments.world import World

_WANTED: Final = codes(
    "electronics", "clothing", "cash", "groceries", "restaurant", "marketplace", "hotel"
)
_WEIGHTS: Final = np.array([2.0, 2.0, 2.5, 1.5, 1.5, 2.0, 0.5])
_SHOPS_OPEN: Final = (9.0, 21.0)


def _plant(plot: Plot) -> Rows:
    generator, world = plot.generator, plot.world
    person, size, stories = plot.once(plot.bases.person), int(plot.sizes.sum()), len(plot.sizes)
    there = _never_been(world, plot.bases.person, generator)
    hour = generator.uniform(*_SHOPS_OPEN, stories) - HOURS_AHEAD[there]
    begins = (plot.bases.time // DAY_SECONDS + generator.integers(1, 3, stories)) * DAY_SECONDS
    begins += (hour * HOUR_SECONDS).astype(np.int64)
    time = plot.once(begins) + plot.within_story(generator.integers(600, 7_200, size))
    category, city = draw_from(_WANTED, _WEIGHTS, plot), plot.once(there)
    by_card = np.where(generator.random(size) < 0.6, POS, CONTACTLESS)
    channel = np.where(category == CASH, ATM, by_card)
    channel = np.where(category == codes("marketplace")[0], ONLINE, channel)
    merchant = choose_merchants(
        world, person, category, channel, city, generator=generator, loyal=False
    )
    usual = draw_amounts(world, person, category, merchant, generator)
    amount = scaled(usual, np.exp(generator.normal(np.log(1.6), 0.45, size)))
    return planted(plot, NEW_COUNTRY.kind, person, time, category, channel, merchant, city, amount)


def _never_been(world: World, person: Ints, generator: np.random.Generator) -> Ints:
    """A city of a country that is new to each person, whatever journeys the year still holds."""
    city = np.arange(len(CITIES))
    key = country_key(person[:, None], city[None, :])
    pull = ~np.isin(key, world.countries) * (GUESTS + 0.6)[None, :]
    summed = np.cumsum(pull, axis=1)
    return pick_by_row(summed / summed[:, -1:], generator.random(len(person)))


NEW_COUNTRY: Final = Story("NEW_COUNTRY", 0.0026, (1, 2), at_home, _plant)
