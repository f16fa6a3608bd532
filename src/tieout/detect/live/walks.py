"""Walks from a row back along its chain: to each row the one before it of the same kind.

Chains are int32: for each row the row before, -1 for none. Rows later than the moment asked about
are passed over: a record that comes late has no future for a past.
"""

from typing import Any

import numpy as np

from tieout.detect.behaviour.compiled import compiled


@compiled
def latest_spread(chain: Any, values: Any, head: int, width: int) -> Any:
    """Of the latest `width` values: how many, lower median, median distance from it.

    NaN is no value. As `behaviour.kernels.past_spread` has it of a whole table.
    """
    found = np.empty(width, np.float64)
    size = 0
    row = head
    while row >= 0 and size < width:
        if not np.isnan(values[row]):
            found[size] = values[row]
            size += 1
        row = chain[row]
    if size == 0:
        return 0, np.nan, np.nan
    ordered = np.sort(found[:size])
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
    return size, centre, distance


@compiled
def within(chain: Any, time: Any, head: int, now: float, window: float) -> int:
    """Rows from `now - window` up to `now`."""
    count = 0
    row = head
    while row >= 0 and time[row] >= now - window:
        if time[row] <= now:
            count += 1
        row = chain[row]
    return count


@compiled
def sum_within(chain: Any, time: Any, values: Any, head: int, now: float, window: float) -> float:
    """Values of the rows from `now - window` up to `now`, added up; NaN is no value."""
    total = 0.0
    row = head
    while row >= 0 and time[row] >= now - window:
        if time[row] <= now and not np.isnan(values[row]):
            total += values[row]
        row = chain[row]
    return total


@compiled
def different_within(
    chain: Any, time: Any, codes: Any, head: int, now: float, window: float, own: int
) -> int:
    """Different codes (below 0: none) in the window, `own` among them."""
    found = [own]
    row = head
    while row >= 0 and time[row] >= now - window:
        code = codes[row]
        if time[row] <= now and code >= 0 and code not in found:
            found.append(code)
        row = chain[row]
    return len(found) if own >= 0 else len(found) - 1


@compiled
def last_equal(
    chain: Any, time: Any, values: Any, codes: Any, head: int, wanted: Any, window: float
) -> Any:
    """Time of the latest row with a value and a code, NaN where there is none in the window.

    wanted: now, the value, the code.
    """
    now, value, code = wanted
    row = head
    while row >= 0 and time[row] >= now - window:
        if time[row] <= now and values[row] == value and codes[row] == code:
            return time[row]
        row = chain[row]
    return np.nan


@compiled
def last_known(chain: Any, time: Any, values: Any, head: int, now: float) -> int:
    """The latest row up to `now` with a value; -1 for none."""
    row = head
    while row >= 0 and (time[row] > now or np.isnan(values[row])):
        row = chain[row]
    return row


@compiled
def evenness(chain: Any, time: Any, head: int, now: float, width: int, least: int) -> Any:
    """Standard deviation over mean of the latest `width` gaps, the one up to `now` included.

    NaN where fewer than `least` gaps are known, or their mean is 0.
    """
    gaps = np.empty(width, np.float64)
    count = 0
    later = now
    row = head
    while row >= 0 and count < width:
        if time[row] <= now:
            gaps[count] = (later - time[row]) / 1e6
            later = time[row]
            count += 1
        row = chain[row]
    if count < least:
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
