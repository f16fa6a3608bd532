"""What holds for a whole data set: levels by minute, and the incidents."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints
from tieout.practice.rates.cells import CHANNEL_OF, shares_within_channel
from tieout.practice.rates.incidents import Incident
from tieout.practice.rates.noise import wander
from tieout.practice.rates.period import DAY_MINUTES, busyness, days_covered
from tieout.practice.rates.schedule import draw_campaigns_and_incidents, draw_night_noise
from tieout.practice.rates.statuses import draw_levels

_VOLUME_SPREADS: Final = np.array([0.08, 0.08, 0.08, 0.1])
_DAY_SPREAD: Final = 0.04


@dataclass(frozen=True)
class World:
    """Drawn once from the seed.

    volume: how many events are expected (minutes x channels, adding up to the rows asked for,
    before incidents). levels: see `draw_levels`. happenings: incidents and what looks like them,
    by time; of the former no two at once.
    """

    volume: Floats
    levels: Floats
    happenings: tuple[Incident, ...]

    @property
    def minutes(self) -> int:
        """How many there are."""
        return len(self.volume)

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """Those that are labelled."""
        return tuple(each for each in self.happenings if each.kind is not None)

    def expected(self, minute: Ints) -> Floats:
        """Events of consecutive minutes (minutes x cells), with what happens to them."""
        expected: Floats = self.volume[minute][:, CHANNEL_OF] * shares_within_channel()
        for each in self.during(minute):
            cells = each.condition.cells
            strength = each.strength(minute.astype(np.float64))
            expected[:, cells] *= (1 + (each.effect.volume - 1) * strength)[:, None]
        return expected

    def during(self, minute: Ints) -> list[Incident]:
        """What happens in consecutive minutes."""
        first, last = int(minute[0]), int(minute[-1])
        return [
            each
            for each in self.happenings
            if each.first_minute <= last and each.first_minute + each.minutes > first
        ]


def draw_world(*, rows: int, seed: int) -> World:
    """Everything that all parts of the weeks share."""
    generator = np.random.default_rng([seed, 0])
    days = days_covered(rows)
    minutes = days * DAY_MINUTES
    volume = busyness(np.arange(minutes))
    volume *= wander(minutes, _VOLUME_SPREADS, generator, memory=0.8)
    volume *= np.repeat(np.exp(generator.normal(0, _DAY_SPREAD, days)), DAY_MINUTES)[:, None]
    volume *= rows / volume.sum()
    levels = draw_levels(minutes, generator)
    happenings = [
        *draw_campaigns_and_incidents(days, generator),
        *draw_night_noise(days, volume.sum(axis=1), generator),
    ]
    return World(volume, levels, tuple(sorted(happenings, key=lambda each: each.first_minute)))
