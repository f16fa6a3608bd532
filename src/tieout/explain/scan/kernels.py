"""The counting loop, compiled on first use; import this only where rows are many."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Column = NDArray[np.uint8] | NDArray[np.uint16]


@njit(nogil=True)
def count_cells(
    first: Column, second: Column, third: Column, middle: int, last: int, table: NDArray[np.int32]
) -> None:
    """Add one to `table` at the cell of each row; `middle` and `last` are numbers of values."""
    for row in range(first.shape[0]):
        table[(np.int64(first[row]) * middle + second[row]) * last + third[row]] += 1
