"""A stolen number is tried out, or a stolen card used up, many times within minutes."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints
from tieout.practice.payments.amounts import written
from tieout.practice.payments.categories import CONTACTLESS, ONLINE, POS, codes
from tieout.practice.payments.period import DAY_SECONDS
from tieout.practice.payments.rows import Rows
from tieout.practice.payments.stories.story import Plot, Story, at_home, planted
from tieout.practice.payments.visits import choose_merchants

_ONLINE_SHARE: Final = 0.75
_TRIED_AT: Final = codes("digital", "marketplace", "gift cards")
_USED_AT: Final = codes("groceries", "fuel", "pharmacy", "electronics", "coffee")
_WITHOUT_PIN_EUROS: Final = (18.0, 49.0)


def _plant(plot: Plot) -> Rows:
    generator, world = plot.generator, plot.world
    person, city = plot.once(plot.bases.person), plot.once(plot.bases.city)
    size, stories = len(person), len(plot.sizes)
    online = plot.once((generator.random(stories) < _ONLINE_SHARE).astype(np.int64)) == 1
    begins = plot.bases.time + generator.integers(1, 3, stories) * DAY_SECONDS
    begins += generator.normal(0, 3_600, stories).astype(np.int64)
    pause = generator.exponential(np.where(online, 26.0, 38.0)).astype(np.int64) + 3
    tap = np.where(generator.random(size) < 0.9, CONTACTLESS, POS)
    channel = np.where(online, ONLINE, tap)
    category = np.where(online, _one_of(_TRIED_AT, plot), _one_of(_USED_AT, plot))
    merchant = choose_merchants(
        world, person, category, channel, city, generator=generator, loyal=False
    )
    euros = np.where(online, _trial_euros(plot), generator.uniform(*_WITHOUT_PIN_EUROS, size))
    amount = written(world, person, category, merchant, euros)
    time = plot.once(begins) + plot.within_story(pause)
    return planted(plot, BURST.kind, person, time, category, channel, merchant, city, amount, 0.1)


def _one_of(categories: Ints, plot: Plot) -> Ints:
    """Mostly the story's own kind of shop, at times another."""
    story = plot.once(plot.generator.integers(0, len(categories), len(plot.sizes)))
    other = plot.generator.integers(0, len(categories), len(story))
    chosen: Ints = categories[np.where(plot.generator.random(len(story)) < 0.7, story, other)]
    return chosen


def _trial_euros(plot: Plot) -> Floats:
    """Small sums first; whoever sees them pass takes more with the last one."""
    size = int(plot.sizes.sum())
    small = np.exp(plot.generator.normal(np.log(4.0), 0.7, size))
    last = plot.step == plot.once(plot.sizes) - 1
    greedy = last & (plot.generator.random(size) < 0.4)
    euros: Floats = small * np.where(greedy, 12.0, 1.0)
    return euros


BURST: Final = Story("BURST", 0.0036, (5, 13), at_home, _plant)
