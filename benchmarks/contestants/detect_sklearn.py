"""scikit-learn: Isolation Forest and LOF, on columns as they are and standardised.

Usage: detect_sklearn.py TASK.npz OUT.npz
TASK has `fit` and `new`; OUT gets, by contender, `score NAME` (larger is odder), `seconds NAME`.
"""

import sys
import time

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor
from sklearn.preprocessing import StandardScaler

# LOF compares each row with every row of its history: of a longer one it gets a sample.
LOF_ROWS_MAX = 20_000

if __name__ == "__main__":
    task = np.load(sys.argv[1])
    fit, new = task["fit"], task["new"]
    sample = np.random.default_rng(0).permutation(len(fit))[:LOF_ROWS_MAX]
    scale = StandardScaler().fit(fit)
    inputs = {"": (fit, new), ", std": (scale.transform(fit), scale.transform(new))}
    found = {}
    for suffix, (old, rows) in inputs.items():
        for name, model, known in (
            ("sklearn IForest", IsolationForest(random_state=0), old),
            ("sklearn LOF", LocalOutlierFactor(novelty=True), old[np.sort(sample)]),
        ):
            started = time.perf_counter()
            found[f"score {name}{suffix}"] = -model.fit(known).score_samples(rows)
            found[f"seconds {name}{suffix}"] = np.array(time.perf_counter() - started)
    np.savez(sys.argv[2], **found)
