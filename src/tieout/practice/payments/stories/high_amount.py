"""Somebody else shops with the card, and for far more than its owner ever would."""

from typing import Final

import numpy as np

from tieout.practice.payments.amounts import written
from tieout.practice.payments.categories import codes
from tieout.practice.payments.period import DAY_SECONDS
from tieout.practice.payments.rows import Rows
from tieout.practice.payments.stories.story import (
    Plot,
    Story,
    at_home,
    draw_from,
    planted,
    usual_channel,
)
from tieout.practice.payments.visits import choose_merchants

_WANTED: Final = codes(
    "electronics", "jewellery", "clothing", "gift cards", "travel", "marketplace", "household"
)
_WEIGHTS: Final = np.array([4.0, 2.0, 1.5, 1.5, 1.0, 2.0, 1.0])
_EUROS: Final = 640.0
_SPREAD: Final = 0.4


def _plant(plot: Plot) -> Rows:
    generator, world = plot.generator, plot.world
    person, city = plot.once(plot.bases.person), plot.once(plot.bases.city)
    size, stories = len(person), len(plot.sizes)
    # About the owner's own hour of another day: the clock tells nothing.
    begins = plot.bases.time + generator.integers(1, 4, stories) * DAY_SECONDS
    begins += generator.normal(0, 2_000, stories).astype(np.int64)
    time = plot.once(begins) + plot.within_story(generator.integers(500, 5_000, size))
    category = draw_from(_WANTED, _WEIGHTS, plot)
    channel = usual_channel(category, generator)
    merchant = choose_merchants(
        world, person, category, channel, city, generator=generator, loyal=False
    )
    # The thief takes what the card is likely to bear, which follows from how its owner lives.
    euros = np.exp(np.log(_EUROS) + world.people.level[person])
    euros *= np.exp(generator.normal(0, _SPREAD, size))
    amount = written(world, person, category, merchant, euros)
    return planted(
        plot, HIGH_AMOUNT.kind, person, time, category, channel, merchant, city, amount, 0.25
    )


HIGH_AMOUNT: Final = Story("HIGH_AMOUNT", 0.0030, (1, 2), at_home, _plant)
