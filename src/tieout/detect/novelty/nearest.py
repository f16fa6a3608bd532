"""The nearest of some thousand reference rows: exact, and the same to the last bit either way."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray

IntArray: TypeAlias = NDArray[np.int64]
Nearest: TypeAlias = tuple[FloatArray, IntArray]
_COMPILED_FROM: Final = 100_000_000
_THREADED_ROWS_MIN: Final = 512


def nearest(rows: FloatArray, reference: FloatArray, count: int) -> Nearest:
    """Squared distances and positions of the `count` nearest reference rows of each row.

    rows: n x d. reference: **d x m**, a column for each reference row, so that one coordinate of
    all of them lies together. Nearest first, equals by position. Both ways sum the coordinates in
    order, and so agree exactly: a few rows are worked out by numpy at once, many by a compiled
    loop (which takes a second to compile, once per process).
    """
    work = rows.shape[0] * reference.size
    if work < _COMPILED_FROM and not _compiled.cache_info().currsize:
        return nearest_by_numpy(rows, reference, count)
    return nearest_compiled(rows, reference, count)


def nearest_by_numpy(rows: FloatArray, reference: FloatArray, count: int) -> Nearest:
    """`nearest`, row by row."""
    squares = np.empty((len(rows), count))
    positions = np.empty((len(rows), count), dtype=np.int64)
    for index, row in enumerate(rows):
        difference = reference - row[:, None]
        np.multiply(difference, difference, out=difference)
        total = difference[0]
        for part in difference[1:]:
            total += part
        limit = np.partition(total, count - 1)[count - 1]
        near = np.flatnonzero(total <= limit)
        chosen = near[np.argsort(total[near], kind="stable")][:count]
        squares[index], positions[index] = total[chosen], chosen
    return squares, positions


def nearest_compiled(rows: FloatArray, reference: FloatArray, count: int) -> Nearest:
    """`nearest`, in threads that share nothing."""
    kernel = _compiled()
    rows, reference = np.ascontiguousarray(rows), np.ascontiguousarray(reference)
    if len(rows) < _THREADED_ROWS_MIN:
        return kernel(rows, reference, count)
    threads = os.cpu_count() or 1
    parts = np.array_split(rows, threads)
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda part: kernel(part, reference, count), parts))
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


@cache
def _compiled() -> Callable[[FloatArray, FloatArray, int], Nearest]:
    import numba

    # Not cached on disk: an installation may be read-only. No fast arithmetic: it would add up in
    # another order than numpy.
    kernel: Callable[[FloatArray, FloatArray, int], Nearest] = numba.njit(nogil=True)(_search)
    return kernel


def _search(rows: FloatArray, reference: FloatArray, count: int) -> Nearest:
    height, width = rows.shape
    candidates = reference.shape[1]
    squares = np.empty((height, count))
    positions = np.empty((height, count), np.int64)
    total = np.empty(candidates)
    for i in range(height):
        total[:] = 0.0
        for j in range(width):
            value = rows[i, j]
            for r in range(candidates):
                difference = reference[j, r] - value
                total[r] += difference * difference
        squares[i, :] = np.inf
        positions[i, :] = -1
        for r in range(candidates):
            square = total[r]
            if square < squares[i, count - 1]:
                place = count - 1
                while place > 0 and squares[i, place - 1] > square:
                    squares[i, place] = squares[i, place - 1]
                    positions[i, place] = positions[i, place - 1]
                    place -= 1
                squares[i, place] = square
                positions[i, place] = r
    return squares, positions
