"""How good a rule is: its share of rows, and how much oftener it is right than chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tieout.detect.labels import ANOMALY, UNLABELLED, LabelArray
from tieout.detect.rules.model import Rule, Severity

# The rows that another judge finds odd, for the lift without labels.
ODD_P = 0.01


@dataclass(frozen=True)
class Evidence:
    """What is known of rows beside the rules: labels, and another judge's log p-values."""

    labels: LabelArray | None = None
    log_p: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class RuleReport:
    """One rule on one table.

    rows, share: where it holds. flags: whether it may flag them. precision: share of anomalies
    among the labelled rows where it holds; recall: share of the labelled anomalies that it finds.
    lift: precision over the share of anomalies among all labelled rows (lift_over "labels"), else
    how much oftener than all rows its rows have p <= .01 by the other judge ("model"). None where
    it cannot be said. note: a sentence for a person, "" if there is nothing to say.
    """

    rule_id: str
    version: int
    title: str
    severity: Severity
    owner: str
    typology: str
    rows: int
    share: float
    flags: bool
    precision: float | None
    recall: float | None
    lift: float | None
    lift_over: str
    note: str


def measured(rule: Rule, held: NDArray[np.bool_], evidence: Evidence) -> RuleReport:
    """The report on a rule that holds at some of the rows."""
    rows = int(held.sum())
    share = rows / len(held) if len(held) else 0.0
    flags = share <= rule.may_flag_above
    precision, recall, lift = _by_labels(held, evidence.labels)
    lift_over = "labels" if lift is not None else ""
    if lift is None and evidence.log_p is not None:
        lift = _by_model(held, evidence.log_p)
        lift_over = "model" if lift is not None else ""
    return RuleReport(
        rule_id=rule.id,
        version=rule.version,
        title=rule.title,
        severity=rule.severity,
        owner=rule.owner,
        typology=rule.typology,
        rows=rows,
        share=share,
        flags=flags,
        precision=precision,
        recall=recall,
        lift=lift,
        lift_over=lift_over,
        note="" if flags else _too_many(rule, rows, share),
    )


def _too_many(rule: Rule, rows: int, share: float) -> str:
    return (
        f"{rule.id} holds at {rows:,} rows, {share:.1%} of all and more than "
        f"{rule.may_flag_above:.1%}: it warns and does not flag; narrow it, or set may_flag_above"
    )


def _by_labels(
    held: NDArray[np.bool_], labels: LabelArray | None
) -> tuple[float | None, float | None, float | None]:
    """Precision, recall and lift."""
    if labels is None:
        return None, None, None
    known, wrong = labels != UNLABELLED, labels == ANOMALY
    anomalies, found = int(wrong.sum()), int((held & wrong).sum())
    recall = found / anomalies if anomalies else None
    judged = int((held & known).sum())
    if not judged:
        return None, recall, None
    precision = found / judged
    lift = precision / (anomalies / int(known.sum())) if anomalies else None
    return precision, recall, lift


def _by_model(held: NDArray[np.bool_], log_p: NDArray[np.float64]) -> float | None:
    odd = log_p <= np.log(ODD_P)
    if not odd.any() or not held.any():
        return None
    return float(odd[held].mean() / odd.mean())
