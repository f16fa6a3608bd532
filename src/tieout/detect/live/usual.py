"""One payment beside what is usual: the hour, the pace, and the amount. Compiled."""

from typing import Any

import numpy as np

from tieout.detect.behaviour.amounts import (
    CATEGORY_ROWS_MIN,
    LIKE_ROWS_MIN,
    POOL_ROWS_CENTRE,
    POOL_ROWS_SPREAD,
    SPREAD_MIN,
    SPREAD_OF_ALL_MIN,
    TO_SIGMA,
)
from tieout.detect.behaviour.compiled import compiled_part
from tieout.detect.behaviour.hours import CATEGORY_ROWS, POOL_ROWS
from tieout.detect.live.layout import (
    AMOUNTS,
    CLOCK,
    CODE_CATEGORY,
    CODE_HOLDER,
    DAY_US,
    KEY_CATEGORY,
    KEY_HOLDER,
    KEY_LEVELS,
    KEY_MONEY,
    LEVEL,
    LOG,
    NET,
    PACE,
    TIME,
    UNTOLD,
)
from tieout.detect.live.walks import code_of, evenness, habit_of, head_of, spread_of

_HOUR_US = 3_600e6
_HOURS = 24


@compiled_part
def _near(counts: Any, hour: int) -> Any:
    """Rows in the hour or one beside it, in it alone, and in all."""
    same = counts[hour]
    return counts[(hour - 1) % _HOURS] + same + counts[(hour + 1) % _HOURS], same, counts[_HOURS]


@compiled_part
def clock(record: Any, counts: Any, out: Any) -> None:
    """The hour, and how usual it is: as `behaviour.hours` has it of a whole table."""
    settings, ints, own = record
    everyone, by_holder, by_category = counts
    hour = int(own[TIME] % DAY_US // _HOUR_US)
    out[CLOCK] = hour
    out[CLOCK + 1] = hour < 6
    holder = code_of(settings, ints, CODE_HOLDER)
    if holder < 0:
        return
    near, same, rows = _near(everyone, hour)
    share = (near + 3.0 / _HOURS) / (rows + 1.0)
    within = (same + 1.0 / 3.0) / (near + 1.0)
    if settings[CODE_CATEGORY] >= 0:
        category = code_of(settings, ints, CODE_CATEGORY)
        near, same, rows = 0, 0, 0
        if 0 <= category < len(by_category):
            near, same, rows = _near(by_category[category], hour)
        share = (near + CATEGORY_ROWS * share) / (rows + CATEGORY_ROWS)
        within = (same + CATEGORY_ROWS * within) / (near + CATEGORY_ROWS)
    near, same, rows = 0, 0, 0
    if holder < len(by_holder):
        near, same, rows = _near(by_holder[holder], hour)
    share = (near + POOL_ROWS * share) / (rows + POOL_ROWS)
    within = (same + POOL_ROWS * within) / (near + POOL_ROWS)
    out[CLOCK + 2] = near
    out[CLOCK + 3] = share * within


@compiled_part
def pace(record: Any, rows: Any, counts: Any, out: Any) -> None:
    """Earlier rows of who acts, the time since the last one, and how even the gaps are."""
    settings, ints, own = record
    numbers, _, chains = rows
    time, now, by_holder = numbers[:, TIME], own[TIME], counts[1]
    holder = code_of(settings, ints, CODE_HOLDER)
    if holder < 0:
        return
    out[PACE] = by_holder[holder, _HOURS] if holder < len(by_holder) else 0
    chain, head = chains[:, settings[KEY_HOLDER]], head_of(settings, ints, KEY_HOLDER)
    last = head
    while last >= 0 and not time[last] <= now:
        last = chain[last]
    if last >= 0:
        out[PACE + 1] = (now - time[last]) / 1e6
    out[PACE + 2] = evenness(chain, time, head, now)


@compiled_part
def _shrunk(rows: float, own: float, everyone: float, weight: float) -> float:
    """The mean of two, `rows` to a weight; one of them where the other is not known."""
    if np.isnan(own):
        return everyone
    if np.isnan(everyone):
        return own
    return (rows * own + weight * everyone) / (rows + weight)


@compiled_part
def _deviation(value: float, pool: Any, rows: float, centre: float, spread: float) -> float:
    """As `behaviour.amounts.deviation`, of one value."""
    middle = _shrunk(rows, centre, pool[1], POOL_ROWS_CENTRE)
    width = _shrunk(rows, spread, pool[2], POOL_ROWS_SPREAD)
    if np.isnan(width) or (np.isnan(pool[2]) and rows < POOL_ROWS_SPREAD):
        return np.nan
    return (value - middle) / (TO_SIGMA * max(width, SPREAD_MIN))


@compiled_part
def set_net(record: Any, rows: Any, money: Any) -> None:
    """The log amount less its category's usual one, as far as it is known."""
    settings, ints, own = record
    numbers, _, chains = rows
    _, tags, kept = money
    if settings[KEY_CATEGORY] >= 0:
        head = habit_of(settings, ints, KEY_CATEGORY)
        chain = chains[:, settings[KEY_CATEGORY]]
        known, median, _ = spread_of(chain, numbers[:, LOG], head, 2, tags, kept)
        own[NET] = own[LOG] - (median if known >= CATEGORY_ROWS_MIN else np.nan)


@compiled_part
def amounts(record: Any, rows: Any, money: Any, out: Any) -> None:
    """The amount beside the customer's own, as it is and net of its category's.

    In place of the median stands its logarithm: numpy takes it from there.
    """
    settings, ints, own = record
    numbers, _, chains = rows
    pools, tags, kept = money
    head, chain = habit_of(settings, ints, KEY_MONEY), chains[:, settings[KEY_MONEY]]
    count, centre, spread = spread_of(chain, numbers[:, LOG], head, 0, tags, kept)
    if head != UNTOLD:
        out[AMOUNTS] = count
    out[AMOUNTS + 1] = centre
    out[AMOUNTS + 3] = _deviation(own[LOG], pools[0], count, centre, spread)
    if settings[KEY_CATEGORY] >= 0:
        count, centre, spread = spread_of(chain, numbers[:, NET], head, 1, tags, kept)
        out[AMOUNTS + 4] = _deviation(own[NET], pools[1], count, centre, spread)


@compiled_part
def level(record: Any, rows: Any, money: Any, out: Any) -> None:
    """The amount beside those of all payments like it, at the finest level that is known."""
    settings, ints, own = record
    numbers, _, chains = rows
    pools, tags, kept = money
    known, centre, spread, depth = pools[0, 0], pools[0, 1], pools[0, 2], 0
    spread_min = np.nan if np.isnan(spread) else max(SPREAD_OF_ALL_MIN * spread, SPREAD_MIN)
    if known < LIKE_ROWS_MIN:
        centre = np.nan
    for place in range(3):
        which = settings[KEY_LEVELS + place]
        if which >= 0 and depth == 0:
            head = habit_of(settings, ints, KEY_LEVELS + place)
            count, middle, width = spread_of(
                chains[:, which], numbers[:, LOG], head, 3 + place, tags, kept
            )
            if count >= LIKE_ROWS_MIN:
                known, centre, spread = count, middle, width
                depth = 3 - place
    out[LEVEL] = depth
    out[LEVEL + 1] = known
    out[LEVEL + 2] = centre
    width = spread if np.isnan(spread_min) or spread > spread_min else spread_min
    out[LEVEL + 3] = (own[LOG] - centre) / (TO_SIGMA * width)
