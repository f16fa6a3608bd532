"""Rows to learn from: by chance, by seed, in their order."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.views.peers import Coded

_CROWD: Final = 30  # rows that a group keeps in a sample of rows for its median to stand


def sampled_rows(height: int, *, rows: int, seed: int) -> NDArray[np.int64]:
    """Positions of rows picked by chance, in order; all where there are no more."""
    if height <= rows:
        return np.arange(height)
    picked = np.random.default_rng(seed).choice(height, size=rows, replace=False, shuffle=False)
    return np.sort(picked).astype(np.int64)


def sampled_by_group(coded: Coded, *, rows: int, seed: int) -> NDArray[np.int64]:
    """Positions of about so many rows, by chance, that leave small groups whole.

    A sample of rows would leave small groups with a row or two, and say that they foretell
    nothing. Groups that keep enough rows are sampled by row, the others are in or out as a whole,
    each row with the same chance. Where the rows at hand are fewer, all of them.
    """
    height = len(coded.codes)
    if height <= rows:
        return np.arange(height)
    rng = np.random.default_rng(seed)
    counts = np.bincount(coded.codes, minlength=coded.groups)
    large = counts * rows >= _CROWD * height
    group_in = rng.permutation(coded.groups) * height < rows * coded.groups
    row_in = rng.random(height) * height < rows
    return np.flatnonzero(np.where(large[coded.codes], row_in, group_in[coded.codes]))


def halves(rows: int, *, seed: int) -> NDArray[np.bool_]:
    """Which of two halves each row falls into."""
    half: NDArray[np.bool_] = np.random.default_rng(seed).permutation(rows) % 2 == 0
    return half
