"""Walks from a row back along its chain: to each row the one before it of the same kind.

Chains are int32: for each row the row before, -1 for none. Rows later than the moment asked about
are passed over: a record that comes late has no future for a past.
"""

from typing import Any

import numpy as np

from tieout.detect.behaviour.amounts import LATEST, LATEST_OF_MANY
from tieout.detect.behaviour.compiled import compiled, compiled_part
from tieout.detect.behaviour.repeats import GAPS, GAPS_MIN
from tieout.detect.live.layout import KEYS, ROLES, UNTOLD


@compiled_part
def code_of(settings: Any, ints: Any, which: int) -> int:
    """A code of the record; -1 for none."""
    place = settings[which]
    return ints[place] if place >= 0 else -1


@compiled_part
def habit_of(settings: Any, ints: Any, which: int) -> int:
    """The last learnt row of a key."""
    place = settings[which]
    return ints[settings[ROLES] + place] if place >= 0 else UNTOLD


@compiled_part
def head_of(settings: Any, ints: Any, which: int) -> int:
    """The last row of a key, requests among them."""
    place = settings[which]
    return ints[settings[ROLES] + settings[KEYS] + place] if place >= 0 else UNTOLD


@compiled_part
def latest_spread(chain: Any, values: Any, head: int, width: int) -> Any:
    """Of the latest `width` values: how many, lower median, median distance from it.

    NaN is no value. As `behaviour.kernels.past_spread` has it of a whole table.
    """
    ordered = np.empty(width, np.float64)
    size = 0
    row = head
    while row >= 0 and size < width:
        value = values[row]
        if not np.isnan(value):
            place = size
            while place > 0 and ordered[place - 1] > value:
                ordered[place] = ordered[place - 1]
                place -= 1
            ordered[place] = value
            size += 1
        row = chain[row]
    if size == 0:
        return 0.0, np.nan, np.nan
    middle = (size - 1) // 2
    centre = ordered[middle]
    low = middle
    high = middle + 1
    distance = 0.0
    for _ in range(middle + 1):
        if low >= 0 and (high >= size or centre - ordered[low] <= ordered[high] - centre):
            distance = centre - ordered[low]
            low -= 1
        else:
            distance = ordered[high] - centre
            high += 1
    return float(size), centre, distance


@compiled_part
def spread_of(chain: Any, values: Any, head: int, kind: int, tags: Any, kept: Any) -> Any:
    """As `latest_spread`, counted once for each last row: what is behind it never changes.

    kind: 0 and 1 for who pays, in logs and net; 2 and more for what many pay.
    """
    if head < 0:
        return 0.0, np.nan, np.nan
    tag = head * 8 + kind
    place = tag % len(tags)
    if tags[place] != tag:
        width = LATEST if kind < 2 else LATEST_OF_MANY
        kept[place, 0], kept[place, 1], kept[place, 2] = latest_spread(chain, values, head, width)
        tags[place] = tag
    return kept[place, 0], kept[place, 1], kept[place, 2]


@compiled_part
def place_of(values: Any, first: int, stop: int, wanted: Any) -> int:
    """How many of some sorted values lie below one."""
    low, high = first, stop
    while low < high:
        middle = (low + high) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low - first


@compiled_part
def within(chain: Any, time: Any, head: int, now: float, window: float) -> int:
    """Rows from `now - window` up to `now`."""
    count = 0
    row = head
    while row >= 0 and time[row] >= now - window:
        if time[row] <= now:
            count += 1
        row = chain[row]
    return count


@compiled_part
def sum_within(chain: Any, time: Any, values: Any, head: int, now: float, window: float) -> float:
    """Values of the rows from `now - window` up to `now`, added up; NaN is no value."""
    total = 0.0
    row = head
    while row >= 0 and time[row] >= now - window:
        if time[row] <= now and not np.isnan(values[row]):
            total += values[row]
        row = chain[row]
    return total


@compiled_part
def different_within(
    chain: Any, time: Any, codes: Any, head: int, now: float, window: float, own: int
) -> int:
    """Different codes (below 0: none) in the window, `own` among them.

    Codes seen are kept by their last digits, or in the next free cell: however many rows are in
    the window, each is looked at once.
    """
    cells = 16
    least = 2 * (within(chain, time, head, now, window) + 1)
    while cells < least:
        cells *= 2
    seen = np.full(cells, -1, np.int64)
    count = 0
    row = head
    code = own
    while True:
        if code >= 0:
            place = code % cells
            while seen[place] >= 0 and seen[place] != code:
                place = (place + 1) % cells
            count += seen[place] < 0
            seen[place] = code
        if row < 0 or time[row] < now - window:
            return count
        code = codes[row] if time[row] <= now else -1
        row = chain[row]


@compiled_part
def evenness(chain: Any, time: Any, head: int, now: float) -> Any:
    """Standard deviation over mean of the latest gaps, the one up to `now` included.

    NaN where few gaps are known, or their mean is 0.
    """
    gaps = np.empty(GAPS, np.float64)
    count = 0
    later = now
    row = head
    while row >= 0 and count < GAPS:
        if time[row] <= now:
            gaps[count] = (later - time[row]) / 1e6
            later = time[row]
            count += 1
        row = chain[row]
    if count < GAPS_MIN:
        return np.nan
    mean = (now - later) / 1e6 / count
    if mean <= 0.0:
        return np.nan
    squares = 0.0
    for k in range(count):
        squares += (gaps[count - 1 - k] - mean) ** 2
    return np.sqrt(squares / count) / mean


@compiled
def twin(chain: Any, time: Any, amount: Any, head: int, wanted: Any, rows: int) -> int:
    """The latest row below `rows` with a time and an amount (NaN equals NaN); -1 for none.

    wanted: time and amount. Stops at the first earlier row.
    """
    now, value = wanted
    row = head
    while row >= 0 and (time[row] >= now or row >= rows):
        same = amount[row] == value or (np.isnan(amount[row]) and np.isnan(value))
        if row < rows and time[row] == now and same:
            return row
        row = chain[row]
    return -1
