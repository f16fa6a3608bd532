"""Sums over the cells of all combinations of up to three attributes, and their subtraction."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from math import prod
from os import cpu_count
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tieout.explain.scan.columns import Column, Columns

_COMPILED_ROWS_MIN: Final = 1_000_000
_THREADED_MIN: Final = (
    500_000  # Rows by choices of attributes; fewer are counted before threads run.
)
DEPTH_MAX: Final = 3

Sums = NDArray[Any]
Weight = NDArray[np.float64] | NDArray[np.bool_] | None
Weights = Sequence[Weight]


@dataclass(frozen=True)
class Tables:
    """For each choice of attributes, sums of each weight over its cells.

    sums: keyed by the attributes, ascending; an array of weights x cells, where the cells run
        with the last attribute fastest.
    """

    sizes: tuple[int, ...]
    sums: dict[tuple[int, ...], Sums]

    def subtract(self, other: "Tables") -> None:
        """Take away the rows that another count of the same columns holds."""
        for chosen in self.sums:
            self.sums[chosen] -= other.sums[chosen]

    def codes(
        self, chosen: tuple[int, ...], cells: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], ...]:
        """The codes of each attribute at some cells."""
        return np.unravel_index(cells, [self.sizes[attribute] for attribute in chosen])


def tabulate(columns: Columns, weights: Weights, *, depth: int) -> Tables:
    """Count rows in all cells of up to `depth` attributes.

    weights: what is summed; None counts rows, true and false those that are true. Only the
        largest cuboids are counted from rows, a thread each; the others are sums of these.
    """
    return count_rows(columns.codes, columns.sizes, weights, depth=depth)


def count_rows(
    codes: Sequence[Column], sizes: tuple[int, ...], weights: Weights, *, depth: int
) -> Tables:
    """`tabulate` for codes that are a part of some columns."""
    deep = min(depth, len(sizes), DEPTH_MAX)
    whole = list(combinations(range(len(sizes)), deep))
    count = _counter(codes, sizes, weights)
    if len(codes[0]) * len(whole) < _THREADED_MIN:
        sums = {chosen: count(chosen) for chosen in whole}
    else:
        with ThreadPoolExecutor(max(cpu_count() or 1, 1)) as pool:
            sums = dict(zip(whole, pool.map(count, whole), strict=True))
    for shallow in range(deep - 1, 0, -1):
        for chosen in combinations(range(len(sizes)), shallow):
            sums[chosen] = _folded(sums, chosen, sizes)
    return Tables(sizes, sums)


def _counter(
    codes: Sequence[Column], sizes: tuple[int, ...], weights: Weights
) -> Callable[[tuple[int, ...]], Sums]:
    counted_only = all(weight is None or weight.dtype == np.bool_ for weight in weights)
    dtype = np.int32 if counted_only else np.float64
    parts = [_counted(codes, weight) for weight in weights]

    def count(chosen: tuple[int, ...]) -> Sums:
        spans = [sizes[attribute] for attribute in chosen]
        table = np.zeros((len(weights), prod(spans)), dtype=dtype)
        for place, (columns, weight) in enumerate(parts):
            picked = [columns[attribute] for attribute in chosen]
            many = len(picked[0]) >= _COMPILED_ROWS_MIN
            add = _add_compiled if many and counted_only else _add_plain
            add(picked, spans, weight, table[place])
        return table

    return count


def _counted(
    codes: Sequence[Column], weight: Weight
) -> tuple[Sequence[Column], NDArray[np.float64] | None]:
    """The rows that count, and how much each does."""
    if weight is None:
        return codes, None
    if weight.dtype == np.bool_:
        rows = np.flatnonzero(weight)
        return [column[rows] for column in codes], None
    return codes, weight.astype(np.float64, copy=False)


def _add_plain(
    picked: Sequence[Column],
    spans: Sequence[int],
    weight: NDArray[np.float64] | None,
    table: NDArray[Any],
) -> None:
    cell = np.zeros(len(picked[0]), dtype=np.int64)
    for column, span in zip(picked, spans, strict=True):
        cell = cell * span + column
    table += np.bincount(cell, weight, minlength=len(table)).astype(table.dtype)


def _add_compiled(
    picked: Sequence[Column],
    spans: Sequence[int],
    _weight: NDArray[np.float64] | None,
    table: NDArray[Any],
) -> None:
    from tieout.explain.scan.kernels import count_cells

    # Fewer than three attributes are three of which the first have one value.
    missing = DEPTH_MAX - len(picked)
    none = np.zeros(len(picked[0]) if missing else 0, dtype=picked[0].dtype)
    columns = [none] * missing + list(picked)
    sizes = [1] * missing + list(spans)
    count_cells(columns[0], columns[1], columns[2], sizes[1], sizes[2], table)


def _folded(
    sums: dict[tuple[int, ...], Sums], chosen: tuple[int, ...], sizes: tuple[int, ...]
) -> Sums:
    """A cuboid as the sum of one with an attribute more."""
    extra = next(each for each in range(len(sizes)) if each not in chosen)
    wider = tuple(sorted((*chosen, extra)))
    table = sums[wider]
    shaped = table.reshape(len(table), *(sizes[attribute] for attribute in wider))
    folded: Sums = shaped.sum(axis=1 + wider.index(extra), dtype=table.dtype)
    return folded.reshape(len(table), -1)
