"""Many series at once: which of a minute's p-values count."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from tieout.monitor.limits import FloatArray
from tieout.monitor.statuses import APPROVED, rate_name
from tieout.monitor.verdict import Mask, Verdict

NO_TEST: Final = ("", rate_name(""), rate_name(APPROVED))


def false_discovery_limit(p_values: FloatArray, level: float) -> float:
    """The largest p-value that counts, so that of those which do at most `level` are false.

    The step-up procedure of Benjamini and Hochberg (J. R. Stat. Soc. B 57, 1995): p-value k of m,
    in order, counts where one from k on is at most k / m times the level. It holds for series that
    depend on each other positively too (Benjamini and Yekutieli, Ann. Stat. 29, 2001), as cells
    that lie within each other do. 0 where none counts.

    >>> false_discovery_limit(np.array([0.001, 0.019, 0.02, 0.9]), 0.04)
    0.02
    >>> false_discovery_limit(np.array([0.02, 0.5, 0.6, 0.9]), 0.04)
    0.0
    """
    if not p_values.size:
        return 0.0
    ordered = np.sort(p_values, axis=None)
    steps = np.arange(1, ordered.size + 1) * (level / ordered.size)
    below = np.flatnonzero(ordered <= steps)
    return float(ordered[below[-1]]) if len(below) else 0.0


def keep_discoveries(verdicts: Sequence[Verdict], level: float) -> None:
    """Take back what does not count among all series of a minute.

    level: of the minute. The least p-value of a series is as many times as large as it was chosen
    from (Bonferroni).
    """
    asked = [verdict.known & _tests(verdict) for verdict in verdicts]
    scaled = [np.minimum(verdict.p_value * verdict.tests, 1.0) for verdict in verdicts]
    found = [p[mask] for p, mask in zip(scaled, asked, strict=True)]
    limit = false_discovery_limit(np.concatenate(found) if found else np.zeros(0), level)
    for verdict, p in zip(verdicts, scaled, strict=True):
        verdict.breached &= p <= limit


def _tests(verdict: Verdict) -> Mask:
    return np.array([name not in NO_TEST for name in verdict.metrics])
