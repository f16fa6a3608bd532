"""Cells of all combinations of attributes, and sums over them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tieout.explain.scan.result import Condition

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Cuboid:
    """The leaves sorted into the cells of some attributes.

    attributes: ascending. order: leaves, cell by cell. starts: where each cell begins in `order`.
    codes: of each cell, a column per attribute.
    """

    attributes: tuple[int, ...]
    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    codes: Codes

    @property
    def cells(self) -> int:
        """Number of cells that hold a leaf."""
        return len(self.starts)

    def sums(self, values: NDArray[Any]) -> NDArray[Any]:
        """Sums of the leaves' values (one row a leaf) in each cell."""
        added: NDArray[Any] = np.add.reduceat(values[self.order], self.starts, axis=0)
        return added

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """A value of each cell, back on its leaves."""
        sizes = np.diff(np.append(self.starts, len(self.order)))
        back = np.empty((len(self.order), *values.shape[1:]), dtype=values.dtype)
        back[self.order] = np.repeat(values, sizes, axis=0)
        return back

    def condition(self, cell: int) -> Condition:
        """What a leaf of the cell has in common with the others of it."""
        return tuple(
            (attribute, int(code))
            for attribute, code in zip(self.attributes, self.codes[cell], strict=True)
        )


def cuboids(codes: Codes, *, depth_min: int = 1, depth_max: int) -> Iterator[Cuboid]:
    """The cells of every choice of `depth_min` to `depth_max` attributes, the fewest first.

    codes: a row per leaf, a column per attribute, from 0.
    """
    attributes = codes.shape[1]
    sizes = codes.max(axis=0, initial=0) + 1
    for depth in range(depth_min, min(depth_max, attributes) + 1):
        for chosen in combinations(range(attributes), depth):
            yield cuboid(codes, chosen, sizes)


def cuboid(codes: Codes, chosen: Sequence[int], sizes: Sequence[int] | Codes) -> Cuboid:
    """The cells of some attributes."""
    keys = np.zeros(len(codes), dtype=np.int64)
    for attribute in chosen:
        # Renumbered at each step, so that a key never outgrows the leaves times one attribute.
        keys = keys * int(sizes[attribute]) + codes[:, attribute]
        keys = np.unique(keys, return_inverse=True)[1].reshape(-1)
    order = np.argsort(keys, kind="stable")
    arranged = keys[order]
    starts = np.flatnonzero(np.diff(arranged, prepend=-1))
    return Cuboid(tuple(chosen), order, starts, codes[order[starts]][:, list(chosen)])


def within(codes: Codes, condition: Condition) -> NDArray[np.bool_]:
    """Which leaves meet a condition."""
    found = np.ones(len(codes), dtype=bool)
    for attribute, code in condition:
        found &= codes[:, attribute] == code
    return found
