"""Rows of one side that sum exactly to a row of the other: bounded exact subset sums."""

from dataclasses import dataclass
from math import comb

import numpy as np

from tieout.reconcile.evidence.work import Ints

POOL_MAX = 20
PARTS_MAX = 8
# A sum found among many subsets of small amounts proves nothing: expected chance hits allowed.
CHANCE_MAX = 0.5
_CELLS_MAX = 1 << 22
_LARGE_POOL = 13
_LARGE_POOLS_MAX = 300


@dataclass(frozen=True, slots=True)
class SubsetHit:
    """Row `target` of group `group` is the sum of the pool's rows `parts` (positions).

    answers: how many subsets of that size sum to it. chance: expected number of chance hits.
    """

    group: int
    target: int
    parts: tuple[int, ...]
    answers: int
    chance: float


def subset_hits(targets: Ints, pools: Ints, *, unit: Ints) -> list[SubsetHit]:
    """For each group of one shape, every target that 2 to 8 of the pool's rows sum to.

    targets: groups x targets; pools: groups x rows (at most 20); unit: minor unit of each group.
    The smallest subset answers, the one with the earliest rows among equals. At most 300 groups
    with a pool of 13 or more rows are searched, the first ones.
    """
    groups, size = pools.shape
    if not 2 <= size <= POOL_MAX:
        return []
    if size >= _LARGE_POOL:
        groups = min(groups, _LARGE_POOLS_MAX)
    masks, counts = _subsets(size)
    step = max(1, _CELLS_MAX >> size)
    hits: list[SubsetHit] = []
    for start in range(0, groups, step):
        part = slice(start, min(start + step, groups))
        sums = _sums(pools[part], masks)
        for column in range(targets.shape[1]):
            wanted = targets[part, column]
            found = (sums == wanted[:, None]) & (wanted != 0)[:, None]
            for row in np.flatnonzero(found.any(axis=1)):
                hit = _hit(found[row], masks, counts, size)
                scale = int(abs(wanted[row])) // int(unit[start + row]) or 1
                chance = 0.0 if len(hit[0]) == size else _tried(size, len(hit[0])) / scale
                if chance <= CHANCE_MAX:
                    hits.append(SubsetHit(start + int(row), column, *hit, chance))
    return hits


def _subsets(size: int) -> tuple[Ints, Ints]:
    """Bit masks of the subsets of 2 to 8 rows, small ones first, and their sizes."""
    masks = np.arange(1 << size, dtype=np.int64)
    counts = sum(((masks >> bit) & 1 for bit in range(size)), np.zeros_like(masks))
    kept = (counts >= 2) & (counts <= PARTS_MAX)
    order = np.lexsort((masks[kept], counts[kept]))
    return masks[kept][order], counts[kept][order]


def _sums(pools: Ints, masks: Ints) -> Ints:
    sums = np.zeros((len(pools), 1), np.int64)
    for column in range(pools.shape[1]):
        sums = np.concatenate([sums, sums + pools[:, column, None]], axis=1)
    return sums[:, masks]


def _hit(found: Ints, masks: Ints, counts: Ints, size: int) -> tuple[tuple[int, ...], int]:
    places = np.flatnonzero(found)
    mask, count = int(masks[places[0]]), counts[places[0]]
    answers = int((counts[places] == count).sum())
    return tuple(bit for bit in range(size) if mask >> bit & 1), answers


def _tried(size: int, parts: int) -> int:
    return sum(comb(size, count) for count in range(2, parts + 1))
