"""Ranks, and how alike two columns rank the same rows."""

import numpy as np

from tieout.detect.detector import FloatArray


def average_ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1, equal values sharing the mean of theirs; a missing value ranks mid-way."""
    ranks = np.empty(len(values))
    known = ~np.isnan(values)
    _, inverse, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    ranks[known] = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]
    ranks[~known] = (known.sum() + 1) / 2.0
    return ranks


def rank_correlation(first: FloatArray, second: FloatArray) -> float:
    """Spearman's, over the rows that both know; 0.0 where there are too few or all are equal."""
    known = ~(np.isnan(first) | np.isnan(second))
    ranks = [average_ranks(values[known]) for values in (first, second)]
    if known.sum() < 3 or any(rank.min() == rank.max() for rank in ranks):
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
