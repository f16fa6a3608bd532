"""A pool of rows in which the unsupervised score looks at the wrong column."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest


@dataclass(frozen=True)
class Pool:
    features: np.ndarray
    score: np.ndarray
    truth: np.ndarray

    def labelled(self, places: np.ndarray) -> np.ndarray:
        labels = np.full(len(self.truth), -1, dtype=np.int8)
        labels[places] = self.truth[places]
        return labels


def misled(rows: int, seed: int) -> Pool:
    """One row in twenty is an anomaly, five up in `told`; the score adds the size of `noise`."""
    random = np.random.default_rng(seed)
    truth = np.arange(rows) % 20 == 0
    told = random.normal(size=rows) + 5.0 * truth
    noise = random.standard_t(3.0, size=rows)
    return Pool(np.column_stack([told, noise]), told + 3.0 * np.abs(noise), truth)


def right(rows: int, seed: int) -> Pool:
    """The score tells all there is; the features are noise."""
    random = np.random.default_rng(seed)
    truth = np.arange(rows) % 20 == 0
    score = random.normal(size=rows) + 3.0 * truth
    return Pool(random.normal(size=(rows, 4)), score, truth)


@pytest.fixture(scope="session")
def misled_pool() -> Callable[[int, int], Pool]:
    return misled


@pytest.fixture(scope="session")
def right_pool() -> Callable[[int, int], Pool]:
    return right
