"""Which incidents of a practice week can be seen at all, by one who knows what is usual.

For each incident, the least chance of the counts of its own cells in any window of up to an hour,
given the rates and volumes that the week is drawn from. That rates wander from minute to minute is
known, but not where they are: a window's count has the variance that the wandering gives it. What
is not below the level of one window of one series (one false alarm a day, shared among all series
and windows) no method can tell from chance without a false alarm elsewhere. Latency is not judged.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.monitor.limits import high_p, low_p, share_of
from tieout.practice.rates.cells import CHANNEL_OF, shares_within_channel
from tieout.practice.rates.incidents import Incident
from tieout.practice.rates.period import DAY_MINUTES
from tieout.practice.rates.statuses import STATUSES, factors_by_minute, levels_of, rates_by_cell
from tieout.practice.rates.world import World, draw_world

WINDOW_MINUTES_MAX = 60
FALSE_ALARMS_PER_DAY = 1.0
SERIES = 13 * 14
WINDOWS = 5
VOLUME_VARIANCE = 0.08**2

Floats = NDArray[np.float64]


def hidden(rows: pl.DataFrame, *, seed: int, size: int) -> set[int]:
    """First minutes, counted from the week's, of incidents that cannot be seen.

    rows: minute (counted from the week's first), status and dimensions, one an event.
    """
    world = draw_world(rows=size, seed=seed)
    level = share_of(FALSE_ALARMS_PER_DAY, SERIES) / WINDOWS
    return {
        each.first_minute
        for each in world.incidents
        if not each.metric.startswith("latency") and least_p(each, world, rows) > level
    }


def least_p(incident: Incident, world: World, rows: pl.DataFrame) -> float:
    """The least chance of any window that ends in an incident, were all as usual."""
    minute = np.arange(
        incident.first_minute - WINDOW_MINUTES_MAX, incident.first_minute + incident.minutes
    )
    count, usual, level = _counted(incident, world, rows, minute)
    tail = low_p if incident.effect.volume < 1 else high_p
    least = 1.0
    for window in range(1, WINDOW_MINUTES_MAX + 1):
        ends = slice(WINDOW_MINUTES_MAX + 1 - window, None)
        events, expected = _sums(count, window)[ends], _sums(usual, window)[ends]
        variance = VOLUME_VARIANCE
        if level is not None:
            variance = float(np.var(_sums(level, window) / window))
        least = min(least, float(tail(events, expected, 1.0 + variance * expected).min()))
    return least


def _counted(
    incident: Incident, world: World, rows: pl.DataFrame, minute: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats | None]:
    """Events of the incident's cells by minute, of its status or of all; what is usual; and how
    its rate wanders about that, over the whole week.
    """
    part = rows.filter(pl.col(name) == value for name, value in incident.condition.pairs)
    total = _by_minute(part, minute)
    cells = np.flatnonzero(incident.condition.cells)
    volume = (world.volume[minute][:, CHANNEL_OF] * shares_within_channel())[:, cells]
    if incident.metric == "volume":
        return total, volume.sum(axis=1), None
    status = STATUSES.index(incident.metric) - 1
    rates = rates_by_cell()[cells, status]
    usual = total * (volume @ rates) / volume.sum(axis=1)
    usual *= factors_by_minute()[minute % DAY_MINUTES, status]
    week = np.arange(world.minutes)
    weights = volume.sum(axis=0) * rates
    level = sum(
        weight * levels_of(world.levels, week, np.full(len(week), cell))[:, status]
        for weight, cell in zip(weights / weights.sum(), cells, strict=True)
    )
    return _by_minute(part.filter(pl.col("status") == incident.metric), minute), usual, level


def _by_minute(rows: pl.DataFrame, minute: NDArray[np.int64]) -> Floats:
    places = rows["minute"].to_numpy() - minute[0]
    inside = places[(places >= 0) & (places < len(minute))]
    return np.bincount(inside, minlength=len(minute)).astype(np.float64)


def _sums(values: Floats, window: int) -> Floats:
    """Of every window of so many minutes, by its end."""
    whole = np.concatenate([[0.0], np.cumsum(values)])
    sums: Floats = whole[window:] - whole[:-window]
    return sums
