"""One calibration for each large group, and one for all the small ones."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.calibration import TailCalibration
from tieout.detect.detector import FloatArray, Json, State
from tieout.detect.detectors.keeping import (
    calibrated,
    calibration_state,
    integers,
    part,
    placed,
    restored_calibration,
)

# Fewer scores have no tail of their own (TailCalibration): all far values would be equally odd.
GROUP_ROWS_MIN: Final = 1_250


@dataclass(frozen=True)
class GroupCalibration:
    """What is far for one account type may be usual for another.

    own: the calibration of each group with at least 1,250 scores, by its code. pooled: that of all
    scores, for every other group.
    """

    own: dict[int, TailCalibration]
    pooled: TailCalibration

    @classmethod
    def fitted(cls, codes: NDArray[np.integer], scores: FloatArray) -> "GroupCalibration":
        """From the group and the score of each row of history; NaN is left out."""
        known = ~np.isnan(scores)
        codes, scores = codes[known], scores[known]
        order = np.argsort(codes, kind="stable")
        large = np.flatnonzero(np.bincount(codes) >= GROUP_ROWS_MIN)
        sorted_codes = codes[order]
        own = {}
        for code in large:
            first, end = np.searchsorted(sorted_codes, (code, code + 1))
            own[int(code)] = calibrated(scores[order[first:end]])
        return cls(own if len(own) > 1 else {}, calibrated(scores))

    def of(self, code: int) -> TailCalibration:
        """The calibration that a group is judged by."""
        return self.own.get(code, self.pooled)

    def log_p_of_history(self, codes: NDArray[np.integer], scores: FloatArray) -> FloatArray:
        """As `log_p`, each score of history judged by the others.

        Only ranks are moved by a score's own presence, and only where there is no tail: the pooled
        calibration of a small history.
        """
        n = len(self.pooled.scores)
        if self.own or np.isfinite(self.pooled.threshold) or n == 0:
            return self.log_p(codes, scores)
        at_least = n - np.searchsorted(self.pooled.scores, scores, side="left")
        share = np.log(np.maximum(at_least, 1) / n)
        return np.where(np.isnan(scores), 0.0, share)

    def log_p(self, codes: NDArray[np.integer], scores: FloatArray) -> FloatArray:
        """Natural logarithm of the p-value of each score; 0.0 for NaN."""
        result = self.pooled.log_p(scores)
        if not self.own:
            return result
        order = np.argsort(codes, kind="stable")
        present, firsts = np.unique(codes[order], return_index=True)
        for code, rows in zip(present, np.split(order, firsts[1:]), strict=True):
            if int(code) in self.own:
                result[rows] = self.own[int(code)].log_p(scores[rows])
        return result

    def state(self) -> State:
        """What `restored` needs."""
        result: dict[str, Json | NDArray[np.generic]] = {
            "codes": np.array(list(self.own), dtype=np.int64),
            **placed("pooled", calibration_state(self.pooled)),
        }
        for code, calibration in self.own.items():
            result.update(placed(f"own{code}", calibration_state(calibration)))
        return result

    @classmethod
    def restored(cls, state: State) -> "GroupCalibration":
        """From what `state` gave."""
        return cls(
            {
                int(code): restored_calibration(part(state, f"own{code}"))
                for code in integers(state, "codes")
            },
            restored_calibration(part(state, "pooled")),
        )
