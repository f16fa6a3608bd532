"""Rows that are remembered one by one: columns that grow, and chains from row to row."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from tieout.detect.behaviour.family import Work
from tieout.detect.behaviour.groups import Groups
from tieout.detect.live.layout import NUMBERS, UNTOLD
from tieout.model.table import TableRole

# The roles whose values a key is made of.
Key: TypeAlias = tuple[TableRole, ...]
Chain: TypeAlias = NDArray[np.int32]
Floats: TypeAlias = NDArray[np.float64]
Table = TypeVar("Table", Chain, Floats)

_SHIFT: Final = 32
_ROOM_MIN: Final = 1024
# The number of a value that no row has: like no other.
UNSEEN: Final = 2**31 - 1


def joined(first: int, second: int) -> int:
    """One number for a pair of codes."""
    return (first << _SHIFT) | second


class Rows:
    """Remembered rows in the order in which they came.

    What belongs to a row stands side by side, as a row is mostly looked at as a whole.
    number_table: `layout`'s numbers of each row. code_table: for each of `roles` its value as a
    number, -1 for none. chain_table: for each of `keys`, those of one role first, the row before
    it of the same key; heads: the last row of a key, UNTOLD for one of which a part is missing.
    codes and chains: the same by role and by key.
    """

    def __init__(self, work: Work, keys: tuple[Key, ...], numbers: Mapping[int, Floats]) -> None:
        self.height = work.timeline.height
        self._room = max(self.height, _ROOM_MIN)
        self.keys = (*(k for k in keys if len(k) == 1), *(k for k in keys if len(k) > 1))
        self.roles = tuple(dict.fromkeys(role for key in self.keys for role in key))
        place = {role: n for n, role in enumerate(self.roles)}
        self._simple = tuple(place[key[0]] for key in self.keys if len(key) == 1)
        self._compound = tuple(
            tuple(place[role] for role in key) for key in self.keys if len(key) > 1
        )
        self.vocabularies: dict[TableRole, dict[str, int]] = {}
        self.number_table = np.empty((self._room, NUMBERS))
        self.code_table = np.empty((self._room, len(self.roles)), np.int32)
        self.chain_table = np.empty((self._room, len(self.keys)), np.int32)
        for which, values in numbers.items():
            self.number_table[: self.height, which] = values
        for n, role in enumerate(self.roles):
            different = work.timeline.frame[role].drop_nulls().unique(maintain_order=True)
            self.vocabularies[role] = {text: code for code, text in enumerate(different)}
            self.code_table[: self.height, n] = work.keys.codes(role).codes
        self.heads: dict[Key, dict[int, int]] = {}
        for n, key in enumerate(self.keys):
            groups = work.groups(*key)
            self.chain_table[: self.height, n] = groups.previous
            self.heads[key] = {-1: UNTOLD, **self._last(key, groups, place)}
        self._known = tuple(self.vocabularies.items())
        self._heads = tuple(self.heads.values())
        self._look_into()

    def _last(self, key: Key, groups: Groups, place: dict[TableRole, int]) -> dict[int, int]:
        if len(groups.order) == 0:
            return {}
        ends = np.flatnonzero(np.append(groups.start[1:] == np.arange(1, len(groups.start)), True))
        rows = groups.order[ends]
        codes = self.code_table[rows, place[key[0]]].astype(np.int64)
        for role in key[1:]:
            codes = (codes << _SHIFT) | self.code_table[rows, place[role]]
        return dict(zip(codes.tolist(), rows.tolist(), strict=True))

    def widen(self, more: int) -> None:
        """Make room for more rows behind those that are known."""
        self._room = self.height + more
        self._wide_all()

    def codes_of(self, texts: Mapping[TableRole, Any]) -> list[int]:
        """The number of each role's value: -1 for none, UNSEEN for one that no row has."""
        return [
            -1 if (text := texts.get(role)) is None else known.get(text, UNSEEN)
            for role, known in self._known
        ]

    def keys_of(self, codes: Sequence[int]) -> list[int]:
        """One number for the values of each key; -1 where a part of it is missing."""
        found = [codes[place] for place in self._simple]
        for first, *more in self._compound:
            number = codes[first]
            for place in more:
                part = codes[place]
                number = -1 if number < 0 or part < 0 else (number << _SHIFT) | part
            found.append(number)
        return found

    def heads_of(self, keys: Sequence[int]) -> list[int]:
        """The last row of each key; -1 for none, UNTOLD where a part of it is missing."""
        return [heads.get(key, -1) for heads, key in zip(self._heads, keys, strict=True)]

    def enrol(self, texts: Mapping[TableRole, Any], codes: list[int]) -> None:
        """Give new values numbers of their own, for good."""
        for place, (role, known) in enumerate(self._known):
            if codes[place] == UNSEEN:
                codes[place] = known.setdefault(str(texts[role]), len(known))

    def add(self, codes: list[int], numbers: Floats) -> None:
        """Remember a row, all of whose values are enrolled. numbers: as `layout` orders them."""
        row = self.height
        if row == self._room:
            self._room *= 2
            self._wide_all()
        self.code_table[row] = codes
        self.number_table[row] = numbers[:NUMBERS]
        keys = self.keys_of(codes)
        self.chain_table[row] = [max(head, -1) for head in self.heads_of(keys)]
        for heads, number in zip(self._heads, keys, strict=True):
            if number >= 0:
                heads[number] = row
        self.height = row + 1

    def _look_into(self) -> None:
        self.tables = self.number_table, self.code_table, self.chain_table
        self.codes = dict(zip(self.roles, self.code_table.T, strict=True))
        self.chains = dict(zip(self.keys, self.chain_table.T, strict=True))

    def _wide_all(self) -> None:
        self.code_table = self._wide(self.code_table)
        self.number_table = self._wide(self.number_table)
        self.chain_table = self._wide(self.chain_table)
        self._look_into()

    def _wide(self, table: Table) -> Table:
        wide = np.empty((self._room, table.shape[1]), table.dtype)
        wide[: self.height] = table[: self.height]
        return wide
