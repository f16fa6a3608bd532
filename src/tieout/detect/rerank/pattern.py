"""Whether labels have a pattern that was learnt: how often none would look as good."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from tieout.detect.detector import FloatArray
from tieout.detect.novelty.matrix import BoolArray
from tieout.model.special import normal_below

_DRAWS: Final = 9_999
_DRAWN_MAX: Final = 200


def chance_of_order(truth: BoolArray, several: Sequence[FloatArray], *, seed: int) -> float:
    """The chance that labels dealt out at random stand as high as the anomalies do.

    truth: of each row whether it is an anomaly; some are and some are not. several: scores of these
    rows by models that had not seen them, once a repeat. A permutation test of the ranks, the mean
    over repeats (Wilcoxon 1945; Pitman 1937): 9,999 deals, or beyond 200 rows the normal law of
    their sum, which is as good there. A row is scored by a model that has
    one label of its kind the less, so that the chance errs upwards.
    """
    ranks = np.mean([_ranks(scores) for scores in several], axis=0)
    hits, rows = int(truth.sum()), len(ranks)
    stands = float(ranks[truth].sum())
    if rows > _DRAWN_MAX:
        variance = hits * (rows - hits) / (rows - 1.0) * float(ranks.var())
        deviate = (stands - hits * float(ranks.mean())) / max(float(np.sqrt(variance)), 1e-12)
        return float(normal_below(-deviate))
    random = np.random.default_rng(seed)
    dealt = random.random((_DRAWS, rows)).argpartition(hits - 1, axis=1)[:, :hits]
    as_high = int((ranks[dealt].sum(axis=1) >= stands - 1e-9).sum())
    return (1.0 + as_high) / (1.0 + _DRAWS)


def _ranks(scores: FloatArray) -> FloatArray:
    """From 1 for the lowest; equal scores share the mean of theirs."""
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: FloatArray = (last - (count - 1) / 2.0)[place]
    return ranks
