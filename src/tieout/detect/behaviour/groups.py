"""Rows put side by side by what they share, in time order within each group."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.detect.behaviour.timeline import Booleans, Codes, Timeline
from tieout.model.table import TableRole

_DIGIT_BITS = 20
_DIGIT = 1 << _DIGIT_BITS


@dataclass(frozen=True)
class Groups:
    """Rows of a timeline by group. Rows that lack a part of the key are in none.

    order: positions in the timeline, groups side by side, oldest first within a group.
    start: for each place in `order`, the place at which its group begins.
    height: number of rows of the timeline.
    """

    order: Codes
    start: Codes
    height: int

    @cached_property
    def rank(self) -> Codes:
        """For each row of the timeline how many rows its group had before; -1 in no group."""
        ranks = np.full(self.height, -1, np.int32)
        ranks[self.order] = np.arange(len(self.order), dtype=np.int32) - self.start
        return ranks

    @cached_property
    def previous(self) -> Codes:
        """For each row of the timeline the position of its group's row before; -1 if none."""
        found = np.full(self.height, -1, np.int32)
        follows = np.flatnonzero(self.start != np.arange(len(self.start)))
        found[self.order[follows]] = self.order[follows - 1]
        return found

    def only(self, kept: Booleans) -> "Groups":
        """The same groups with only some rows of the timeline in them."""
        chosen = kept[self.order]
        starts = self.start[chosen]
        places = np.arange(len(starts), dtype=np.int32)
        changed = np.zeros(len(starts), np.bool_)
        changed[1:] = starts[1:] != starts[:-1]
        start: Codes = np.maximum.accumulate(np.where(changed, places, np.int32(0)))
        return Groups(self.order[chosen], start, self.height)


@dataclass(frozen=True)
class Part:
    """A part of a key: a number from 0 up to `count` for each row, below 0 for none."""

    codes: Codes
    count: int


class Keys:
    """Codes and groups of the columns of a timeline, each computed once."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self._parts: dict[str, tuple[Part, ...]] = {}
        self._groups: dict[tuple[str, ...], Groups] = {}

    def codes(self, role: TableRole) -> Part:
        """Each row's value of a column as a number."""
        if role not in self._parts:
            self._parts[role] = (encoded(self.timeline.frame[role]),)
        return self._parts[role][0]

    def add(self, name: str, values: NDArray[np.int64], known: Booleans) -> None:
        """Make whole numbers usable as a part of a key, where they are known."""
        if name not in self._parts:
            self._parts[name] = whole_parts(values, known)

    def groups(self, *names: str) -> Groups:
        """Rows that agree in all of some columns (roles, or names that were added)."""
        if names not in self._groups:
            parts: list[Part] = []
            for name in names:
                parts += self._parts.get(name) or [self.codes(TableRole(name))]
            self._groups[names] = grouped(parts, self.timeline.height)
        return self._groups[names]


def encoded(values: pl.Series) -> Part:
    """Numbers in the order in which the different texts first appear."""
    different = values.drop_nulls().unique(maintain_order=True)
    numbers = values.cast(pl.Enum(different)).to_physical()
    return Part(numbers.cast(pl.Int32).fill_null(-1).to_numpy(), len(different))


def whole_parts(values: NDArray[np.int64], known: Booleans) -> tuple[Part, ...]:
    """Whole numbers cut into digits of 2^20, so that no count of them is larger than that."""
    if not known.any():
        return (Part(np.full(len(values), -1, np.int32), 0),)
    # Modulo 2^64: numbers far apart keep their differences.
    rest = (values - values[known].min()).astype(np.uint64)
    highest = int(rest[known].max())
    parts: list[Part] = []
    while not parts or highest:
        codes = (rest & np.uint64(_DIGIT - 1)).astype(np.int32)
        parts.append(Part(np.where(known, codes, np.int32(-1)), min(highest + 1, _DIGIT)))
        rest >>= np.uint64(_DIGIT_BITS)
        highest >>= _DIGIT_BITS
    return tuple(parts)


def grouped(parts: Sequence[Part], height: int) -> Groups:
    """Rows side by side by their codes, first code first; rows with a code below 0 left out."""
    from tieout.detect.behaviour.kernels import counting_order

    complete = np.ones(height, np.bool_)
    for part in parts:
        complete &= part.codes >= 0
    order = np.flatnonzero(complete).astype(np.int32)
    for part in reversed(parts):
        following = np.empty_like(order)
        counting_order(part.codes, order, part.count, following)
        order = following
    changed = np.zeros(len(order), np.bool_)
    for part in parts:
        sorted_codes = part.codes[order]
        changed[1:] |= sorted_codes[1:] != sorted_codes[:-1]
    places = np.arange(len(order), dtype=np.int32)
    start: Codes = np.maximum.accumulate(np.where(changed, places, np.int32(0)))
    return Groups(order, start, height)
