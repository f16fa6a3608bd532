"""The shape of a story: on which ordinary payment it builds, and which rows it adds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tieout.practice.breaks.arrays import Flags, Floats, Ints
from tieout.practice.payments.categories import CHANNELS_SUMMED, ONLINE, RECURRING
from tieout.practice.payments.chance import pick_by_row
from tieout.practice.payments.rows import KINDS, NO_DEVICE, Rows
from tieout.practice.payments.world import World


@dataclass(frozen=True)
class Plot:
    """One story a row of `bases`, of `sizes` payments each.

    first_device: numbers from here on are devices that nobody has used yet.
    """

    world: World
    generator: np.random.Generator
    bases: Rows
    sizes: Ints
    first_device: int

    @property
    def story(self) -> Ints:
        """The story that each payment belongs to."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @property
    def step(self) -> Ints:
        """The place of each payment in its story, from 0."""
        starts = np.cumsum(self.sizes) - self.sizes
        return np.arange(int(self.sizes.sum())) - np.repeat(starts, self.sizes)

    def within_story(self, gaps: Ints) -> Ints:
        """Seconds since a story's first payment, from the gap before each of the others."""
        gaps = np.where(self.step == 0, 0, gaps)
        total = np.cumsum(gaps)
        begun: Ints = total[np.cumsum(self.sizes) - self.sizes]
        return total - np.repeat(begun, self.sizes)

    def once(self, values: Ints) -> Ints:
        """One value of each story for all its payments."""
        return np.repeat(values, self.sizes)


Fits: TypeAlias = Callable[[World, Rows], Flags]
Planter: TypeAlias = Callable[[Plot], Rows]


@dataclass(frozen=True)
class Story:
    """kind: its label. share: of all rows. sizes: fewest and most payments of one story."""

    kind: str
    share: float
    sizes: tuple[int, int]
    fits: Fits
    plant: Planter

    @property
    def code(self) -> int:
        """How rows are marked."""
        return KINDS.index(self.kind) + 1


def planted(  # noqa: PLR0913, PLR0917 - each is a column
    plot: Plot,
    kind: str,
    person: Ints,
    time: Ints,
    category: Ints,
    channel: Ints,
    merchant: Ints,
    city: Ints,
    amount: Ints,
    own_device_share: float = 0.0,
) -> Rows:
    """The rows of a story; online a stranger's device, sometimes the owner's own taken over."""
    latitude, longitude = plot.world.coordinates(person, channel, merchant, city)
    strange = plot.once(plot.first_device + np.arange(len(plot.sizes)))
    own = plot.once((plot.generator.random(len(plot.sizes)) < own_device_share).astype(np.int64))
    device = np.where(own == 1, plot.once(plot.bases.person) * 3, strange)
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
        kind=np.full(len(person), KINDS.index(kind) + 1, dtype=np.int8),
    )


def draw_from(categories: Ints, weights: Floats, plot: Plot) -> Ints:
    """A category for each payment of the stories."""
    summed = np.cumsum(weights) / weights.sum()
    size = int(plot.sizes.sum())
    lots = plot.generator.random(size)
    chosen: Ints = categories[np.searchsorted(summed, lots, side="right").clip(0, len(summed) - 1)]
    return chosen


def usual_channel(category: Ints, generator: np.random.Generator) -> Ints:
    """How such things are usually paid."""
    return pick_by_row(CHANNELS_SUMMED[category], generator.random(len(category)))


def at_home(world: World, rows: Rows) -> Flags:
    """Payments that people made themselves in their own town."""
    fits: Flags = (rows.city == world.people.home[rows.person]) & (rows.channel != RECURRING)
    return fits


def scaled(amount: Ints, factor: Floats) -> Ints:
    """Amounts in units of 0.01, times a factor."""
    return np.maximum(np.rint(amount * factor), 1).astype(np.int64)
