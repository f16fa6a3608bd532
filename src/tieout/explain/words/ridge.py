"""Kernel ridge regression with exact leave-one-out values."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from tieout.explain.words.similarity import FloatArray


@dataclass(frozen=True)
class KernelRidge:
    """One weight for each learnt text and target; a value is a weighted sum of likenesses.

    Saunders, Gammerman and Vovk, Ridge regression learning algorithm in dual variables (1998).
    `left_out` holds what each learnt text would be given by all the others: y - a / diag(C) with
    a = C y and C the inverse of the penalised kernel (Cawley and Talbot 2003), so that judging
    the fit costs no second one.
    """

    weights: FloatArray
    left_out: FloatArray

    @classmethod
    def fitted(
        cls, kernel: FloatArray, targets: FloatArray, *, importance: FloatArray, penalty: float
    ) -> Self:
        """Learn `targets` (text x target) by a symmetric `kernel` (text x text).

        importance: how much each text counts, above 0; penalty: above 0, larger is smoother.
        """
        from scipy.linalg import cho_factor, cho_solve

        size = len(kernel)
        penalised = kernel + np.diag(penalty / importance)
        factor = cho_factor(penalised, lower=True)
        inverse: FloatArray = cho_solve(factor, np.eye(size))
        weights: FloatArray = inverse @ targets
        return cls(weights, targets - weights / np.diag(inverse)[:, None])

    def values(self, likeness: FloatArray) -> FloatArray:
        """The value of each text for each target; likeness: text x learnt text."""
        product: FloatArray = likeness @ self.weights
        return product
