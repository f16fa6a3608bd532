"""Rates by the minute, with an incident where a test wants one."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tieout.explain.scan.rates import Cells
from tieout.explain.scan.result import Condition

SIZES = (4, 5, 2)
MOMENTS = 8


@dataclass(frozen=True)
class Minutes:
    """Cells of three attributes and what their rates are."""

    cells: Cells
    random: np.random.Generator

    def inside(self, condition: Condition) -> NDArray[np.bool_]:
        """Leaves that meet a condition."""
        found = np.ones(len(self.cells.codes), dtype=bool)
        for attribute, code in condition:
            found &= self.cells.codes[:, attribute] == code
        return found

    def struck(self, condition: Condition, rate: float) -> "Minutes":
        """The same with an incident now."""
        leaves = self.inside(condition)
        trials = self.cells.trials[leaves].astype(np.int64)
        counts = self.cells.counts.copy()
        counts[leaves] = self.random.binomial(trials, rate)
        return replace(self, cells=replace(self.cells, counts=counts))

    def surged(self, times: float) -> "Minutes":
        """The same with all counts multiplied now."""
        counts = np.minimum(self.cells.counts * times, self.cells.trials)
        return replace(self, cells=replace(self.cells, counts=counts))


@pytest.fixture
def minutes() -> Callable[..., Minutes]:
    """Makes quiet minutes by seed."""

    def make(seed: int = 0, *, rate: float = 0.03, size: float = 400.0) -> Minutes:
        random = np.random.default_rng(seed)
        codes = np.array(list(np.ndindex(*SIZES)), dtype=np.int64)
        weight = random.gamma(1.5, 1.0, len(codes)) * size
        rates = np.clip(rate * random.gamma(30, 1 / 30, len(codes)), 0, 1)
        trials = random.poisson(weight[:, None], (len(codes), MOMENTS + 1))
        counts = random.binomial(trials, rates[:, None])
        cells = Cells(
            codes,
            counts[:, -1].astype(float),
            trials[:, -1].astype(float),
            counts[:, :-1].astype(float),
            trials[:, :-1].astype(float),
        )
        return Minutes(cells, random)

    return make
