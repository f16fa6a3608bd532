"""Whether a confidence means what it says."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tieout.explain.words.similarity import FloatArray

_BINS = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """How often the likeliest bucket was right, on texts that were left out of the fit.

    error: the expected calibration error, 0 to 1.
    """

    texts: int
    accuracy: float
    confidence: float
    error: float

    @classmethod
    def measured(cls, confidence: FloatArray, right: NDArray[np.bool_]) -> "Calibration":
        """From the confidence in each answer and whether it was right; at least one answer."""
        return cls(
            texts=len(right),
            accuracy=round(float(right.mean()), 4),
            confidence=round(float(confidence.mean()), 4),
            error=round(expected_calibration_error(confidence, right), 4),
        )


def expected_calibration_error(confidence: FloatArray, right: NDArray[np.bool_]) -> float:
    """The gap between confidence and share of right answers, averaged over ten bands.

    Guo et al., On calibration of modern neural networks (2017), with bands of equal width.

    >>> expected_calibration_error(np.array([0.75, 0.75]), np.array([True, False]))
    0.25
    """
    band = np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
    gap = np.bincount(band, weights=confidence - right, minlength=_BINS)
    return float(np.abs(gap).sum() / max(len(right), 1))
