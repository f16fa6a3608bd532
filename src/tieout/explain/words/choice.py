"""Probabilities of buckets from several measures of fit: a conditional logit."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tieout.explain.words.similarity import FloatArray

# Keeps the weights of measures that say nothing yet at nothing, and all of them finite.
_PENALTY: Final = 1e-3


@dataclass(frozen=True)
class ConditionalLogit:
    """P(bucket) is proportional to exp(sum of weight x measure), the weights shared by all buckets.

    McFadden, Conditional logit analysis of qualitative choice behavior (1974). With measures that
    were taken leaving each text out, fitting the weights by likelihood also sets the temperature:
    the probabilities come out calibrated on those texts. No measure of fit can count against its
    bucket: weights are at least 0, but for the measures in `free`.
    """

    weights: FloatArray

    @classmethod
    def fitted(
        cls,
        measures: FloatArray,
        truth: NDArray[np.intp],
        *,
        importance: FloatArray,
        start: FloatArray,
        free: tuple[int, ...] = (),
    ) -> Self:
        """Learn from measures (text x bucket x measure) and the true bucket of each text.

        importance: how much each text counts. start: the weights that hold until texts speak
        against them.
        """
        from scipy.optimize import minimize

        count = measures.shape[2]
        share = importance / importance.sum()
        rows = np.arange(len(truth))
        chosen = share @ measures[rows, truth]

        def loss(weights: FloatArray) -> tuple[float, FloatArray]:
            scores = measures @ weights
            top = scores.max(axis=1, keepdims=True)
            raised = np.exp(scores - top)
            total = raised.sum(axis=1, keepdims=True)
            log_total = float(share @ (np.log(total[:, 0]) + top[:, 0]))
            expected = np.einsum("r,rb,rbm->m", share, raised / total, measures)
            moved = weights - start
            value = log_total - float(chosen @ weights) + _PENALTY * float(moved @ moved) / 2
            return value, expected - chosen + _PENALTY * moved

        bounds = [(None if each in free else 0.0, None) for each in range(count)]
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
        return cls(np.asarray(found.x, dtype=np.float64))

    def probabilities(self, measures: FloatArray) -> FloatArray:
        """text x bucket, each row summing to 1."""
        scores = measures @ self.weights
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: FloatArray = raised / raised.sum(axis=1, keepdims=True)
        return shares
