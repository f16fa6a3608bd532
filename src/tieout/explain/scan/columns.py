"""Coded columns, capped so that all their combinations can be counted in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

CELLS_MAX: Final = 12_000_000
_CAPS: Final = (4096, 1024, 512, 256, 200, 150, 100, 75, 60, 50, 40, 30, 20, 15, 10, 7, 5, 4, 3, 2)
_NARROW_MAX: Final = 256

Column = NDArray[Any]


@dataclass(frozen=True)
class Columns:
    """Attributes of rows as small codes.

    codes: one array per attribute (uint8 or uint16, all alike), from 0. sizes: numbers of codes.
    kept: for each attribute the given code that each code stands for; the last code stands for
        all values that were too rare to keep, where `rest` says so.
    """

    codes: tuple[Column, ...]
    sizes: tuple[int, ...]
    kept: tuple[NDArray[np.int64], ...]
    rest: tuple[bool, ...]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.codes[0]) if self.codes else 0

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> tuple[Column, ...]:
        """The codes of some rows."""
        return tuple(column[rows] for column in self.codes)


def capped_columns(
    codes: Sequence[Column], *, depth: int, cells_max: int = CELLS_MAX, values_max: int = 4096
) -> Columns:
    """Keep the most frequent values of each attribute, so many that all cells fit.

    codes: whole numbers from 0, one array per attribute, of equal length. depth: attributes in
        a combination. values_max: kept of any attribute at most.

    Raises ValueError for negative codes and for arrays of unequal length.
    """
    if len({len(column) for column in codes}) > 1:
        raise ValueError("the columns are not of equal length")
    if any(len(column) and column.min() < 0 for column in codes):
        raise ValueError("a code is negative; codes count from 0")
    present = [np.bincount(column) for column in codes]
    caps = [cap for cap in _CAPS if cap <= values_max] or [values_max]
    cap = next((cap for cap in caps if _cells(present, cap, depth) <= cells_max), caps[-1])
    parts = [_capped(column, counts, cap) for column, counts in zip(codes, present, strict=True)]
    widest = max((len(kept) + rest for _, kept, rest in parts), default=0)
    narrow: type[np.uint8 | np.uint16] = np.uint8 if widest <= _NARROW_MAX else np.uint16
    return Columns(
        tuple(np.ascontiguousarray(column.astype(narrow, copy=False)) for column, _, _ in parts),
        tuple(len(kept) + rest for _, kept, rest in parts),
        tuple(kept for _, kept, _ in parts),
        tuple(rest for _, _, rest in parts),
    )


def _cells(present: Sequence[NDArray[np.int64]], cap: int, depth: int) -> int:
    sizes = [min(int((counts > 0).sum()), cap + 1) for counts in present]
    return sum(map(prod, combinations(sizes, min(depth, len(sizes)))))


def _capped(
    column: Column, counts: NDArray[np.int64], cap: int
) -> tuple[Column, NDArray[np.int64], bool]:
    used = np.flatnonzero(counts)
    if len(used) <= cap:
        if len(used) == len(counts):
            return column, used, False
        return _recoded(column, used, len(counts)), used, False
    # By frequency; of equals the lower code.
    most = np.sort(used[np.argsort(-counts[used], kind="stable")[:cap]])
    return _recoded(column, most, len(counts)), most, True


def _recoded(column: Column, kept: NDArray[np.int64], size: int) -> Column:
    place = np.full(size, len(kept), dtype=np.uint16)
    place[kept] = np.arange(len(kept))
    return place[column]
