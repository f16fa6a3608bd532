"""The weeks that practice events cover, and how busy each channel is in each of their minutes."""

from datetime import datetime
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints

FIRST_MOMENT: Final = datetime(2025, 6, 2)  # noqa: DTZ001 - a Monday, on the processor's clock
DAY_MINUTES: Final = 1_440
MINUTE_MILLISECONDS: Final = 60_000
_DAYS_MIN, _DAYS_MAX = 7, 28
_ROWS_PER_DAY: Final = 14_000

_CHANNEL_SHARES: Final = np.array([0.42, 0.36, 0.17, 0.05])
# For each channel, humps of the day: how high, at what hour, and how wide in hours.
_HUMPS: Final = (
    ((0.9, 12.6, 2.2), (1.0, 17.6, 2.0)),
    ((0.5, 11.5, 2.5), (0.35, 16.0, 2.0), (1.0, 20.3, 2.0)),
    ((0.7, 8.2, 1.2), (0.6, 13.0, 2.0), (1.0, 18.8, 2.4)),
    ((1.0, 10.5, 1.5), (0.9, 15.0, 1.6)),
)
_NIGHT_FLOOR: Final = np.array([0.004, 0.03, 0.02, 0.001])
_BY_WEEKDAY: Final = np.array(
    [
        [0.94, 1.02, 0.98, 0.7],
        [0.94, 1.0, 0.98, 1.2],
        [0.97, 1.0, 0.99, 1.2],
        [1.0, 0.98, 1.0, 1.2],
        [1.16, 0.94, 1.05, 1.2],
        [1.22, 0.98, 1.02, 0.9],
        [0.77, 1.1, 0.98, 0.6],
    ]
)


def days_covered(rows: int) -> int:
    """A week at least and four at most: more rows than those hold make the minutes busier."""
    return int(np.clip(rows // _ROWS_PER_DAY, _DAYS_MIN, _DAYS_MAX))


def hour_of(minute: Ints) -> Floats:
    """Hour of the day with its fraction, from minutes since the first moment."""
    hour: Floats = minute % DAY_MINUTES / 60
    return hour


def hump(hour: Floats, peak: float, width: float) -> Floats:
    """1 at an hour of the day, less around it; midnight is no edge."""
    distance = np.abs(hour - peak)
    height: Floats = np.exp(-0.5 * (np.minimum(distance, 24 - distance) / width) ** 2)
    return height


def busyness(minute: Ints) -> Floats:
    """What share of the traffic falls on each channel (minutes x channels), about 1 a minute.

    minute: since the first moment. Shops follow opening hours, people at home their evenings,
    and each channel its own week.
    """
    hours = np.arange(DAY_MINUTES) / 60
    profile = np.stack(
        [sum(high * hump(hours, at, wide) for high, at, wide in humps) for humps in _HUMPS], axis=1
    )
    profile += _NIGHT_FLOOR
    profile /= profile.mean(axis=0)
    weekday = minute // DAY_MINUTES % 7
    busy: Floats = _CHANNEL_SHARES * profile[minute % DAY_MINUTES] * _BY_WEEKDAY[weekday]
    return busy
