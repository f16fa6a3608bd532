"""Rows that are remembered one by one: columns that grow, and chains from row to row."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from tieout.detect.behaviour.family import Work
from tieout.detect.behaviour.groups import Groups
from tieout.model.table import TableRole

# The roles whose values a key is made of.
Key: TypeAlias = tuple[TableRole, ...]
Chain: TypeAlias = NDArray[np.int32]
Floats: TypeAlias = NDArray[np.float64]
Values = TypeVar("Values", Chain, Floats)

_SHIFT: Final = 32
_ROOM_MIN: Final = 1024
# The number of a value that no row has: like no other.
UNSEEN: Final = 2**31 - 1


def joined(first: int, second: int) -> int:
    """One number for a pair of codes."""
    return (first << _SHIFT) | second


class Rows:
    """Remembered rows in the order in which they came.

    numbers: a column of floats by name. codes: by role, each value as a number, -1 for none.
    chains: by key, for each row the row before it of the same key; heads: the last row of a key.
    number_cells, code_cells, chain_cells: the same columns for who reads or writes single cells;
    numpy's own way to a cell costs three times as much.
    """

    def __init__(self, work: Work, keys: tuple[Key, ...], numbers: dict[str, Floats]) -> None:
        self.height = work.timeline.height
        self._room = max(self.height, _ROOM_MIN)
        roles = tuple(dict.fromkeys(role for key in keys for role in key))
        self.vocabularies: dict[TableRole, dict[str, int]] = {}
        self.codes: dict[TableRole, Chain] = {}
        for role in roles:
            self._remember_role(work, role)
        self.numbers = {name: self._wide(values) for name, values in numbers.items()}
        self.chains: dict[Key, Chain] = {}
        self.heads: dict[Key, dict[int, int]] = {}
        for key in keys:
            groups = work.groups(*key)
            self.chains[key] = self._wide(groups.previous)
            self.heads[key] = self._last(key, groups)
        self._look_into()
        self._simple = tuple((key, key[0]) for key in keys if len(key) == 1)
        self._compound = tuple(key for key in keys if len(key) > 1)

    def _remember_role(self, work: Work, role: TableRole) -> None:
        different = work.timeline.frame[role].drop_nulls().unique(maintain_order=True)
        self.vocabularies[role] = {text: code for code, text in enumerate(different)}
        self.codes[role] = self._wide(work.keys.codes(role).codes)

    def _wide(self, values: Values) -> Values:
        wide = np.empty(self._room, values.dtype)
        wide[: min(len(values), self._room)] = values[: self._room]
        return wide

    def _last(self, key: Key, groups: Groups) -> dict[int, int]:
        if len(groups.order) == 0:
            return {}
        ends = np.flatnonzero(np.append(groups.start[1:] == np.arange(1, len(groups.start)), True))
        rows = groups.order[ends]
        codes = self.codes[key[0]][rows].astype(np.int64)
        for role in key[1:]:
            codes = (codes << _SHIFT) | self.codes[role][rows]
        return dict(zip(codes.tolist(), rows.tolist(), strict=True))

    def widen(self, more: int) -> None:
        """Make room for more rows behind those that are known."""
        self._room = self.height + more
        self._wide_all()

    def codes_of(self, texts: Mapping[TableRole, Any]) -> dict[TableRole, int]:
        """The number of each value: -1 for none, UNSEEN for one that no row has."""
        return {
            role: -1 if (text := texts.get(role)) is None else known.get(text, UNSEEN)
            for role, known in self.vocabularies.items()
        }

    def key_of(self, key: Key, codes: dict[TableRole, int]) -> int:
        """One number for the values of a key; -1 where a part of it is missing."""
        found = codes[key[0]]
        for role in key[1:]:
            part = codes[role]
            found = -1 if found < 0 or part < 0 else (found << _SHIFT) | part
        return found

    def keys_of(self, codes: dict[TableRole, int]) -> dict[Key, int]:
        """The number of each key, as `key_of`."""
        found: dict[Key, int] = {key: codes[role] for key, role in self._simple}
        for key in self._compound:
            found[key] = self.key_of(key, codes)
        return found

    def heads_of(self, keys: dict[Key, int]) -> dict[Key, int]:
        """The last row of each key; -1 for none."""
        heads = self.heads
        return {key: heads[key].get(number, -1) for key, number in keys.items()}

    def head(self, key: Key, number: int) -> int:
        """The last row of a key; -1 for none."""
        return self.heads[key].get(number, -1)

    def enrol(self, texts: Mapping[TableRole, str | None], codes: dict[TableRole, int]) -> None:
        """Give new values numbers of their own, for good."""
        for role, known in self.vocabularies.items():
            if codes[role] == UNSEEN:
                codes[role] = known.setdefault(str(texts[role]), len(known))

    def add(self, codes: dict[TableRole, int], numbers: dict[str, float]) -> None:
        """Remember a row, all of whose values are enrolled."""
        row = self.height
        if row == self._room:
            self._room *= 2
            self._wide_all()
        for role, column in self.code_cells.items():
            column[row] = codes[role]
        for name, values in self.number_cells.items():
            values[row] = numbers[name]
        for key, chain in self.chain_cells.items():
            number = self.key_of(key, codes)
            heads = self.heads[key]
            chain[row] = heads.get(number, -1) if number >= 0 else -1
            if number >= 0:
                heads[number] = row
        self.height = row + 1

    def _look_into(self) -> None:
        self.number_cells: dict[str, Any] = {name: each.data for name, each in self.numbers.items()}
        self.code_cells = {role: each.data for role, each in self.codes.items()}
        self.chain_cells = {key: each.data for key, each in self.chains.items()}

    def _wide_all(self) -> None:
        self.codes = {role: self._wide(values) for role, values in self.codes.items()}
        self.numbers = {name: self._wide(values) for name, values in self.numbers.items()}
        self.chains = {key: self._wide(values) for key, values in self.chains.items()}
        self._look_into()
