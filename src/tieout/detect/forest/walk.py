"""The walks through a packed forest, compiled. Imported only where rows are scored.

Compiled once a process, in about a quarter of a second each, and not cached: numba would write
its cache beside this file. Indices are unsigned, since numba checks signed ones for being
counted from the end. Neither takes the interpreter's lock, so that threads can share the rows.
"""

import numba
import numpy as np


@numba.njit(nogil=True)
def add_depths(rows, roots, nodes, total):  # type: ignore[no-untyped-def]  # numba infers
    """Add to `total`, for each row, the depth of its leaf in every tree, in the order of trees.

    rows: float32, one row a record; NaN is missing. nodes: feature, threshold, left,
    missing_left and depth of a PackedForest.
    """
    feature, threshold, left, missing_left, depth = nodes
    for tree in range(roots.shape[0]):
        root = roots[tree]
        for row in range(rows.shape[0]):
            node = root
            while left[node] != node:
                value = rows[row, feature[node]]
                goes_left = value <= threshold[node] or (missing_left[node] and np.isnan(value))
                node = left[node] + np.uint32(0 if goes_left else 1)
            total[row] += depth[node]


@numba.njit(nogil=True)
def add_depths_by_level(rows, roots, levels, nodes, total):  # type: ignore[no-untyped-def]  # numba infers
    """As `add_depths`, for rows without missing values.

    All rows take one step before any takes the next, so that the processor works on many rows at
    once; a row that is at its leaf already stays there. For single rows this is a detour.
    """
    feature, threshold, left, _, depth = nodes
    at = np.empty(rows.shape[0], dtype=np.uint32)
    for tree in range(roots.shape[0]):
        at[:] = roots[tree]
        for _ in range(levels[tree]):
            for row in range(rows.shape[0]):
                node = at[row]
                beyond = not (rows[row, feature[node]] <= threshold[node])
                at[row] = left[node] + np.uint32(beyond)
        for row in range(rows.shape[0]):
            total[row] += depth[at[row]]
