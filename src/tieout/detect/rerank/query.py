"""Which rows to ask a person about next."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.labels import UNLABELLED, LabelArray


def query(scores: FloatArray, labels: LabelArray, n: int, *, seed: int = 0) -> NDArray[np.int64]:
    """Positions of up to `n` rows without a label: half from the top, half spread down the ranking.

    scores: larger is odder; NaN stands last. labels: 1, 0, or -1 for none. The top half finds
    anomalies. The other half is spread evenly over the *logarithm* of the rank, one row drawn by
    the seed from each stretch: what separates anomalies from the rest is learnt where the two
    meet, not in the bulk. Rows of equal score stand in their order. Most urgent first.
    """
    free = np.flatnonzero(labels == UNLABELLED)
    keys = np.where(np.isnan(scores[free]), -np.inf, scores[free])
    ranked = free[np.argsort(-keys, kind="stable")]
    n = min(n, len(ranked))
    top = (n + 1) // 2
    edges = _edges(top, len(ranked), n - top)
    random = np.random.default_rng(seed)
    spread = [int(random.integers(low, high)) for low, high in pairwise(edges)]
    return np.asarray(ranked[[*range(top), *spread]], dtype=np.int64)


def _edges(start: int, stop: int, parts: int) -> list[int]:
    """Bounds of stretches of ranks, each at least one row, as even in logarithm as that allows."""
    if parts == 0:
        return [start]
    bounds = np.exp(np.linspace(np.log(start + 1.0), np.log(stop + 1.0), parts + 1)) - 1.0
    edges = [start]
    for part in range(1, parts):
        lowest, highest = edges[-1] + 1, stop - (parts - part)
        edges.append(min(max(round(float(bounds[part])), lowest), highest))
    return [*edges, stop]
