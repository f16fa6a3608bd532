"""A copy of the card is used far away, about when its owner pays at home."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Flags, Ints
from tieout.practice.payments.amounts import draw_amounts
from tieout.practice.payments.categories import ATM, CASH, CONTACTLESS, POS, codes
from tieout.practice.payments.chance import pick_by_row
from tieout.practice.payments.cities import DISTANCES_KM, GUESTS, RESIDENTS
from tieout.practice.payments.rows import Rows
from tieout.practice.payments.stories.story import (
    Plot,
    Story,
    at_home,
    draw_from,
    planted,
    scaled,
)
from tieout.practice.payments.visits import choose_merchants

_WANTED: Final = codes(
    "electronics", "clothing", "cash", "jewellery", "groceries", "fuel", "restaurant"
)
_WEIGHTS: Final = np.array([2.0, 2.0, 2.5, 0.5, 1.5, 1.0, 1.5])
_ANOTHER_WORLD_KM: Final = 1_300
_ACCOMPLICE_MINUTES: Final = 30.0


def _plant(plot: Plot) -> Rows:
    generator, world = plot.generator, plot.world
    person, size, stories = plot.once(plot.bases.person), int(plot.sizes.sum()), len(plot.sizes)
    city = plot.once(_far_from(plot.bases.city, generator))
    minutes = np.exp(generator.normal(np.log(_ACCOMPLICE_MINUTES), 0.45, stories)).clip(3, 95)
    begins = plot.bases.time + (minutes * 60).astype(np.int64)
    time = plot.once(begins) + plot.within_story(generator.integers(300, 2_400, size))
    category = draw_from(_WANTED, _WEIGHTS, plot)
    by_card = np.where(generator.random(size) < 0.6, POS, CONTACTLESS)
    channel = np.where(category == CASH, ATM, by_card)
    merchant = choose_merchants(
        world, person, category, channel, city, generator=generator, loyal=False
    )
    usual = draw_amounts(world, person, category, merchant, generator)
    amount = scaled(usual, np.exp(generator.normal(np.log(1.3), 0.4, size)))
    return planted(
        plot, IMPOSSIBLE_TRAVEL.kind, person, time, category, channel, merchant, city, amount
    )


def _far_from(city: Ints, generator: np.random.Generator) -> Ints:
    """Anywhere that is another world, residents' towns included."""
    far: Flags = DISTANCES_KM > _ANOTHER_WORLD_KM
    pull = far * (GUESTS + RESIDENTS + 0.5)[None, :]
    summed = np.cumsum(pull, axis=1)
    return pick_by_row((summed / summed[:, -1:])[city], generator.random(len(city)))


IMPOSSIBLE_TRAVEL: Final = Story("IMPOSSIBLE_TRAVEL", 0.0025, (1, 1), at_home, _plant)
