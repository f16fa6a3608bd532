"""The latest requests, remembered for a while behind the rows that were learnt from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tieout.detect.live.layout import NUMBERS
from tieout.detect.live.rows import UNSEEN, Floats, Rows

if TYPE_CHECKING:
    from tieout.detect.live.moment import Moment

# So many in all; the oldest goes when another comes.
REQUESTS_MAX: Final = 50_000


class Requests:
    """A ring of rows behind the learnt ones, each in the chains of who and what is in it.

    Rows that were learnt, and their chains, are never changed; a value that was not among theirs
    has a number as long as a request in the ring has it. So room and time a request are bounded,
    whoever sends how much.
    """

    def __init__(self, rows: Rows, size: int) -> None:
        self._rows = rows
        self._size = size
        self._first = rows.height
        self._count = 0
        rows.widen(size)
        # The last request of each key, and to each request the next one of the key.
        self._heads: tuple[dict[int, int], ...] = tuple({} for _ in rows.keys)
        self._later = np.full((size, len(rows.keys)), -1, dtype=np.int32)
        self._marks: dict[int, int] = {}
        self._mark_of: list[int] = [0] * size
        self._new = [
            (place, role, _NewValues(known))
            for place, (role, known) in enumerate(rows.vocabularies.items())
        ]

    def __len__(self) -> int:
        return min(self._count, self._size)

    def place_of(self, values: tuple[Any, ...]) -> int:
        """The row of a request with just these values; -1 where none is remembered."""
        return self._marks.get(hash(values), -1)

    def heads_of(self, keys: Sequence[int], learnt: Sequence[int]) -> list[int]:
        """The last request of each key; where there is none, its last learnt row."""
        return [
            heads.get(key, row) for heads, key, row in zip(self._heads, keys, learnt, strict=True)
        ]

    def add(self, values: tuple[Any, ...], made: "Moment", numbers: Floats) -> None:
        """Remember a request, and forget the oldest where the ring is full.

        values: what `place_of` knows it by. made: it, with its habits among the learnt rows; codes
        of new values are set. numbers: its own, as `layout` orders them.
        """
        rows, slot, codes = self._rows, self._count % self._size, made.codes
        row = self._first + slot
        is_new = False
        # Before the oldest goes: it may be the only other one with a value of this one.
        for place, role, counted in self._new:
            code = codes[place]
            if code >= counted.first:
                codes[place] = counted.taken(code, made.values.get(role))
                is_new = True
        if self._count >= self._size:
            self._forget(slot)
        self._count += 1
        mark = hash(values)
        self._marks[mark] = row
        self._mark_of[slot] = mark
        rows.code_table[row] = codes
        rows.number_table[row] = numbers[:NUMBERS]
        keys = rows.keys_of(codes) if is_new else made.keys
        befores, first, later = [], self._first, self._later
        later[slot] = -1
        for place, (heads, number, habit) in enumerate(
            zip(self._heads, keys, made.habits, strict=True)
        ):
            before = -1
            if number >= 0:
                before = heads.get(number, habit)
                if before >= first:
                    later[before - first, place] = row
                heads[number] = row
            befores.append(before)
        rows.chain_table[row] = befores

    def _forget(self, slot: int) -> None:
        """Take the oldest request out of its chains."""
        rows, row = self._rows, self._first + slot
        codes = rows.code_table[row].tolist()
        following, chain = self._later[slot].tolist(), rows.chain_table[row].tolist()
        keys = rows.keys_of(codes)
        for place, (heads, later, number) in enumerate(
            zip(self._heads, following, keys, strict=True)
        ):
            if later >= 0:
                rows.chain_table[later, place] = chain[place]
            elif number >= 0:
                del heads[number]
        for place, _, counted in self._new:
            counted.given_back(codes[place])
        del self._marks[self._mark_of[slot]]


class _NewValues:
    """Numbers of values that were not learnt: each used as long as some request has the value."""

    def __init__(self, known: dict[str, int]) -> None:
        self._known = known
        self.first = len(known)
        self._next = len(known)
        self._free: list[int] = []
        self._users: dict[int, int] = {}
        self._texts: dict[int, str] = {}

    def taken(self, code: int, text: str | None) -> int:
        """The number of a value, for one request more; a new one where `code` is none yet."""
        if code == UNSEEN and text is not None:
            code = self._free.pop() if self._free else self._next
            self._next = max(self._next, code + 1)
            self._known[text] = code
            self._texts[code] = text
        if code >= self.first:
            self._users[code] = self._users.get(code, 0) + 1
        return code

    def given_back(self, code: int) -> None:
        """One request less has it; the number of a value that none has is free again."""
        if code < self.first:
            return
        self._users[code] -= 1
        if not self._users[code]:
            del self._users[code]
            del self._known[self._texts.pop(code)]
            self._free.append(code)
