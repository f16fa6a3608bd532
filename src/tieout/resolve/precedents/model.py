"""A precedent: one confirmed decision, with what the case was like."""

import math
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tieout.resolve.facts import Facts
from tieout.resolve.kinds import ActionKind


class Result(StrEnum):
    """What became of it."""

    APPROVED = "approved"
    DONE = "done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """What of a case counts when it is compared with others."""

    reconciliation: str
    bucket: str
    side: str
    counterparty: str
    currency: str
    size: float
    sign: int
    age_days: float
    words: str

    @classmethod
    def of(cls, facts: Facts) -> "Likeness":
        """That of a break. size: log10 of 1 plus what is at risk, which no sum is made of."""
        difference = facts.difference or 0
        return cls(
            reconciliation=facts.reconciliation,
            bucket=facts.bucket,
            side=facts.side,
            counterparty=facts.counterparty.casefold().strip(),
            currency=facts.currency,
            size=math.log10(1.0 + float(facts.at_risk)),
            sign=(difference > 0) - (difference < 0),
            age_days=float(facts.age_days or 0),
            words=facts.comment,
        )


@dataclass(frozen=True, kw_only=True)
class Precedent:
    """One decision. action: what the person did, be it as proposed or otherwise.

    proposed: what had been proposed, None where nothing was. Of a rejected one, action is what the
    person did not want; it votes against that.
    """

    precedent_id: str
    like: Likeness
    action: ActionKind
    proposed: ActionKind | None
    result: Result
    day: date
    title: str = ""

    @property
    def counts(self) -> bool:
        """Whether it may be followed; what was undone or rejected may not."""
        return self.result not in {Result.WITHDRAWN, Result.FAILED, Result.REJECTED}

    @property
    def agreed(self) -> bool | None:
        """Whether the person did what was proposed; None where nothing was."""
        if self.proposed is None:
            return None
        return self.result is not Result.REJECTED and self.proposed is self.action

    def withdrawn(self) -> "Precedent":
        """The same after it was undone."""
        return replace(self, result=Result.WITHDRAWN)
