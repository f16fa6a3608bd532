"""Whether a proposal may be carried out without asking, and why or why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

from tieout.resolve.autonomy.bounds import chance_of_as_many, confidence_of_look, upper_bound
from tieout.resolve.autonomy.policy import AutonomyRule, AutonomySpec, Level, Scope

RECENT: Final = 20
_DRIFT_CHANCE_MAX: Final = 0.01


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a scope has earned since it was last revoked: one entry a decision, oldest first.

    right: whether the person did what was proposed. What was automatic and later undone is wrong.
    revoked: why it may not act alone until its record is earned anew; blank where it was not.
    alone: acts that ran alone since then. unseen: those among them after the last one that a
    person saw first.
    """

    right: tuple[bool, ...] = ()
    alone: int = 0
    unseen: int = 0
    revoked: str = ""

    @property
    def errors(self) -> int:
        """How often it was wrong."""
        return sum(not each for each in self.right)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What ran alone today in the scope's rule."""

    count: int = 0
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The level that holds, and the reason in a line. checked: a person is asked to keep count."""

    level: Level
    reason: str
    bound: float = 1.0
    checked: bool = False


def judge(
    scope: Scope,
    amount: Decimal,
    record: Record,
    spec: AutonomySpec,
    spent: Spent,
    *,
    identity: str,
) -> Verdict:
    """The level of one proposal. identity: of the case; which are checked follows from it."""
    rule = spec.rule_for(scope)
    if rule.level is not Level.AUTO:
        return Verdict(level=rule.level, reason=f"the policy says {rule.level}")
    if not spec.enabled:
        return _ask("automatic actions are switched off")
    earned, reason, bound = earns(record, spec, scope)
    barrier = _limit_passed(rule, amount, spent) if earned else reason
    if barrier:
        return _ask(barrier, bound)
    if record.unseen + 1 > unseen_max(record.alone, rule.error_max):
        said = (
            f"a person has seen none of the last {record.unseen}; were all of them wrong, it "
            "would be too many"
        )
        return Verdict(level=Level.SUGGEST, reason=said, bound=bound, checked=True)
    if is_checked(identity, spec.checked_share):
        said = "one of those that a person sees first, so that the error rate stays known"
        return Verdict(level=Level.SUGGEST, reason=said, bound=bound, checked=True)
    return Verdict(level=Level.AUTO, reason=reason, bound=bound)


def unseen_max(alone: int, error_max: float) -> int:
    """How many acts may run alone before a person sees one.

    Half of the errors that are stated is kept for what may go wrong unseen when people change
    their minds; so trust grows with what went well.

    >>> [unseen_max(alone, 0.1) for alone in (0, 40, 200)]
    [1, 2, 10]
    """
    return max(1, int(0.5 * error_max * alone))


def _limit_passed(rule: AutonomyRule, amount: Decimal, spent: Spent) -> str:
    """Which limit keeps this one from running alone; blank where none does."""
    if amount > rule.amount_max:
        return f"{amount} is above the ceiling of {rule.amount_max}"
    if spent.count + 1 > rule.daily_count_max:
        return f"{spent.count} ran today, and {rule.daily_count_max} is the limit"
    if spent.amount + amount > rule.daily_amount_max:
        return f"it would pass the daily limit of {rule.daily_amount_max}"
    return ""


def earns(record: Record, spec: AutonomySpec, scope: Scope) -> tuple[bool, str, float]:
    """Whether a record is good enough, why, and the bound on its error rate."""
    rule = spec.rule_for(scope)
    count = len(record.right)
    if record.revoked:
        return False, record.revoked, 1.0
    if count < rule.precedents_min:
        return False, f"{count} of {rule.precedents_min} decisions that it needs", 1.0
    if drifted(record.right, rule.error_max):
        return False, f"it was wrong too often in the last {RECENT} decisions", 1.0
    confidence = confidence_of_look(spec.confidence, decisions=count, first=rule.precedents_min)
    bound = upper_bound(record.errors, count, confidence=confidence)
    said = (
        f"wrong {record.errors} of {count} times: at most {bound:.1%} "
        f"with {confidence:.1%} confidence, and {rule.error_max:.1%} is stated"
    )
    return bound <= rule.error_max, said, bound


def drifted(right: Sequence[bool], error_max: float) -> bool:
    """Whether the latest decisions are worse than the stated rate allows."""
    latest = right[-RECENT:]
    errors = sum(not each for each in latest)
    return errors >= 2 and chance_of_as_many(errors, len(latest), error_max) < _DRIFT_CHANCE_MAX


def is_checked(identity: str, share: float) -> bool:
    """Whether a person sees this one first. It follows from the case, so nobody can choose it."""
    return int(sha256(identity.encode()).hexdigest()[:8], 16) < share * 0x1_0000_0000


def _ask(reason: str, bound: float = 1.0) -> Verdict:
    return Verdict(level=Level.SUGGEST, reason=reason, bound=bound)
