"""Sums over the cells of all combinations of up to three attributes, and their subtraction."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from math import prod
from os import cpu_count
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tieout.explain.scan.columns import Column, Columns

_COMPILED_ROWS_MIN: Final = 1_000_000
_SCATTERED: Final = 4
_THREADED_MIN: Final = 500_000  # Rows to be counted, each once for each choice of attributes.
DEPTH_MAX: Final = 3

Sums = NDArray[Any]
Weight = NDArray[np.float64] | NDArray[np.bool_] | None
Weights = Sequence[Weight]


@dataclass(frozen=True)
class Tables:
    """For each choice of attributes, sums of each weight over its cells.

    chosen: the choices, attributes ascending. cells: an array of weights x cells of all choices,
        one after the other from `starts`, where the last attribute runs fastest.
    """

    sizes: tuple[int, ...]
    chosen: tuple[tuple[int, ...], ...]
    cells: Sums

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where the cells of each choice begin, and where the last one's end."""
        spans = [prod(self.sizes[attribute] for attribute in chosen) for chosen in self.chosen]
        return np.concatenate([[0], np.cumsum(spans, dtype=np.int64)])

    @cached_property
    def sums(self) -> dict[tuple[int, ...], Sums]:
        """The part of `cells` that each choice has."""
        spans = pairwise(self.starts.tolist())
        return {
            chosen: self.cells[:, start:end]
            for chosen, (start, end) in zip(self.chosen, spans, strict=True)
        }

    def copy(self) -> "Tables":
        """The same, which stays as it is when rows are taken away."""
        return Tables(self.sizes, self.chosen, self.cells.copy())

    def subtract(self, codes: Sequence[Column], weights: Weights) -> None:
        """Take rows away: their codes of all attributes, and their weights."""
        rows = len(codes[0])
        if self.cells.dtype != np.int32 or rows * len(self.chosen) > self.cells.shape[1]:
            depth = max(map(len, self.chosen))
            np.subtract(
                self.cells,
                count_rows(codes, self.sizes, weights, depth=depth).cells,
                out=self.cells,
            )
            return
        for cells, weight in zip(self.cells, weights, strict=True):
            columns, _ = _counted(codes, weight)
            for chosen, start in zip(self.chosen, self.starts[:-1].tolist(), strict=True):
                place = _cells_of([columns[each] for each in chosen], self._spans(chosen))
                np.subtract.at(cells, place + start, np.int32(1))

    def condition(self, cell: int) -> tuple[tuple[int, int], ...]:
        """The attributes and their codes of a place in `cells`."""
        at = int(np.searchsorted(self.starts, cell, side="right")) - 1
        chosen = self.chosen[at]
        codes = np.unravel_index(cell - int(self.starts[at]), self._spans(chosen))
        return tuple(zip(chosen, map(int, codes), strict=True))

    def _spans(self, chosen: tuple[int, ...]) -> list[int]:
        return [self.sizes[attribute] for attribute in chosen]


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
    levels = [list(combinations(range(len(sizes)), each)) for each in range(deep, 0, -1)]
    chosen = tuple(each for level in levels for each in level)
    counted_only = all(weight is None or weight.dtype == np.bool_ for weight in weights)
    cells = sum(prod(sizes[attribute] for attribute in each) for each in chosen)
    dtype = np.int32 if counted_only else np.float64
    tables = Tables(sizes, chosen, np.zeros((len(weights), cells), dtype=dtype))
    count = _counter(codes, weights, tables)
    if len(codes) and len(codes[0]) * len(levels[0]) >= _THREADED_MIN:
        with ThreadPoolExecutor(max(cpu_count() or 1, 1)) as pool:
            deque(pool.map(count, levels[0]), maxlen=0)
    else:
        deque(map(count, levels[0]), maxlen=0)
    for level in levels[1:]:
        for each in level:
            tables.sums[each][:] = _folded(tables.sums, each, sizes)
    return tables


def _counter(
    codes: Sequence[Column], weights: Weights, tables: Tables
) -> Callable[[tuple[int, ...]], None]:
    counted_only = tables.cells.dtype == np.int32
    parts = [_counted(codes, weight) for weight in weights]

    def count(chosen: tuple[int, ...]) -> None:
        spans = [tables.sizes[attribute] for attribute in chosen]
        table = tables.sums[chosen]
        for place, (columns, weight) in enumerate(parts):
            picked = [columns[attribute] for attribute in chosen]
            many = len(picked[0]) >= _COMPILED_ROWS_MIN
            add = _add_compiled if many and counted_only else _add_plain
            add(picked, spans, weight, table[place])

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
    cell = _cells_of(picked, spans)
    if weight is None and len(cell) * _SCATTERED > len(table):
        np.add(table, np.bincount(cell, minlength=len(table)), out=table, casting="same_kind")
    elif weight is None:
        # Few rows among many cells: those that have none are not looked at.
        np.add.at(table, cell, table.dtype.type(1))
    else:
        table += np.bincount(cell, weight, minlength=len(table)).astype(table.dtype)


def _cells_of(picked: Sequence[Column], spans: Sequence[int]) -> NDArray[np.int64]:
    """The cell of each row among those of the chosen attributes."""
    cell = picked[0].astype(np.int64)
    for column, span in zip(picked[1:], spans[1:], strict=True):
        cell = cell * span + column
    return cell


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
