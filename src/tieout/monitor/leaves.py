"""Counts by every combination of dimension values, of the last minutes: what causes are told from.

The cells of the ring are one and two dimensions wide. Why something broke, and what it cost, is
asked of all dimensions at once, but only where something broke.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from tieout.monitor.cells import MISSING, OVERFLOW
from tieout.monitor.statuses import StatusBook
from tieout.monitor.tally import COUNT, CURRENCY, MINUTE, STATUS, UNITS, Ints

if TYPE_CHECKING:
    import polars as pl

LEAVES_MAX: Final = 4000
_SUMS: Final = 2


@dataclass
class Leaves:
    """Rows of dimension codes, status, currency, count and units, for each minute.

    minutes: how many are kept. values_max: of a dimension; later ones share `(other)`. A minute
    has at most 4,000 rows: the dimensions of its smallest are then `(other)` too, so that its sums
    stay whole.
    """

    dimensions: Sequence[str]
    minutes: int
    values_max: int = 100
    values: list[list[str]] = field(init=False)
    currencies: list[str] = field(default_factory=list)
    has_money: bool = False
    rows: dict[int, list[Ints]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing has been seen; `(other)` is the first value of each dimension."""
        self.values = [[OVERFLOW] for _ in self.dimensions]

    @property
    def bytes(self) -> int:
        """Size of all rows."""
        return sum(each.nbytes for parts in self.rows.values() for each in parts)

    @property
    def is_useful(self) -> bool:
        """Whether there is anything beyond counts of the whole."""
        return bool(self.dimensions) or self.has_money

    def add(self, counts: "pl.DataFrame", statuses: StatusBook) -> None:
        """Take in folded counts, whose statuses are numbered already."""
        self.has_money |= UNITS in counts.columns
        if not self.is_useful or counts.is_empty():
            return
        size = counts.height
        words = counts[STATUS].unique().drop_nulls().to_list()
        known = {word: statuses.code(word) for word in sorted(words)}
        columns = [_coded(counts[STATUS], known)]
        if CURRENCY in counts.columns:
            columns.append(self._numbered(counts[CURRENCY], self.currencies, 10**6))
        else:
            self.currencies = self.currencies or [""]
            columns.append(np.zeros(size, dtype=np.int64))
        columns.append(counts[COUNT].to_numpy())
        units = counts[UNITS].to_numpy() if UNITS in counts.columns else np.zeros(size)
        columns.append(units.astype(np.int64))
        pairs = zip(self.dimensions, self.values, strict=True)
        codes = [self._numbered(counts[name], words, self.values_max) for name, words in pairs]
        table = np.asarray([*codes, *columns], dtype=np.int64)
        minutes = counts[MINUTE].to_numpy()
        order = np.argsort(minutes, kind="stable")
        table, minutes = table[:, order], minutes[order]
        for minute in np.unique(minutes).tolist():
            first, last = np.searchsorted(minutes, [minute, minute + 1])
            self.rows.setdefault(minute, []).append(table[:, first:last])

    def settle(self, minute: int) -> None:
        """A minute is closed: it becomes one table, and old ones are let go."""
        if minute in self.rows:
            self.rows[minute] = [_capped(_summed(self.rows[minute]), len(self.dimensions))]
        self.rows.pop(minute - self.minutes, None)

    def clear(self, last: int) -> None:
        """Let go of all minutes up to one."""
        self.rows = {minute: parts for minute, parts in self.rows.items() if minute > last}

    def between(self, first: int, last: int) -> Ints:
        """The rows of some minutes, both included, under each other as columns."""
        parts = [part for at in range(first, last + 1) for part in self.rows.get(at, [])]
        return np.concatenate(parts, axis=1) if parts else self._none()

    def inside(self, table: Ints, family: Sequence[str], values: Sequence[str]) -> Ints:
        """The rows that a cell holds."""
        kept = np.ones(table.shape[1], dtype=np.bool_)
        for name, value in zip(family, values, strict=True):
            place = list(self.dimensions).index(name)
            known = self.values[place]
            kept &= table[place] == (known.index(value) if value in known else -1)
        return table[:, kept]

    def money(self, table: Ints) -> dict[str, int]:
        """Units by currency, of currencies that occur."""
        _, currency, _, units = table[-4:]
        whole = np.zeros(len(self.currencies), dtype=np.int64)
        np.add.at(whole, currency, units)
        return {name: int(sum_) for name, sum_ in zip(self.currencies, whole, strict=True) if sum_}

    def _none(self) -> Ints:
        return np.zeros((len(self.dimensions) + 4, 0), dtype=np.int64)

    def _numbered(self, series: "pl.Series", names: list[str], most: int) -> Ints:
        filled = series.fill_null(MISSING)
        known = {name: code for code, name in enumerate(names)}
        for word in filled.unique(maintain_order=True).to_list():
            if word not in known and len(names) <= most:
                known[word] = len(names)
                names.append(word)
        return _coded(filled, known)


def _coded(series: "pl.Series", known: dict[str, int]) -> Ints:
    import polars as pl

    if not known:
        return np.zeros(len(series), dtype=np.int64)
    found = series.replace_strict(
        list(known), list(known.values()), return_dtype=pl.Int64, default=0
    )
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _summed(parts: list[Ints]) -> Ints:
    """One column for each combination of keys."""
    table = np.concatenate(parts, axis=1)
    keys, places = np.unique(table[:-_SUMS], axis=1, return_inverse=True)
    sums = np.zeros((_SUMS, keys.shape[1]), dtype=np.int64)
    for row in range(_SUMS):
        np.add.at(sums[row], places.ravel(), table[row - _SUMS])
    return np.concatenate([keys, sums])


def _capped(table: Ints, dimensions: int) -> Ints:
    if table.shape[1] <= LEAVES_MAX:
        return table
    small = np.argsort(-table[-_SUMS], kind="stable")[LEAVES_MAX // 2 :]
    table[:dimensions, small] = 0
    return _summed([table])
