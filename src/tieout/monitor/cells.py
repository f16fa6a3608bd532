"""Dimension values and pairs of them, numbered: the cells that are counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

OVERFLOW: Final = "(other)"
MISSING: Final = "(none)"
ALL: Final = 0

Family = tuple[str, ...]


@dataclass
class CellBook:
    """Cells by number; 0 is everything. A family is the dimensions that a cell's values are of.

    A family holds at most `values_max` values, or `pairs_max` pairs of values, in the order in
    which they were first seen; later ones share the cell `(other)` and are counted in `overflow`.
    """

    dimensions: Sequence[str]
    pairs: bool = True
    values_max: int = 100
    pairs_max: int = 200
    values: list[tuple[str, ...]] = field(default_factory=lambda: [()])
    families: list[Family] = field(default_factory=lambda: [()])
    overflow: dict[Family, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lookups over what there is already."""
        found = zip(self.families, self.values, strict=True)
        self._numbers = {key: number for number, key in enumerate(found)}
        self._held: dict[Family, int] = {}
        for family in self.families:
            self._held[family] = self._held.get(family, 0) + 1

    def __len__(self) -> int:
        """How many cells there are."""
        return len(self.values)

    @property
    def watched(self) -> list[Family]:
        """All families: everything, each dimension, each pair."""
        single = [(name,) for name in self.dimensions]
        double = list(combinations(self.dimensions, 2)) if self.pairs and self.pairs_max else []
        return [(), *single, *double]

    def number(self, family: Family, values: tuple[str | None, ...], rows: int = 1) -> int:
        """The cell of some values; `rows` counts into `overflow` where it is the shared one."""
        named = tuple(MISSING if value is None else value for value in values)
        known = self._numbers.get((family, named))
        if known is not None:
            return known
        most = 1 if not family else self.values_max if len(family) == 1 else self.pairs_max
        if self._held.get(family, 0) >= most:
            self.overflow[family] = self.overflow.get(family, 0) + rows
            named = (OVERFLOW,) * len(family)
            known = self._numbers.get((family, named))
            if known is not None:
                return known
        else:
            self._held[family] = self._held.get(family, 0) + 1
        self.families.append(family)
        self.values.append(named)
        self._numbers[family, named] = len(self.values) - 1
        return len(self.values) - 1

    def words(self, cell: int) -> str:
        """A cell as the columns call it: `channel=web & product=card`; blank for everything."""
        named = zip(self.families[cell], self.values[cell], strict=True)
        return " & ".join(f"{name}={value}" for name, value in named)

    def depth(self, cell: int) -> int:
        """How many dimensions a cell names."""
        return len(self.families[cell])


def conditions(words: str) -> frozenset[str]:
    """The parts of a cell's words.

    >>> sorted(conditions("channel=web & product=card")), conditions("")
    (['channel=web', 'product=card'], frozenset())
    """
    return frozenset(words.split(" & ")) if words else frozenset()


def is_within(inner: str, outer: str) -> bool:
    """Whether one cell is a part of another.

    >>> is_within("channel=web & product=card", "channel=web"), is_within("channel=web", "")
    (True, True)
    """
    return conditions(outer) < conditions(inner)
