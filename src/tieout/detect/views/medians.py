"""The middle of each group, by putting rows into their groups and looking no further than that."""

import numpy as np
from numpy.typing import NDArray

from tieout.detect.behaviour.compiled import compiled
from tieout.detect.detector import FloatArray


@compiled
def median_of(values: FloatArray) -> float:
    """The median of some values (no NaN), which are put in another order; 0.0 for none.

    The middle value by Hoare's quickselect (Algorithm 65, Communications of the ACM 4, 1961); of
    an even number the mean of the two in the middle.
    """
    if len(values) == 0:
        return 0.0
    middle = len(values) // 2
    low, high = 0, len(values) - 1
    while low < high:
        pivot = values[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while values[left] < pivot:
                left += 1
            while values[right] > pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left += 1
                right -= 1
        # Between them is nothing but the pivot.
        high = high if middle > right else right
        low = low if middle < left else left
        if right < middle < left:
            break
    if len(values) % 2:
        return float(values[middle])
    # What lies before the middle is not above it.
    return float((values[:middle].max() + values[middle]) / 2.0)


@compiled
def medians_of_groups(values: FloatArray, codes: NDArray[np.int64], groups: int) -> FloatArray:
    """The median of the values (no NaN) of each group; 0.0 for a group without any."""
    starts = np.zeros(groups + 1, np.int64)
    for row in range(len(codes)):
        starts[codes[row] + 1] += 1
    starts = np.cumsum(starts)
    free = starts.copy()
    grouped = np.empty(len(values))
    for row in range(len(codes)):
        grouped[free[codes[row]]] = values[row]
        free[codes[row]] += 1
    medians = np.zeros(groups)
    for group in range(groups):
        medians[group] = median_of(grouped[starts[group] : starts[group + 1]])
    return medians
