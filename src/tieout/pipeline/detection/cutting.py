"""Where the scores are cut, when nobody says where."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.roles.infer import Profile
from tieout.detect.thresholds import Cut, CutPolicy, choose
from tieout.pipeline.detection.data import Data
from tieout.pipeline.detection.model import Judgement

if TYPE_CHECKING:
    from tieout.pipeline.detection.job import DetectJob

# Detectors whose p-values are ranks among the rows that they learnt from.
_BY_RANK: Final = frozenset({"payment_pattern", "novelty", "peer_views", "robust_z"})
# Share of the rows that people are asked to look at, where nothing says how many are odd. Rules
# take 1 % of a journal by themselves, so that what only detectors find would not be looked at.
_WORKLOAD: Final = 0.01
_WORKLOADS: Final[Mapping[Profile, float]] = MappingProxyType({"payments": 0.05, "journal": 0.05})


def cut_scores(
    job: "DetectJob",
    data: Data,
    judgement: Judgement,
    score: FloatArray,
    log_p: FloatArray,
    rule_flags: NDArray[np.bool_],
) -> Cut:
    """The cut that was asked for; else by false-discovery rate, or by workload.

    Labels measure and do not choose, unless costs or learning were asked for. P-values that are
    ranks among the very rows that are judged cannot tell how many of them are odd, as each rank
    comes up once: then detectors and rules together flag 1 % of the rows, 5 % of
    payments and of journal lines.
    """
    policy = job.policy
    asked = (policy.method, policy.threshold, policy.capacity) != (None, None, None)
    if asked or job.learn:
        labels = data.labels.values if job.labels is not None else None
        return choose(score, log_p, labels, policy=policy, rule_flags=rule_flags)
    heard = {name for name in judgement.judge.detectors if not judgement.judge.penalties.get(name)}
    if data.history is None and _BY_RANK & heard:
        share = _WORKLOADS.get(data.profile, _WORKLOAD)
        return _within_workload(score, log_p, rule_flags, share=share)
    return choose(score, log_p, policy=replace(policy, method="fdr"), rule_flags=rule_flags)


def _within_workload(
    score: FloatArray, log_p: FloatArray, rule_flags: NDArray[np.bool_], *, share: float
) -> Cut:
    rows = len(score)
    left = max(int(share * rows) - int(rule_flags.sum()), 0)
    others = _largest(np.where(rule_flags, np.nan, score), rows=left + 1)
    cut = choose(others, log_p, policy=CutPolicy(capacity=left))
    why = (
        f"Detectors and rules together flag {100 * share:g} % of the rows: how many are odd cannot "
        "be told from the rows themselves (--history, --capacity, --fdr or --threshold say more)."
    )
    return replace(cut, flagged=int((score >= cut.threshold).sum()), why=why)


def _largest(scores: FloatArray, *, rows: int) -> FloatArray:
    """The so many largest scores and those equal to the last of them; NaN for all others.

    Putting all of them in order takes five times as long.
    """
    if rows >= len(scores):
        return scores
    known = np.where(np.isnan(scores), -np.inf, scores)
    least = np.partition(known, -rows)[-rows]
    return np.where(known >= least, scores, np.nan)
