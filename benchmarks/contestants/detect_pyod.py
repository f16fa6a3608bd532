"""PyOD: IForest, ECOD, COPOD, HBOS and LOF on standardised columns.

Usage: detect_pyod.py TASK.npz OUT.npz
TASK has `fit` and `new`; OUT gets, by contender, `score NAME` (larger is odder), `seconds NAME`,
and `probability NAME`, PyOD's own (unified) one.
"""

import sys
import time

import numpy as np
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.iforest import IForest
from pyod.models.lof import LOF
from sklearn.preprocessing import StandardScaler

LOF_ROWS_MAX = 20_000

if __name__ == "__main__":
    task = np.load(sys.argv[1])
    scale = StandardScaler().fit(task["fit"])
    fit, new = scale.transform(task["fit"]), scale.transform(task["new"])
    sample = np.sort(np.random.default_rng(0).permutation(len(fit))[:LOF_ROWS_MAX])
    found = {}
    for name, model, known in (
        ("pyod IForest", IForest(random_state=0), fit),
        ("pyod ECOD", ECOD(), fit),
        ("pyod COPOD", COPOD(), fit),
        ("pyod HBOS", HBOS(), fit),
        ("pyod LOF", LOF(novelty=True), fit[sample]),
    ):
        started = time.perf_counter()
        found[f"score {name}"] = model.fit(known).decision_function(new)
        found[f"seconds {name}"] = np.array(time.perf_counter() - started)
        found[f"probability {name}"] = model.predict_proba(new, method="unify")[:, 1]
    np.savez(sys.argv[2], **found)
