"""River: Half-Space Trees on the vector of a minute's metrics, and ADWIN on each metric.

Usage: monitor_river.py TASK.npz OUT.npz
TASK has `counts` (minutes, cells, statuses), approved first, and `latency` (minutes, cells), NaN
where nobody paid. OUT gets rows of cell, column and the minute of each alarm: `HalfSpaceTrees`
(column -1) and `ADWIN` (column: status, then volume, then latency), and `seconds` of both.
"""

import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river.anomaly import HalfSpaceTrees, QuantileFilter
from river.compose import Pipeline
from river.drift import ADWIN
from river.preprocessing import MinMaxScaler

QUANTILE = 0.999

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def metrics_of(counts: Floats, latency: Floats) -> Floats:
    """Rates but of approvals, events, latency: (minutes, cells, columns)."""
    events = counts.sum(axis=2, keepdims=True)
    rates = counts[:, :, 1:] / np.maximum(events, 1)
    found: Floats = np.concatenate([rates, events, np.nan_to_num(latency)[:, :, None]], axis=2)
    return found


def half_space(metrics: Floats) -> Ints:
    """Alarms of the vectors, a model a cell, beyond the 99.9 % of scores so far."""
    found = []
    for cell in range(metrics.shape[1]):
        trees = HalfSpaceTrees(n_trees=25, height=10, window_size=250, seed=7)
        model = Pipeline(MinMaxScaler(), QuantileFilter(trees, q=QUANTILE))
        for minute, row in enumerate(metrics[:, cell].tolist()):
            vector = dict(enumerate(row))
            score = model.score_one(vector)
            if minute > 1440 and model["QuantileFilter"].classify(score):
                found.append((cell, -1, minute))
            model.learn_one(vector)
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def adwin(metrics: Floats) -> Ints:
    """Minutes at which a metric has drifted, a detector a cell and metric."""
    found = []
    for cell in range(metrics.shape[1]):
        for column in range(metrics.shape[2]):
            detector = ADWIN(delta=0.002)
            for minute, value in enumerate(metrics[:, cell, column].tolist()):
                detector.update(value)
                if detector.drift_detected:
                    found.append((cell, column, minute))
    return np.array(found, dtype=np.int64).reshape(-1, 3)


if __name__ == "__main__":
    task = np.load(sys.argv[1])
    metrics = metrics_of(task["counts"], task["latency"])
    answer: dict[str, Any] = {}
    for name, method in (("HalfSpaceTrees", half_space), ("ADWIN", adwin)):
        started = time.process_time()
        answer[name] = method(metrics)
        answer[f"seconds {name}"] = np.array(time.process_time() - started)
    np.savez(sys.argv[2], **answer)
