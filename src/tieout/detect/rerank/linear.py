"""A straight line through the normal scores and their sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tieout.detect.detector import FloatArray
from tieout.detect.rerank.examples import Examples

INVERSE_PENALTY: Final = 0.01


@dataclass(frozen=True)
class Linear:
    """Logistic regression with a quadratic penalty on each feature and its absolute value."""

    weights: FloatArray
    intercept: float

    @classmethod
    def fitted(cls, examples: Examples) -> Self:
        """From examples of which at least one is an anomaly and one is not."""
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=INVERSE_PENALTY, solver="newton-cholesky", max_iter=200)
        model.fit(_sided(examples.rows), examples.positive, sample_weight=examples.weight)
        weights: FloatArray = np.asarray(model.coef_[0], dtype=np.float64)
        return cls(weights, float(model.intercept_[0]))

    def log_odds(self, rows: FloatArray) -> FloatArray:
        """Logarithm of the odds of an anomaly; summed so that company changes no rounding."""
        result = np.full(len(rows), self.intercept)
        for column, weight in zip(_sided(rows).T, self.weights, strict=True):
            result += weight * column
        return result

    def state(self) -> dict[str, FloatArray | float]:
        """What `restored` needs."""
        return {"weights": self.weights, "intercept": self.intercept}

    @classmethod
    def restored(cls, state: Mapping[str, object]) -> Self:
        """From what `state` gave."""
        weights = np.asarray(state["weights"], dtype=np.float64)
        return cls(weights, float(str(state["intercept"])))


def _sided(rows: FloatArray) -> FloatArray:
    return np.hstack([rows, np.abs(rows)])
