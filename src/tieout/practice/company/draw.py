"""Random choices in whole numbers, so that one seed gives the same bytes everywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

Thing = TypeVar("Thing")

# Lower and upper limit in minor units, and how many in a hundred amounts lie between them.
Bands = Sequence[tuple[int, int, int]]
TRADE: Final[Bands] = ((4_000, 30_000, 40), (30_000, 150_000, 42), (150_000, 900_000, 18))
SUPPLY: Final[Bands] = ((8_000, 60_000, 30), (60_000, 300_000, 45), (300_000, 1_200_000, 25))


@dataclass(frozen=True)
class Draw:
    """What the practice company's luck comes from."""

    generator: np.random.Generator

    @classmethod
    def of(cls, seed: int) -> "Draw":
        """The same seed draws the same."""
        return cls(np.random.default_rng(seed))

    def whole(self, low: int, high: int) -> int:
        """A whole number, both limits included."""
        return int(self.generator.integers(low, high + 1))

    def one_in(self, count: int) -> bool:
        """True in one of so many cases."""
        return self.whole(1, count) == 1

    def choose(self, things: Sequence[Thing]) -> Thing:
        """One of several."""
        return things[self.whole(0, len(things) - 1)]

    def shuffled(self, things: Iterable[Thing]) -> list[Thing]:
        """All of them in another order."""
        given = list(things)
        return [given[place] for place in self.generator.permutation(len(given))]

    def some(self, things: Iterable[Thing], count: int) -> list[Thing]:
        """So many different ones."""
        return self.shuffled(things)[:count]

    def amount(self, bands: Bands = TRADE) -> int:
        """An amount in minor units."""
        lot = self.whole(1, sum(share for _, _, share in bands))
        for low, high, share in bands:
            lot -= share
            if lot <= 0:
                return self.whole(low, high)
        raise AssertionError("the shares add up to more than was drawn")
