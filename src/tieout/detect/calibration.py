"""Scores become p-values: how often history had one at least as large."""

import math
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np

from tieout.detect.detector import FloatArray

TAIL_SHARE: Final = 0.02
_TAIL_MIN: Final = 25
_SCORES_MIN: Final = 100
_SHAPE_MAX: Final = 0.5
_LOG_P_MIN: Final = -1e5


@dataclass(frozen=True)
class TailCalibration:
    """The scores of history, sorted, and a tail for scores beyond them.

    Within the body a p-value is the conformal one, (1 + count of scores at least as large) /
    (n + 1) (Vovk et al., Algorithmic Learning in a Random World, 2005). The top 2 % (or 25) are
    smoothed by a generalised Pareto tail (Pickands 1975), fitted by probability-weighted moments
    (Hosking and Wallis 1987), so that scores beyond all of history still differ.
    """

    scores: FloatArray
    threshold: float
    shape: float
    scale: float
    tail_share: float

    @classmethod
    def fitted(cls, scores: FloatArray) -> Self:
        """From the scores that rows of history got without having been learnt from.

        NaN is left out. At least 25 scores make the tail; with fewer than 100 in all there is
        none, the empirical p-value is all, and scores beyond the largest share its p-value.
        """
        return cls.fitted_in_order(np.sort(scores[~np.isnan(scores)]))

    @classmethod
    def fitted_in_order(cls, known: FloatArray) -> Self:
        """As `fitted`, from scores that are sorted and known."""
        if len(known) < _SCORES_MIN:
            return cls(known, np.inf, 0.0, 1.0, 0.0)
        # Infinite scores are the oddest of all, and no law could be fitted to them.
        known = np.minimum(known, known[np.isfinite(known)].max(initial=0.0))
        tail = max(int(len(known) * TAIL_SHARE), _TAIL_MIN)
        threshold = float(known[-tail - 1])
        excess = known[-tail:] - threshold
        shape, scale = _pareto(excess)
        if scale <= 0.0:
            return cls(known, np.inf, 0.0, 1.0, 0.0)
        return cls(known, threshold, shape, scale, tail / len(known))

    def log_p(self, scores: FloatArray) -> FloatArray:
        """Natural logarithm of the p-value of each score; 0.0 for NaN."""
        n = len(self.scores)
        below = np.searchsorted(self.scores, scores, side="left")
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            result = np.log((1.0 + n - below) / (n + 1.0))
            beyond = scores > self.threshold
            if beyond.any():
                excess = (scores[beyond] - self.threshold) / self.scale
                result[beyond] = math.log(self.tail_share) + self._log_tail(excess)
        result[np.isnan(scores)] = 0.0
        bounded: FloatArray = np.clip(result, _LOG_P_MIN, 0.0)
        return bounded

    def log_p_of(self, score: float) -> float:
        """As `log_p`, of one score, a hundred times faster."""
        if math.isnan(score):
            return 0.0
        if score > self.threshold:
            excess = np.float64((score - self.threshold) / self.scale)
            found = math.log(self.tail_share) + float(self._log_tail(excess))
        else:
            n = len(self.scores)
            share = (1.0 + n - bisect_left(self._in_order, score)) / (n + 1.0)
            # By the library that is asked for tables: equal to the last bit.
            found = float(np.log(share))
        return min(max(found, _LOG_P_MIN), 0.0)

    def log_p_by_rank(self) -> FloatArray:
        """What `log_p` is of a score that is not in the tail, by how many scores lie below it."""
        n = len(self.scores)
        shares = (1.0 + n - np.arange(n + 1)) / (n + 1.0)
        bounded: FloatArray = np.clip(np.log(shares), _LOG_P_MIN, 0.0)
        return bounded

    @cached_property
    def _in_order(self) -> "array[float]":
        """The scores as Python's own numbers: numpy makes an object of each that is looked at."""
        return array("d", self.scores.astype(np.float64).tobytes())

    def _log_tail(self, excess: FloatArray | np.float64) -> FloatArray | np.float64:
        """Logarithm of the share of the tail that lies beyond, of a generalised Pareto law."""
        if self.shape == 0.0:
            return -excess
        return -np.log1p(self.shape * excess) / self.shape

    def state(self) -> dict[str, FloatArray | float]:
        """What `restored` needs."""
        return {
            "scores": self.scores,
            "threshold": self.threshold,
            "shape": self.shape,
            "scale": self.scale,
            "tail_share": self.tail_share,
        }

    @classmethod
    def restored(cls, state: Mapping[str, object]) -> Self:
        """From what `state` gave."""
        return cls(
            scores=np.asarray(state["scores"], dtype=np.float64),
            threshold=float(str(state["threshold"])),
            shape=float(str(state["shape"])),
            scale=float(str(state["scale"])),
            tail_share=float(str(state["tail_share"])),
        )


def _pareto(excess: FloatArray) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto law by probability-weighted moments."""
    n = len(excess)
    weights = (n - np.arange(1.0, n + 1.0)) / (n - 1.0)
    mean, weighted = float(excess.mean()), float((weights * excess).mean())
    gap = mean - 2.0 * weighted
    if gap <= 0.0 or mean <= 0.0:
        return 0.0, mean
    shape = min(2.0 - mean / gap, _SHAPE_MAX)
    # A bounded tail would give scores beyond its end no p-value at all.
    shape = max(shape, 0.0)
    return shape, mean * (1.0 - shape)
