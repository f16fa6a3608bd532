"""How many payments of what fall into which part of the year."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints
from tieout.practice.payments.chance import pick_weighted, shares_to_counts
from tieout.practice.payments.period import DAYS, FIRST_DAY
from tieout.practice.payments.stories.burst import BURST
from tieout.practice.payments.stories.duplicate import DUPLICATE
from tieout.practice.payments.stories.high_amount import HIGH_AMOUNT
from tieout.practice.payments.stories.impossible_travel import IMPOSSIBLE_TRAVEL
from tieout.practice.payments.stories.new_country import NEW_COUNTRY
from tieout.practice.payments.stories.odd_hour import ODD_HOUR
from tieout.practice.payments.world import World

STORIES: Final = (HIGH_AMOUNT, ODD_HOUR, DUPLICATE, BURST, IMPOSSIBLE_TRAVEL, NEW_COUNTRY)
PART_ROWS: Final = 150_000
PART_DAYS_MAX: Final = 14
SECOND_ONES_SHARE: Final = 0.0035
ROUNDS_SHARE: Final = 0.004
# Before anything happens, people show for some weeks how they live.
QUIET_DAYS: Final = 42


@dataclass(frozen=True)
class Part:
    """Some days of the year.

    index: its place. days: epoch days. visits: payments on each. second_ones, rounds: how many
    follow others. sizes: for each story, how many payments each of its occurrences has.
    """

    index: int
    days: Ints
    visits: Ints
    second_ones: int
    rounds: int
    sizes: tuple[Ints, ...]


@dataclass(frozen=True)
class Plan:
    """The year's parts; all counts add up to the rows asked for."""

    parts: tuple[Part, ...]

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)


def draw_plan(world: World, *, rows: int, seed: int) -> Plan:
    """Divide the rows. Parts depend on the rows alone, so that memory and bytes do too."""
    generator = np.random.default_rng([seed, 1])
    days = np.arange(FIRST_DAY, FIRST_DAY + DAYS)
    part_days = int(np.clip(DAYS * PART_ROWS // rows, 1, PART_DAYS_MAX))
    part_of_day = np.arange(DAYS) // part_days
    size = int(part_of_day[-1]) + 1
    all_sizes = [_draw_sizes(rows, story.share, story.sizes, generator) for story in STORIES]
    second_ones, rounds = round(rows * SECOND_ONES_SHARE), round(rows * ROUNDS_SHARE)
    others = second_ones + rounds + sum(int(sizes.sum()) for sizes in all_sizes)
    visits_total = rows - others - int(world.subscriptions.rows_by_day().sum())
    visits = shares_to_counts(world.weights, visits_total)
    per_part: Floats = np.bincount(part_of_day, weights=visits).astype(np.float64)
    busy = np.bincount(part_of_day, weights=visits * (np.arange(DAYS) >= QUIET_DAYS))
    happens_in = [pick_weighted(np.cumsum(busy), len(sizes), generator) for sizes in all_sizes]
    second, around = (shares_to_counts(per_part, total) for total in (second_ones, rounds))
    return Plan(
        tuple(
            Part(
                index=index,
                days=days[part_of_day == index],
                visits=visits[part_of_day == index],
                second_ones=int(second[index]),
                rounds=int(around[index]),
                sizes=tuple(
                    sizes[part == index] for sizes, part in zip(all_sizes, happens_in, strict=True)
                ),
            )
            for index in range(size)
        )
    )


def _draw_sizes(
    rows: int, share: float, sizes: tuple[int, int], generator: np.random.Generator
) -> Ints:
    """Payments of each occurrence of a story, about its share of all rows and one at least."""
    low, high = sizes
    wanted = max(low, round(rows * share))
    drawn = generator.integers(low, high + 1, wanted // low + 1)
    total = np.cumsum(drawn)
    return drawn[: int(np.searchsorted(total, wanted)) + 1]
