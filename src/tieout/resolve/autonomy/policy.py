"""The autonomy policy: who may act alone, where, up to what, and with what record."""

from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tieout.resolve.kinds import ActionKind


class Level(StrEnum):
    """manual: nothing is proposed. suggest: a person approves. auto: it acts, and is listed."""

    MANUAL = "manual"
    SUGGEST = "suggest"
    AUTO = "auto"


class Scope(BaseModel):
    """What a record of decisions is kept for."""

    model_config = ConfigDict(frozen=True)

    reconciliation: str
    bucket: str
    counterparty: str
    action: str

    def __str__(self) -> str:
        parts = (self.reconciliation, self.bucket, self.counterparty or "any", self.action)
        return " / ".join(parts)


class AutonomyRule(BaseModel):
    """Where a level holds; `*` and `?` stand for anything. The first rule that fits counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reconciliation: str = "*"
    bucket: str = "*"
    counterparty: str = "*"
    action: ActionKind | None = None
    level: Level = Level.SUGGEST
    amount_max: Annotated[
        Decimal, Field(ge=0, description="No automatic act is about more than this.")
    ] = Decimal(0)
    daily_count_max: Annotated[int, Field(ge=0)] = 50
    daily_amount_max: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    precedents_min: Annotated[
        int, Field(ge=10, description="Decisions in the scope before it may act alone.")
    ] = 30
    error_max: Annotated[float, Field(gt=0, lt=0.5, description="The stated error rate.")] = 0.05

    def fits(self, scope: Scope) -> bool:
        """Whether it says anything about a scope."""
        named = (
            (self.reconciliation, scope.reconciliation),
            (self.bucket, scope.bucket),
            (self.counterparty.casefold(), scope.counterparty.casefold()),
        )
        return (self.action is None or self.action == scope.action) and all(
            fnmatchcase(value, pattern) for pattern, value in named
        )


class AutonomySpec(BaseModel):
    """The policy of a workspace.

    checked_share: of what would run alone, the part that a person still sees first, so that an
    error rate is known at all once it runs alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: Annotated[bool, Field(description="The kill switch: false lets nothing run.")] = False
    default: Annotated[Level, Field(description="Where no rule fits; never auto.")] = Level.SUGGEST
    confidence: Annotated[float, Field(ge=0.8, lt=1)] = 0.95
    checked_share: Annotated[float, Field(ge=0.01, le=1)] = 0.1
    rules: tuple[AutonomyRule, ...] = ()

    def rule_for(self, scope: Scope) -> AutonomyRule:
        """The first rule that fits, or the default level."""
        level = Level.SUGGEST if self.default is Level.AUTO else self.default
        return next((rule for rule in self.rules if rule.fits(scope)), AutonomyRule(level=level))

    def scope_of(self, one: Scope) -> Scope:
        """The scope whose record counts: all counterparties together, unless the rule names some.

        >>> one = Scope(reconciliation="r", bucket="fx_rate", counterparty="Acme", action="chase")
        >>> str(AutonomySpec().scope_of(one))
        'r / fx_rate / any / chase'
        """
        if self.rule_for(one).counterparty == "*":
            return one.model_copy(update={"counterparty": ""})
        return one
