"""p-values of residuals on either side of the centre, and of their mean over peers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.detect.detector import FloatArray
from tieout.detect.views.student import HalfStudent

_SIDE_MIN: Final = 20
_ANCHORS: Final = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001)
_ROWS_BEYOND: Final = 30


@dataclass(frozen=True)
class Tails:
    """Student's t on either side of the centre.

    apart: the share of history that is not exactly at its centre. Nothing is said of the rest.
    """

    left: HalfStudent
    right: HalfStudent
    apart: float

    @classmethod
    def fitted(cls, residuals: FloatArray) -> "Tails":
        """From residuals of history (no NaN); a side with few rows takes the law of both."""
        distances = np.abs(residuals)
        above, below = residuals > 0.0, residuals < 0.0
        both = distances[above | below]
        if len(both) == 0:
            anything = HalfStudent(1.0, 1.0)
            return cls(anything, anything, 1.0 / (len(residuals) + 1.0))
        shared = HalfStudent.fitted(both)
        left, right = (
            HalfStudent.fitted(distances[side]) if side.sum() >= _SIDE_MIN else shared
            for side in (below, above)
        )
        return cls(left, right, len(both) / len(residuals))

    def log_p(self, residuals: FloatArray) -> FloatArray:
        """Logarithm of the chance of a residual as far out on its side; 0.0 at the centre.

        NaN for NaN. Each side is judged by itself: a p-value is as frequent on the left as on the
        right of its centre.
        """
        right = residuals > 0.0
        left = residuals < 0.0
        result = np.where(np.isnan(residuals), np.nan, 0.0)
        # A row alone lies on one side, and half of the work is for nothing.
        if right.any():
            result[right] = self.right.log_p(residuals[right]) + np.log(self.apart)
        if left.any():
            result[left] = self.left.log_p(-residuals[left]) + np.log(self.apart)
        return result

    def numbers(self) -> list[float]:
        """What `of` needs."""
        left, right = self.left, self.right
        return [left.freedom, left.scale, right.freedom, right.scale, self.apart]

    @classmethod
    def of(cls, numbers: list[float]) -> "Tails":
        """From what `numbers` gave."""
        left_freedom, left_scale, right_freedom, right_scale, apart = numbers
        left, right = HalfStudent(left_freedom, left_scale), HalfStudent(right_freedom, right_scale)
        return cls(left, right, apart)


@dataclass(frozen=True)
class Recalibration:
    """What was made of several p-values, in logarithms, made a log p-value again.

    A mean of dependent p-values, or the smallest of them times their number, is as a rule too
    large (Vovk and Wang 2020, Biometrika 107). Where history has rows enough it is mapped, straight
    between anchors in logarithms, to the share of history below it; beyond the last anchor it goes
    on at the slope between the last two, at least one.
    """

    anchors: FloatArray
    shares: FloatArray

    @classmethod
    def fitted(cls, combined: FloatArray) -> "Recalibration":
        """From the rows of history (logarithms, no NaN); an anchor needs 30 rows beyond it."""
        points = [(0.0, 0.0)]
        for share in _ANCHORS:
            if len(combined) * share < _ROWS_BEYOND:
                break
            at = float(np.quantile(combined, share))
            if at < points[-1][0]:
                points.append((at, float(np.log(share))))
        # Ascending, as interpolation wants it.
        anchors, shares = np.array(points[::-1]).T
        return cls(anchors, shares)

    def log_p(self, combined: FloatArray) -> FloatArray:
        """Logarithms of p-values; NaN for NaN."""
        inside = np.interp(combined, self.anchors, self.shares)
        slope = 1.0
        if len(self.anchors) > 1:
            rise = (self.shares[1] - self.shares[0]) / (self.anchors[1] - self.anchors[0])
            slope = max(float(rise), slope)
        result: FloatArray = inside + slope * np.minimum(combined - self.anchors[0], 0.0)
        return result

    def state(self) -> dict[str, FloatArray]:
        """What `restored` needs."""
        return {"anchors": self.anchors, "shares": self.shares}

    @classmethod
    def restored(cls, state: Mapping[str, object]) -> "Recalibration":
        """From what `state` gave."""
        anchors = np.asarray(state["anchors"], dtype=np.float64)
        return cls(anchors, np.asarray(state["shares"], dtype=np.float64))
