"""The last minutes of every cell, as compact arrays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tieout.monitor.tally import LATENCY_BINS, Ints, Tally

_NEVER = np.iinfo(np.int64).max
# Below what uint32 holds, so that small counts that follow do not begin anew at 0.
_MOST = 4_000_000_000
_LARGE = 1_000_000
_GROWTH = 1.5


@dataclass
class Ring:
    """Counts of the last `minutes` minutes; a minute stands in row minute % minutes.

    events: (minutes, cells, statuses) uint32. latency: (minutes, slots, bins) uint32 and amount:
    (minutes, slots, 3) int64 of the cells that have a slot. reported: minutes of which anything
    was heard; counted: those, and minutes whose silence is a count of 0. first, first_status: the
    first minute of each cell and of each status. Arrays grow by half when they are full.
    """

    minutes: int
    events: NDArray[np.uint32] = field(init=False)
    reported: NDArray[np.bool_] = field(init=False)
    counted: NDArray[np.bool_] = field(init=False)
    first: Ints = field(init=False)
    first_status: Ints = field(init=False)
    slots: Ints = field(init=False)
    latency: NDArray[np.uint32] = field(init=False)
    amount: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Room for one cell."""
        self.events = np.zeros((self.minutes, 1, 2), dtype=np.uint32)
        self.reported = np.zeros(self.minutes, dtype=np.bool_)
        self.counted = np.zeros(self.minutes, dtype=np.bool_)
        self.first = np.full(1, _NEVER, dtype=np.int64)
        self.first_status = np.full(2, _NEVER, dtype=np.int64)
        self.slots = np.full(1, -1, dtype=np.int64)
        self.latency = np.zeros((self.minutes, 0, LATENCY_BINS), dtype=np.uint32)
        self.amount = np.zeros((self.minutes, 0, 3), dtype=np.int64)

    @property
    def cells(self) -> int:
        """How many cells there is room for."""
        return int(self.events.shape[1])

    @property
    def statuses(self) -> int:
        """How many statuses there is room for."""
        return int(self.events.shape[2])

    @property
    def bytes(self) -> int:
        """Size of all arrays."""
        return sum(
            each.nbytes for each in (self.events, self.first, self.slots, self.latency, self.amount)
        )

    def begin(self, minute: int) -> None:
        """Empty the row of a new minute."""
        row = minute % self.minutes
        self.events[row] = 0
        self.latency[row] = 0
        self.amount[row] = 0
        self.reported[row] = False
        self.counted[row] = False

    def clear(self) -> None:
        """Empty all rows."""
        for minute in range(self.minutes):
            self.begin(minute)

    def widen(self, statuses: int) -> None:
        """Make room for so many statuses."""
        self._grow(self.cells, statuses)

    def add(self, minute: int, tally: Tally, *, known_from: int) -> None:
        """Add the counts of one minute; cells that are new are known from `known_from`."""
        row = minute % self.minutes
        _, cells, statuses, counts = tally.events
        if len(cells):
            self._grow(int(cells.max()) + 1, int(statuses.max()) + 1)
            self._count(row, cells, statuses, counts)
            np.minimum.at(self.first, cells, known_from)
            np.minimum.at(self.first_status, statuses, known_from)
            self.reported[row] = True
            self.counted[row] = True
        if tally.latency.shape[1]:
            _, cells, bins, counts = tally.latency
            slots = self._slotted(cells)
            np.add.at(self.latency[row], (slots, bins), counts.astype(np.uint32))
        if tally.amount.shape[1]:
            _, cells, *values = tally.amount
            slots = self._slotted(cells)
            np.add.at(self.amount[row], slots, np.array(values).T)

    def _count(self, row: int, cells: Ints, statuses: Ints, counts: Ints) -> None:
        """Add counts to a minute; what is more than can be held is left out."""
        held = self.events[row]
        if counts.max() < _LARGE:
            np.add.at(held, (cells, statuses), counts.astype(np.uint32))
            return
        sums = held.astype(np.float64)
        np.add.at(sums, (cells, statuses), counts)
        held[:] = np.minimum(sums, _MOST)

    def rows(self, minute: int, window: int) -> Ints:
        """Rows of the window that ends with a minute."""
        return np.arange(minute - window + 1, minute + 1) % self.minutes

    def windows(
        self, minute: int, windows: Sequence[int], read: Callable[[Ints], NDArray[Any]]
    ) -> Ints:
        """Sums over windows that end with a minute, (windows, ...); `read` gives some rows.

        Each minute is read once: a longer window is a shorter one and what came before it.
        """
        lengths = sorted({*windows})
        rows = self.rows(minute, lengths[-1])[::-1]
        parts = [
            np.add.reduce(read(rows[first:last]), axis=0, dtype=np.int64)
            for first, last in pairwise((0, *lengths))
        ]
        whole: Ints = np.cumsum(parts, axis=0)
        same = lengths == list(windows)
        return whole if same else whole[[lengths.index(each) for each in windows]]

    def _slotted(self, cells: Ints) -> Ints:
        new = np.unique(cells[self.slots[cells] < 0])
        if len(new):
            have = int(self.slots.max()) + 1
            self.slots[new] = np.arange(have, have + len(new))
            self.latency = grown(self.latency, 1, have + len(new))
            self.amount = grown(self.amount, 1, have + len(new))
        return np.asarray(self.slots[cells])

    def _grow(self, cells: int, statuses: int) -> None:
        self.events = grown(grown(self.events, 1, cells), 2, statuses)
        self.first = grown(self.first, 0, cells, _NEVER)
        self.slots = grown(self.slots, 0, cells, -1)
        self.first_status = grown(self.first_status, 0, statuses, _NEVER)


def widened(array: NDArray[Any], size: int) -> NDArray[Any]:
    """The array with at least `size` columns on its last axis, new ones like the last.

    The last column is of a status that was never seen: what a new one has missed so far.
    """
    more = size - array.shape[-1]
    if more <= 0:
        return array
    return np.concatenate([array, np.repeat(array[..., -1:], more, axis=-1)], axis=-1)


def grown(array: NDArray[Any], axis: int, size: int, value: Any = 0) -> NDArray[Any]:
    """The array with at least `size` places along an axis, new ones holding `value`."""
    have = array.shape[axis]
    if size <= have:
        return array
    more = max(size, int(have * _GROWTH)) - have
    shape = (*array.shape[:axis], more, *array.shape[axis + 1 :])
    return np.concatenate([array, np.full(shape, value, dtype=array.dtype)], axis=axis)
