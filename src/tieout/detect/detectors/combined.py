"""The p-values of several columns as one."""

from dataclasses import dataclass

import numpy as np

from tieout.detect.calibration import TailCalibration
from tieout.detect.detector import FloatArray, State
from tieout.detect.detectors.keeping import calibrated, calibration_state, restored_calibration


@dataclass(frozen=True)
class Combined:
    """The smallest of a row's p-values, calibrated once more on the smallest ones of history.

    Bonferroni's factor would hold for any columns, but is too careful where they say the same;
    history tells how small the smallest usually is.
    """

    calibration: TailCalibration

    @classmethod
    def fitted(cls, log_p: FloatArray) -> "Combined":
        """From history's p-values, shape (rows, columns), 0.0 where a column says nothing."""
        return cls(calibrated(_oddness(log_p)))

    def log_p(self, log_p: FloatArray) -> FloatArray:
        """One p-value a row; 0.0 where no column says anything."""
        if log_p.shape[1] == 1:
            return log_p[:, 0]
        oddness = _oddness(log_p)
        result: FloatArray = np.where(oddness > 0.0, self.calibration.log_p(oddness), 0.0)
        return result

    def state(self) -> State:
        """What `restored` needs."""
        return calibration_state(self.calibration)

    @classmethod
    def restored(cls, state: State) -> "Combined":
        """From what `state` gave."""
        return cls(restored_calibration(state))


def _oddness(log_p: FloatArray) -> FloatArray:
    result: FloatArray = -np.minimum(log_p.min(axis=1, initial=0.0), 0.0)
    return result
