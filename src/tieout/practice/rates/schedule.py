"""When incidents begin, and where: apart from one another, when there is something to see."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats
from tieout.practice.rates.incidents import Incident
from tieout.practice.rates.period import DAY_MINUTES
from tieout.practice.rates.stories import (
    CAMPAIGN,
    NIGHT_NOISE,
    NIGHT_NOISE_ROWS,
    STORIES,
    Story,
)

# Before anything happens, some days show what is usual.
QUIET_DAYS: Final = 3
# A day has four slots from eight in the morning on, each for one incident and a while after it.
_SLOT_MINUTES: Final = 210
_SLOTS_BEGIN: Final = tuple(8 * 60 + slot * _SLOT_MINUTES for slot in range(4))
_PAUSE_MINUTES: Final = 30
_MINUTES_MORE_MAX: Final = 4
_DEPTHS: Final = (0.65, 1.0)
_CAMPAIGN_DAYS: Final = 5
_NIGHT_NOISE_SHARE: Final = 0.4
_NIGHT_BEGINS: Final = (70, 220)


def draw_campaigns_and_incidents(days: int, generator: np.random.Generator) -> list[Incident]:
    """Some more than one incident a day, all stories in turn, and now and then a campaign."""
    slots = [day * DAY_MINUTES + begin for day in range(QUIET_DAYS, days) for begin in _SLOTS_BEGIN]
    incidents, campaigns = round(1.1 * days) + 2, max(1, days // _CAMPAIGN_DAYS)
    chosen = [slots[place] for place in generator.permutation(len(slots))]
    drawn = []
    for turn, begin in enumerate(chosen[:incidents]):
        story, again = STORIES[turn % len(STORIES)], turn // len(STORIES)
        drawn.append(_placed(story, again, begin, generator))
    for turn, begin in enumerate(chosen[incidents : incidents + campaigns]):
        drawn.append(_placed(CAMPAIGN, turn, begin, generator))
    return drawn


def draw_night_noise(days: int, expected: Floats, generator: np.random.Generator) -> list[Incident]:
    """In some nights, about three denials more than usual.

    expected: events by minute; where a night has many, the few more do not show.
    """
    drawn = []
    for day in range(days):
        happens, begin = generator.random() < _NIGHT_NOISE_SHARE, generator.integers(*_NIGHT_BEGINS)
        if not happens:
            continue
        first = day * DAY_MINUTES + int(begin)
        minutes = NIGHT_NOISE.minutes[day % len(NIGHT_NOISE.minutes)]
        rows = float(np.sum(expected[first : first + minutes]))
        ((_, share_max),) = NIGHT_NOISE.effect.turned
        effect = NIGHT_NOISE.effect.softened(min(1.0, NIGHT_NOISE_ROWS / rows / share_max))
        drawn.append(
            Incident(None, NIGHT_NOISE.metric, first, minutes, NIGHT_NOISE.conditions[0], effect)
        )
    return drawn


def _placed(story: Story, again: int, slot: int, generator: np.random.Generator) -> Incident:
    """A story's next incident: its next duration, its next condition, somewhere in a slot."""
    minutes = story.minutes[again % len(story.minutes)]
    minutes += int(generator.integers(0, _MINUTES_MORE_MAX + 1))
    latest = _SLOT_MINUTES - _PAUSE_MINUTES - minutes
    first = slot + int(generator.integers(0, latest + 1))
    condition = story.conditions[again % len(story.conditions)]
    effect = story.effect.softened(generator.uniform(*_DEPTHS))
    return Incident(story.kind, story.metric, first, minutes, condition, effect)
