"""Chance for one thing at a time, drawn in blocks because single draws are slow."""

import math
from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np

Thing = TypeVar("Thing")
_BLOCK: Final = 8_192


class Luck:
    """The same seed gives the same draws."""

    def __init__(self, generator: np.random.Generator) -> None:
        self.generator = generator
        self._shares: list[float] = []
        self._normals: list[float] = []

    def share(self) -> float:
        """From 0 to 1."""
        if not self._shares:
            self._shares = self.generator.random(_BLOCK).tolist()
        return self._shares.pop()

    def normal(self) -> float:
        """Around 0, with standard deviation 1."""
        if not self._normals:
            self._normals = self.generator.normal(0, 1, _BLOCK).tolist()
        return self._normals.pop()

    def happens(self, share: float) -> bool:
        """True in this share of cases."""
        return self.share() < share

    def whole(self, low: int, high: int) -> int:
        """A whole number, both limits included."""
        return low + int(self.share() * (high - low + 1))

    def choose(self, things: Sequence[Thing]) -> Thing:
        """One of several."""
        return things[int(self.share() * len(things))]

    def count(self, mean: float) -> int:
        """How often something happens (Poisson)."""
        return int(self.generator.poisson(mean))

    def amount(self, median_minor: float, spread: float) -> int:
        """An amount in minor units whose logarithm is normal; one cent at least."""
        return max(1, round(median_minor * math.exp(spread * self.normal())))
