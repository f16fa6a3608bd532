"""Inner loops over rows sorted by group and time. Imported only where rows are computed.

Each takes `order` (positions of rows, groups side by side, in time order within a group), `start`
(for each place in `order`, the place where its group begins) and values in that same order, and
writes results at the rows' own positions.
"""

from typing import Any

import numpy as np

from tieout.detect.behaviour.compiled import compiled


@compiled
def counting_order(codes: Any, previous: Any, size: int, order: Any) -> None:
    """The positions in `previous`, sorted by their code (0 <= code < size), else kept in order.

    A counting sort (Seward 1954): sorting by each part of a key, last part first, groups rows in
    linear time.
    """
    places = np.zeros(size + 1, np.int64)
    for position in previous:
        places[codes[position] + 1] += 1
    for code in range(size):
        places[code + 1] += places[code]
    for position in previous:
        code = codes[position]
        order[places[code]] = position
        places[code] += 1


@compiled
def window_totals(
    order: Any, start: Any, time: Any, values: Any, window: int, count: Any, total: Any
) -> None:
    """Rows and sum of values of the group in [time - window, time], up to and with each row."""
    left = 0
    running = 0
    for j in range(len(order)):
        if start[j] == j:
            left = j
            running = 0
        while time[left] < time[j] - window:
            running -= values[left]
            left += 1
        running += values[j]
        count[order[j]] = j - left + 1
        total[order[j]] = running


@compiled
def window_distinct(
    order: Any, start: Any, time: Any, codes: Any, window: int, seen: Any, distinct: Any
) -> None:
    """How many different codes (below 0: none) the group has in the window, with this row.

    seen: zeros, one for each code; zeros again afterwards.
    """
    left = 0
    different = 0
    for j in range(len(order)):
        begin = start[j] == j
        while left < j and (begin or time[left] < time[j] - window):
            code = codes[left]
            if code >= 0:
                seen[code] -= 1
                if seen[code] == 0:
                    different -= 1
            left += 1
        code = codes[j]
        if code >= 0:
            seen[code] += 1
            if seen[code] == 1:
                different += 1
        distinct[order[j]] = different
    while left < len(order):
        if codes[left] >= 0:
            seen[codes[left]] = 0
        left += 1


@compiled
def past_spread(
    order: Any, start: Any, values: Any, width: int, known: Any, median: Any, spread: Any
) -> None:
    """Lower median, and median distance from it, of the group's latest `width` earlier values.

    known: how many earlier values these rest on. A NaN is no value. The median and the distances
    are read off a sorted ring, so a row costs `width` steps and a group of any size stays linear.
    """
    ring = np.empty(width, np.float64)
    ordered = np.empty(width, np.float64)
    size = 0
    oldest = 0
    for j in range(len(order)):
        if start[j] == j:
            size = 0
            oldest = 0
        i = order[j]
        known[i] = size
        if size > 0:
            middle = (size - 1) // 2
            centre = ordered[middle]
            median[i] = centre
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
            spread[i] = distance
        value = values[j]
        if np.isnan(value):
            continue
        if size == width:
            gone = np.searchsorted(ordered[:size], ring[oldest])
            for k in range(gone, size - 1):
                ordered[k] = ordered[k + 1]
            size -= 1
        place = np.searchsorted(ordered[:size], value)
        for k in range(size, place, -1):
            ordered[k] = ordered[k - 1]
        ordered[place] = value
        ring[oldest] = value
        oldest = (oldest + 1) % width
        size += 1


@compiled
def past_hours(order: Any, start: Any, hours: Any, near: Any, same: Any) -> None:
    """Earlier rows of the group in the row's hour of the day or one beside it, and in it alone."""
    seen = np.zeros(24, np.int64)
    for j in range(len(order)):
        if start[j] == j:
            seen[:] = 0
        hour = hours[j]
        same[order[j]] = seen[hour]
        near[order[j]] = seen[hour - 1] + seen[hour] + seen[(hour + 1) % 24]
        seen[hour] += 1


@compiled
def largest_ahead(order: Any, start: Any, time: Any, values: Any, window: int, out: Any) -> None:
    """The largest value among the group's rows from each one on to `window` after it.

    Backwards, with the rows that may still be the largest kept in a queue (Lemire 2006).
    """
    queue = np.empty(len(order), np.int64)
    head = len(order)
    tail = len(order)
    for j in range(len(order) - 1, -1, -1):
        while head < tail and (
            start[queue[tail - 1]] != start[j] or time[queue[tail - 1]] > time[j] + window
        ):
            tail -= 1
        while head < tail and values[queue[head]] <= values[j]:
            head += 1
        head -= 1
        queue[head] = j
        out[order[j]] = values[queue[tail - 1]]


@compiled
def gap_variation(order: Any, start: Any, time: Any, width: int, least: int, out: Any) -> None:
    """Standard deviation over mean of the latest `width` gaps up to each row, in the group.

    Left as it is where fewer than `least` gaps are known, or their mean is 0.
    """
    for j in range(len(order)):
        first = max(start[j] + 1, j - width + 1)
        gaps = j - first + 1
        if gaps < least:
            continue
        mean = (time[j] - time[first - 1]) / gaps
        if mean <= 0.0:
            continue
        squares = 0.0
        for k in range(first, j + 1):
            squares += (time[k] - time[k - 1] - mean) ** 2
        out[order[j]] = np.sqrt(squares / gaps) / mean
