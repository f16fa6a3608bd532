"""One-to-one choice among candidate pairs that does not depend on their order or on the side."""

import numpy as np

from tieout.reconcile.evidence.work import Flags, Ints


def mutual_best(left: Ints, right: Ints, *costs: Ints) -> Flags:
    """Which pairs are taken: again and again those that are the cheapest of both their rows.

    left, right: row indexes of each candidate pair. costs: the first decides, later ones break
    ties; what is still equal goes by the sum of the indexes, which treats both sides alike.

    >>> left, right = np.array([0, 0, 1]), np.array([0, 1, 1])
    >>> mutual_best(left, right, np.array([2, 1, 5])).tolist()
    [False, True, False]
    """
    taken = np.zeros(len(left), np.bool_)
    open_pairs = np.lexsort((left + right, *reversed(costs))) if len(left) else left
    while len(open_pairs):
        first = _first_of(left[open_pairs]) & _first_of(right[open_pairs])
        chosen = open_pairs[first]
        taken[chosen] = True
        free = ~np.isin(left[open_pairs], left[chosen])
        free &= ~np.isin(right[open_pairs], right[chosen])
        open_pairs = open_pairs[free]
    return taken


def _first_of(values: Ints) -> Flags:
    first = np.zeros(len(values), np.bool_)
    first[np.unique(values, return_index=True)[1]] = True
    return first
