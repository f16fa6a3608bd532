"""Choices for many rows at once."""

from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


def scatter(*keys: Ints | int) -> Ints:
    """One fixed, well-spread number in 0..2^62 for each combination of keys.

    What a person likes best need not be stored: it follows from who they are. The mixing is
    SplitMix64's (Steele, Lea and Flood, OOPSLA 2014).
    """
    mixed = np.zeros(1, dtype=np.uint64)
    for key in keys:
        mixed = mixed + np.asarray(key).astype(np.uint64) + _GOLDEN
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        mixed ^= mixed >> np.uint64(31)
    number: Ints = (mixed >> np.uint64(2)).astype(np.int64)
    return number


def scatter_share(*keys: Ints | int) -> Floats:
    """The same as a number from 0 to 1."""
    share: Floats = scatter(*keys) / float(2**62)
    return share


def pick_weighted(summed: Floats, size: int, generator: np.random.Generator) -> Ints:
    """Positions drawn by weight, given the running sum of the weights."""
    lots = generator.random(size) * summed[-1]
    position: Ints = np.searchsorted(summed, lots, side="right").astype(np.int64)
    return position


def pick_by_row(summed: Floats, lots: Floats) -> Ints:
    """A position for each row (rows x running sums up to 1), by a lot from 0 to 1 each."""
    position: Ints = (lots[:, None] >= summed[:, :-1]).sum(axis=1)
    return position


def shares_to_counts(shares: Floats, total: int) -> Ints:
    """Split a total by shares so that the counts add up to it (largest remainders)."""
    exact = shares / shares.sum() * total
    counts: Ints = np.floor(exact).astype(np.int64)
    behind = np.argsort(counts - exact, kind="stable")[: total - int(counts.sum())]
    counts[behind] += 1
    return counts
