"""What a scan found."""

from dataclasses import dataclass
from enum import StrEnum

Condition = tuple[tuple[int, int], ...]
"""Attribute and code of its value, for each attribute that a combination fixes, ascending."""


class Verdict(StrEnum):
    """How a scan ended."""

    NAMED = "named"  # one or more causes
    EVERYWHERE = "everywhere"  # something happened, and to all alike
    QUIET = "quiet"  # nothing that noise does not explain


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A combination of attribute values and how it stands out.

    support: trials in it: rows, or the sum of totals. outcome_rate: outcomes in a trial; for
        measures, the mean value of a row. expected_rate: what was expected of it.
    risk_ratio: outcome_rate over that of all other trials, with its 95 % interval.
    p_value: one-sided, of that ratio, times the number of combinations that were looked at.
    explained_share: part of what went beyond expectation that is in it, 0 to 1.
    evidence: log odds in nats against the best explanation without a cause, prior included.
    """

    condition: Condition
    support: float
    outcome_rate: float
    expected_rate: float
    risk_ratio: float
    ratio_low: float
    ratio_high: float
    p_value: float
    explained_share: float
    evidence: float
    named: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """Named causes in the order in which they were found, then the others by evidence.

    combinations: how many were compared. everywhere: evidence that all is affected alike, in
        nats against nothing at all; None where that was not asked.
    """

    verdict: Verdict
    causes: tuple[Cause, ...]
    combinations: int
    everywhere: float | None = None

    @property
    def named(self) -> tuple[Cause, ...]:
        """The causes that are named."""
        return tuple(cause for cause in self.causes if cause.named)
