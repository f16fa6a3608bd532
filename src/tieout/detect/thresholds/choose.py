"""The cut that is used, and why it was taken."""

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np

from tieout.detect.detector import FloatArray
from tieout.detect.labels import LabelArray
from tieout.detect.thresholds.counts import BoolArray, Costs, CutCounts, count_cuts
from tieout.model.errors import InputError

Method: TypeAlias = Literal["threshold", "cost", "capacity", "fdr"]

WORKLOAD_MAX: Final = 0.05
LEVEL_DEFAULT: Final = 0.05


@dataclass(frozen=True, slots=True)
class CutPolicy:
    """How to choose. What is set decides: `threshold`, else `capacity`, else `method`.

    Otherwise by cost where labels of both kinds are known, else by false-discovery rate, at most
    5 % of the rows. capacity: cases that can be looked at. level: the share of false alarms among
    the flagged that is accepted. workload_max: largest share of rows that cost and
    false-discovery rate may flag; by cost it is not bounded unless set.
    """

    method: Method | None = None
    threshold: float | None = None
    capacity: int | None = None
    level: float = LEVEL_DEFAULT
    costs: Costs = field(default_factory=Costs)
    workload_max: float | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A row is flagged when its score is at least `threshold`. why: a sentence with numbers."""

    threshold: float
    method: Method
    flagged: int
    why: str


def choose(
    scores: FloatArray,
    log_p: FloatArray,
    labels: LabelArray | None = None,
    *,
    policy: CutPolicy | None = None,
    rule_flags: BoolArray | None = None,
) -> Cut:
    """The threshold of scores by a policy.

    scores: larger is odder, in the order of log_p: a larger score never has the larger p-value.
    log_p: natural logarithms of p-values, 0 where nothing is known. rule_flags: rows that are
    looked at in any case; by cost, a cut is judged by what it adds to them. Rows with equal
    scores are flagged together.

    Raises InputError for a capacity, level or cost that is out of range, and where cost is asked
    for without labels of both kinds.
    """
    policy = policy or CutPolicy()
    _refuse_bad(policy)
    cuts = count_cuts(scores, labels)
    method = _method(policy, cuts)
    if method == "threshold":
        return _explicit(cuts, float(policy.threshold or 0.0))
    if method == "capacity":
        return _by_capacity(cuts, int(policy.capacity or 0))
    if method == "cost":
        judged = cuts if rule_flags is None else count_cuts(scores, labels, rule_flags)
        return _by_cost(judged, cuts, policy, with_rules=rule_flags is not None)
    return _by_discovery(cuts, log_p, policy)


def _refuse_bad(policy: CutPolicy) -> None:
    if policy.capacity is not None and policy.capacity < 0:
        raise InputError(f"capacity {policy.capacity}: expected a number of cases, 0 or more")
    if not 0.0 < policy.level < 1.0:
        raise InputError(f"false-discovery rate {policy.level}: expected a share between 0 and 1")
    for cost in (policy.costs.false_positive, policy.costs.false_negative):
        if not (np.isfinite(cost) and cost >= 0.0):
            raise InputError(f"cost {cost}: expected a number of at least 0")
    if policy.threshold is not None and np.isnan(policy.threshold):
        raise InputError("threshold nan: expected a number")


def _method(policy: CutPolicy, cuts: CutCounts) -> Method:
    both = cuts.positives > 0 and cuts.negatives > 0
    if policy.method == "cost" and not both:
        raise InputError("a cut by cost needs labels of anomalies and of normal rows")
    if policy.method == "capacity" and policy.capacity is None:
        raise InputError("a cut by capacity needs the number of cases that can be looked at")
    if policy.method == "threshold" and policy.threshold is None:
        raise InputError("a cut by threshold needs the threshold")
    if policy.method is not None:
        return policy.method
    if policy.threshold is not None:
        return "threshold"
    if policy.capacity is not None:
        return "capacity"
    return "cost" if both else "fdr"


def _explicit(cuts: CutCounts, threshold: float) -> Cut:
    flagged = int(cuts.flagged[_last_at_least(cuts, threshold)])
    why = f"The threshold of {threshold:g} was given; {_rows(flagged)} of {cuts.rows:,} reach it."
    return Cut(threshold, "threshold", flagged, why)


def _last_at_least(cuts: CutCounts, threshold: float) -> int:
    """Position of the lowest cut that is not below a threshold; of the empty one, if none is."""
    return max(0, int(np.searchsorted(-cuts.thresholds, -threshold, side="right")) - 1)


def _by_capacity(cuts: CutCounts, capacity: int) -> Cut:
    place = _last_within(cuts, capacity)
    flagged = int(cuts.flagged[place])
    why = f"A capacity of {capacity:,} cases takes the {_rows(flagged)} with the largest scores"
    if flagged < capacity and place + 1 < len(cuts.flagged):
        more = int(cuts.flagged[place + 1]) - flagged
        why += f"; the next {more:,} have equal scores and would go beyond it"
    return Cut(float(cuts.thresholds[place]), "capacity", flagged, why + ".")


def _last_within(cuts: CutCounts, rows_max: int) -> int:
    return int(np.searchsorted(cuts.flagged, rows_max, side="right")) - 1


def _by_cost(judged: CutCounts, cuts: CutCounts, policy: CutPolicy, *, with_rules: bool) -> Cut:
    """The cheapest cut; of equally cheap ones, that which flags fewest."""
    costs = judged.cost(policy.costs)
    if policy.workload_max is not None:
        costs = costs[: _last_within(cuts, int(policy.workload_max * cuts.rows)) + 1]
    place = int(np.argmin(costs))
    flagged = int(cuts.flagged[place])
    missed = judged.positives - int(judged.true_positives[place])
    who, miss = ("it and the rules flag", "miss") if with_rules else ("it flags", "misses")
    why = (
        f"At {policy.costs.false_positive:g} a false alarm and {policy.costs.false_negative:g} a "
        f"missed anomaly this cut costs least, {costs[place]:,.10g}: of the labelled rows {who} "
        f"{int(judged.false_positives[place]):,} of {judged.negatives:,} normal ones and "
        f"{miss} {missed:,} of {judged.positives:,} anomalies."
    )
    return Cut(float(cuts.thresholds[place]), "cost", flagged, why)


def _by_discovery(cuts: CutCounts, log_p: FloatArray, policy: CutPolicy) -> Cut:
    """Benjamini and Hochberg (1995), bounded by a share of the rows."""
    accepted, log_cut = discoveries(log_p, policy.level)
    share_max = WORKLOAD_MAX if policy.workload_max is None else policy.workload_max
    bound = int(share_max * cuts.rows)
    place = _last_within(cuts, min(accepted, bound))
    flagged = int(cuts.flagged[place])
    if accepted == 0:
        why = f"No row is odd enough to keep false alarms at {policy.level:.3g} of the flagged"
    elif accepted > bound:
        why = (
            f"{_rows(accepted)} have p-values of at most {np.exp(log_cut):.3g}, which keeps false "
            f"alarms at {policy.level:.3g} of them; the cut takes {flagged:,}, within "
            f"{share_max:.3g} of all rows"
        )
    else:
        why = (
            f"The {_rows(flagged)} with p-values of at most {np.exp(log_cut):.3g} are expected to "
            f"hold no more than a share of {policy.level:.3g} of false alarms"
        )
    return Cut(float(cuts.thresholds[place]), "fdr", flagged, f"{why} (Benjamini-Hochberg).")


def discoveries(log_p: FloatArray, level: float) -> tuple[int, float]:
    """How many rows Benjamini and Hochberg's step-up accepts, and their largest log p-value.

    Source: Benjamini and Hochberg, Controlling the False Discovery Rate, JRSS B 57 (1995).
    """
    known = np.sort(np.where(np.isnan(log_p), 0.0, log_p))
    limits = np.log(level) + np.log(np.arange(1.0, len(known) + 1.0)) - np.log(max(1, len(known)))
    below = np.flatnonzero(known <= limits)
    if not len(below):
        return 0, -np.inf
    last = float(known[below[-1]])
    return int(np.searchsorted(known, last, side="right")), last


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
