"""At what time of the day people pay."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints
from tieout.practice.payments.categories import ALL_NIGHT, HOURS, codes
from tieout.practice.payments.people import People, asleep_at
from tieout.practice.payments.period import weekday_of

FRIDAY, SATURDAY = 4, 5
_NIGHT_OUT: Final = codes("bar", "restaurant", "leisure", "transport")
_STAYS_OUT: Final = 0.3
_CANNOT_SLEEP: Final = 0.002
_SHOPS_CLOSE: Final = 21.0
_EARLY: Final = 6.5  # hour at which most people get up


def draw_hours(
    people: People, person: Ints, category: Ints, day: Ints, generator: np.random.Generator
) -> Floats:
    """Hours since the midnight before; past 24 when it gets late.

    Each category has its hours, moved by how early a person gets up and kept within the time
    that they are awake. Night workers live by other hours; some stay out late at weekends, and
    now and then somebody can't sleep.
    """
    size = len(person)
    mean, spread = HOURS[category, generator.integers(0, 2, size)].T
    hour = mean + spread * generator.normal(0, 1, size)
    hour += (people.wakes[person] - _EARLY) * 0.6
    night_worker = people.night_worker[person]
    hour = np.where(night_worker, _night_hours(people, person, category, generator), hour)
    wakes, sleeps = people.wakes[person], people.sleeps[person]
    within = wakes + 0.7 + generator.random(size) * (sleeps - wakes - 1.4)
    hour = np.where((hour < wakes) | (hour > sleeps), within, hour)
    weekend = np.isin(weekday_of(day), (FRIDAY, SATURDAY))
    stays_out = people.goes_out[person] & weekend & np.isin(category, _NIGHT_OUT)
    stays_out &= generator.random(size) < _STAYS_OUT
    hour = np.where(stays_out, 23.0 + generator.exponential(1.1, size).clip(0, 4.5), hour)
    awake = ALL_NIGHT[category] & ~night_worker & (generator.random(size) < _CANNOT_SLEEP)
    shown: Floats = np.where(awake, asleep_at(people, person, generator), hour)
    return shown


def _night_hours(
    people: People, person: Ints, category: Ints, generator: np.random.Generator
) -> Floats:
    """Before the shift for shops that close; through the night for what stays open."""
    wakes, sleeps = people.wakes[person], people.sleeps[person]
    through = ALL_NIGHT[category] & (generator.random(len(person)) < 0.7)
    until = np.where(through, sleeps, _SHOPS_CLOSE)
    hour: Floats = wakes + generator.random(len(person)) * (until - wakes)
    return hour
