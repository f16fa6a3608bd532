"""Columns that go together count once: distances in units of what is usual in each direction."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tieout.detect.detector import FloatArray

SHRINKAGE: Final = 0.10
_VARIANCE_MIN: Final = 0.5


@dataclass(frozen=True)
class Whitening:
    """Normal scores become coordinates in which the usual rows are round.

    The covariance is shrunk to the identity (Ledoit and Wolf 2004, with a fixed weight of a
    tenth), which also bounds how much a direction that hardly varies is stretched. The symmetric
    root is taken (ZCA; Kessy, Lewin and Strimmer 2018), so that each coordinate stays that of one
    column.
    """

    centre: FloatArray
    root: FloatArray

    @classmethod
    def fitted(cls, scores: FloatArray) -> Self:
        """From the normal scores of usual rows (rows x columns, at least two rows)."""
        width = scores.shape[1]
        covariance = np.cov(scores, rowvar=False).reshape(width, width)
        # A flag that is nearly always 0 has next to no variance; without a floor, each 1 would
        # be a giant among the distances.
        lack = np.maximum(_VARIANCE_MIN - np.diag(covariance), 0.0)
        shrunk = (1.0 - SHRINKAGE) * (covariance + np.diag(lack)) + SHRINKAGE * np.eye(width)
        values, vectors = np.linalg.eigh(shrunk)
        return cls(scores.mean(axis=0), (vectors / np.sqrt(values)) @ vectors.T)

    def coordinates(self, scores: FloatArray) -> FloatArray:
        """Rows x columns. Summed column by column, not by BLAS, whose rounding depends on how
        many rows come at once: a row has the same coordinates alone as in company.
        """
        centred = scores - self.centre
        result = np.zeros_like(centred)
        for column, weights in enumerate(self.root):
            result += centred[:, column : column + 1] * weights
        return result
