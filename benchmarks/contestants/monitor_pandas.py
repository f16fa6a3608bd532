"""pandas: mean + 3 sigma of the day before, fifteen minutes in a row.

Usage: monitor_pandas.py TASK.npz OUT.npz
TASK and OUT as of monitor_river.py; OUT has `in a row` (fifteen) and `at once` (one).
"""

import sys
import time
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SIGMAS = 3.0
WINDOW_MINUTES = 1440
IN_A_ROW = 15

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def alarms(metrics: Floats, consecutive: int) -> Ints:
    """Minutes out of limits, up or (volume) down as well."""
    minutes, cells, columns = metrics.shape
    frame = pd.DataFrame(metrics.reshape(minutes, cells * columns))
    before = frame.shift(1).rolling(WINDOW_MINUTES, min_periods=WINDOW_MINUTES // 2)
    mean, sigma = before.mean(), before.std()
    out = frame > mean + SIGMAS * sigma
    volumes = np.arange(cells * columns) % columns == columns - 2
    out.loc[:, volumes] |= (frame < mean - SIGMAS * sigma).loc[:, volumes]
    lasting = out.rolling(consecutive).sum() >= consecutive
    at, series = np.nonzero(lasting.to_numpy())
    found: Ints = np.stack([series // columns, series % columns, at], axis=1)
    return found


if __name__ == "__main__":
    task = np.load(sys.argv[1])
    counts, latency = task["counts"], task["latency"]
    events = counts.sum(axis=2, keepdims=True)
    rates = counts[:, :, 1:] / np.maximum(events, 1)
    metrics = np.concatenate([rates, events, latency[:, :, None]], axis=2)
    answer: dict[str, Any] = {}
    for name, consecutive in (("in a row", IN_A_ROW), ("at once", 1)):
        started = time.process_time()
        answer[name] = alarms(metrics, consecutive)
        answer[f"seconds {name}"] = np.array(time.process_time() - started)
    np.savez(sys.argv[2], **answer)
