"""States within states: how a detector keeps the parts that it is made of."""

from typing import TypeVar

import numpy as np

from tieout.detect.calibration import TailCalibration
from tieout.detect.detector import FloatArray, State

# So many scores give p-values as fine as reviewers can use; more would only fill the disk.
CALIBRATION_ROWS_MAX = 400_000

Model = TypeVar("Model")


def placed(prefix: str, state: State) -> State:
    """The same state under names that start with `prefix` and a dot."""
    return {f"{prefix}.{key}": value for key, value in state.items()}


def part(state: State, prefix: str) -> State:
    """What `placed` put under this prefix."""
    start = f"{prefix}."
    return {key[len(start) :]: value for key, value in state.items() if key.startswith(start)}


def calibrated(scores: FloatArray) -> TailCalibration:
    """A calibration on these scores, or on evenly spaced ones of them where they are many."""
    step = -(-len(scores) // CALIBRATION_ROWS_MAX) if len(scores) else 1
    return TailCalibration.fitted(scores[::step])


def calibration_state(calibration: TailCalibration) -> State:
    """Arrays only: a threshold can be infinite, which JSON has no word for."""
    tail = (
        calibration.threshold,
        calibration.shape,
        calibration.scale,
        calibration.tail_share,
    )
    return {"scores": calibration.scores, "tail": np.array(tail)}


def restored_calibration(state: State) -> TailCalibration:
    """From what `calibration_state` gave."""
    threshold, shape, scale, share = (float(value) for value in floats(state, "tail"))
    return TailCalibration(floats(state, "scores"), threshold, shape, scale, share)


def floats(state: State, key: str) -> FloatArray:
    """An array of the state as Float64."""
    return np.asarray(state[key], dtype=np.float64)


def integers(state: State, key: str) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """An array of the state as int64."""
    return np.asarray(state[key], dtype=np.int64)


def text(state: State, key: str) -> str:
    """A string of the state."""
    return str(state[key])


def texts(state: State, key: str) -> tuple[str, ...]:
    """A list of strings of the state."""
    values = state[key]
    if not isinstance(values, list):
        raise ValueError(f"{key} is no list")  # noqa: TRY004 - the state is at fault, not a type
    return tuple(str(value) for value in values)


def number(state: State, key: str) -> float:
    """A number of the state."""
    return float(str(state[key]))


def learnt(model: Model | None) -> Model:
    """What `fit` has set. Raises ValueError before."""
    if model is None:
        raise ValueError("fit the detector first")
    return model
