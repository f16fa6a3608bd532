"""Statistics of a group of values without the value that is judged."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray

IndexArray = NDArray[np.int64]

# Where a value's own square is nearly all there is, taking it out of a sum leaves rounding.
_CANCELLED = 1e-6


@dataclass(frozen=True)
class GroupedValues:
    """One column of history: values ascending within each group; missing ones are left out.

    A value that is judged may be one of them. It is found by its group and size, and one copy of
    it is taken out before the rest is its baseline: so history is judged leave-one-out, and a
    baseline never holds what it judges. (With it, n values have |z| <= (n - 1) / sqrt(n).)

    starts: where each group begins in `values`, and their end.
    """

    values: FloatArray
    starts: IndexArray

    @classmethod
    def of(cls, codes: NDArray[np.integer], values: FloatArray, groups: int) -> "GroupedValues":
        """From the group and the value of each row."""
        known = ~np.isnan(values)
        codes, values = codes[known], values[known]
        order = np.lexsort((values, codes))
        counts = np.bincount(codes, minlength=groups)
        return cls(values[order], np.concatenate(([0], np.cumsum(counts))).astype(np.int64))

    @cached_property
    def counts(self) -> IndexArray:
        """Rows of each group."""
        return np.diff(self.starts)

    @cached_property
    def sums(self) -> tuple[FloatArray, FloatArray]:
        """Mean of each group, and the sum of squared distances from it; NaN for empty groups."""
        size = len(self.counts)
        groups = np.repeat(np.arange(size), self.counts)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            means = np.bincount(groups, weights=self.values, minlength=size) / self.counts
            gaps = (self.values - means[groups]) ** 2
        squares = np.bincount(groups, weights=gaps, minlength=size).astype(np.float64)
        return means, squares

    @cached_property
    def absolute_sums(self) -> tuple[FloatArray, FloatArray]:
        """Median of each group, and the sum of distances from it; NaN for empty groups."""
        every = np.arange(len(self.counts))
        medians = self.others(every, np.full(len(every), np.nan)).median()
        groups = np.repeat(every, self.counts)
        with np.errstate(over="ignore"):
            gaps = np.abs(self.values - medians[groups])
        sums = np.bincount(groups, weights=gaps, minlength=len(every)).astype(np.float64)
        return medians, sums

    @cached_property
    def _distinct(self) -> FloatArray:
        return np.unique(self.values)

    @cached_property
    def _keys(self) -> IndexArray:
        groups = np.repeat(np.arange(len(self.counts)), self.counts)
        return self._key(groups, np.searchsorted(self._distinct, self.values))

    def _key(self, groups: NDArray[np.integer], ranks: NDArray[np.intp]) -> IndexArray:
        keys: IndexArray = groups.astype(np.int64) * (len(self._distinct) + 1) + ranks
        return keys

    def others(self, codes: NDArray[np.integer], values: FloatArray) -> "Others":
        """For each judged row, its group without one copy of its value."""
        groups = codes.astype(np.int64)
        count = self.counts[groups]
        if len(self.values) == 0:
            return Others(self, groups, count, np.zeros(len(groups), dtype=np.int64), values)
        rank = np.searchsorted(self._distinct, values)
        same = self._distinct[np.minimum(rank, len(self._distinct) - 1)] == values
        key = self._key(groups, rank)
        place = np.searchsorted(self._keys, key)
        found = same & (self._keys[np.minimum(place, len(self._keys) - 1)] == key)
        removed = np.where(found, place - self.starts[groups], count)
        return Others(self, groups, count - found, removed, values)


@dataclass(frozen=True)
class Others:
    """What the judged rows are compared with: `count` values each, all but the removed one.

    removed: position within the group of the value taken out, or the group's size for none.
    """

    grouped: GroupedValues
    groups: IndexArray
    count: IndexArray
    removed: IndexArray
    values: FloatArray

    def _value(self, position: IndexArray) -> FloatArray:
        """The value at a position among the others, in ascending order."""
        place = self.grouped.starts[self.groups] + position + (position >= self.removed)
        values = self.grouped.values
        last = max(len(values) - 1, 0)
        result: FloatArray = (
            values[np.clip(place, 0, last)] if len(values) else np.full(len(place), np.nan)
        )
        return result

    def median(self) -> FloatArray:
        """NaN where there are no others."""
        low, high = self._value((self.count - 1) // 2), self._value(self.count // 2)
        # Half of each, as a sum of two large values can exceed what floats hold.
        return np.where(self.count > 0, low / 2.0 + high / 2.0, np.nan)

    def mad(self, centre: FloatArray) -> FloatArray:
        """Median absolute deviation from a centre; NaN where there are no others.

        The h values nearest to the centre stand side by side, so the h-th smallest deviation is
        found by halving over where they begin.
        """
        low = self._nearest((self.count - 1) // 2 + 1, centre)
        high = self._nearest(self.count // 2 + 1, centre)
        return np.where(self.count > 0, low / 2.0 + high / 2.0, np.nan)

    def _nearest(self, size: IndexArray, centre: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            return self._nearest_by_halving(size, centre)

    def _nearest_by_halving(self, size: IndexArray, centre: FloatArray) -> FloatArray:
        first, last = np.zeros_like(self.count), np.maximum(self.count - size, 0)
        while (first < last).any():
            middle = (first + last) // 2
            left_is_further = centre - self._value(middle) > self._value(middle + size) - centre
            move = (first < last) & left_is_further
            last = np.where((first < last) & ~left_is_further, middle, last)
            first = np.where(move, middle + 1, first)
        return np.maximum(
            np.abs(centre - self._value(first)), np.abs(self._value(first + size - 1) - centre)
        )

    def mean_deviation(self) -> FloatArray:
        """Mean absolute distance from the median of the whole group; NaN without others."""
        medians, sums = self.grouped.absolute_sums
        out = self.removed < self.grouped.counts[self.groups]
        own = np.where(out, np.abs(self.values - medians[self.groups]), 0.0)
        total = sums[self.groups]
        with np.errstate(invalid="ignore", divide="ignore"):
            # What is left of a sum that the judged value made up may be rounding.
            left = np.where(total - own > 1e-12 * total, total - own, 0.0)
            result: FloatArray = np.where(self.count > 0, left / self.count, np.nan)
        return result

    def mean_std(self) -> tuple[FloatArray, FloatArray]:
        """Mean and sample standard deviation (divisor n - 1); NaN below one and two others."""
        means, squares = self.grouped.sums
        mean, square = means[self.groups], squares[self.groups]
        out = self.removed < self.grouped.counts[self.groups]
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            gap = self.values - mean
            mean_left = np.where(out, mean - gap / self.count, mean)
            square_left = np.where(out, square - gap**2 * (self.count + 1) / self.count, square)
            self._recompute(out & (square_left < _CANCELLED * square), mean_left, square_left)
            std = np.sqrt(np.maximum(square_left, 0.0) / (self.count - 1))
        mean_left[self.count < 1] = np.nan
        std[self.count < 2] = np.nan
        return mean_left, std

    def _recompute(self, rows: NDArray[np.bool], mean: FloatArray, square: FloatArray) -> None:
        known: dict[tuple[int, int], tuple[float, float]] = {}
        for row in np.flatnonzero(rows & (self.count > 0)):
            group, removed = int(self.groups[row]), int(self.removed[row])
            if (group, removed) not in known:
                start, end = self.grouped.starts[group : group + 2]
                others = np.delete(self.grouped.values[start:end], removed)
                centre = float(others.mean())
                known[group, removed] = centre, float(((others - centre) ** 2).sum())
            mean[row], square[row] = known[group, removed]
