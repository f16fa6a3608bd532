"""The card is used while its owner sleeps."""

from typing import Final

import numpy as np

from tieout.practice.payments.amounts import draw_amounts
from tieout.practice.payments.categories import codes
from tieout.practice.payments.people import asleep_at
from tieout.practice.payments.period import DAY_SECONDS, HOUR_SECONDS
from tieout.practice.payments.rows import Rows
from tieout.practice.payments.stories.story import (
    Plot,
    Story,
    at_home,
    draw_from,
    planted,
    scaled,
    usual_channel,
)
from tieout.practice.payments.visits import choose_merchants

_WANTED: Final = codes("marketplace", "digital", "cash", "fuel", "gift cards", "electronics")
_WEIGHTS: Final = np.array([3.0, 1.5, 2.5, 1.0, 1.0, 1.5])


def _plant(plot: Plot) -> Rows:
    generator, world = plot.generator, plot.world
    person, city = plot.once(plot.bases.person), plot.once(plot.bases.city)
    size = len(person)
    hour = asleep_at(world.people, plot.bases.person, generator)
    begins = (plot.bases.time // DAY_SECONDS + 1) * DAY_SECONDS
    begins += (hour * HOUR_SECONDS).astype(np.int64)
    time = plot.once(begins) + plot.within_story(generator.integers(240, 1_800, size))
    category = draw_from(_WANTED, _WEIGHTS, plot)
    channel = usual_channel(category, generator)
    merchant = choose_merchants(
        world, person, category, channel, city, generator=generator, loyal=False
    )
    usual = draw_amounts(world, person, category, merchant, generator)
    amount = scaled(usual, np.exp(generator.normal(np.log(2.2), 0.4, size)))
    return planted(
        plot, ODD_HOUR.kind, person, time, category, channel, merchant, city, amount, 0.35
    )


ODD_HOUR: Final = Story("ODD_HOUR", 0.0028, (1, 2), at_home, _plant)
