"""Whether a proposal may be carried out without asking, and why or why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Final

from tieout.resolve.autonomy.bounds import chance_of_as_many, upper_bound
from tieout.resolve.autonomy.policy import AutonomyRule, AutonomySpec, Level, Scope

RECENT: Final = 20
# How many a person has to have done as proposed since the last one that was done otherwise.
STEADY: Final = 5
_DRIFT_CHANCE_MAX: Final = 0.01


class Way(StrEnum):
    """What becomes of a proposal.

    manual: it is not made. suggest: a person decides. check: a person decides, and what is held
    follows from that. hold: it runs alone once the next check is done as proposed. run: it runs
    alone now.
    """

    MANUAL = "manual"
    SUGGEST = "suggest"
    CHECK = "check"
    HOLD = "hold"
    RUN = "run"


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a scope has earned since it was last revoked: one entry a decision, oldest first.

    right: whether the person did what was proposed. What was automatic and later undone is wrong.
    revoked: why it may not act alone; blank where it may earn it. alone: acts that ran alone since
    then. unseen: those among them after the last one that a person saw. held: what waits.
    """

    right: tuple[bool, ...] = ()
    alone: int = 0
    unseen: int = 0
    held: int = 0
    revoked: str = ""

    @property
    def errors(self) -> int:
        """How often it was wrong."""
        return sum(not each for each in self.right)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What ran alone, or is held to do so, today in the scope's rule."""

    count: int = 0
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a proposal, the reason in a line, and the bound on its error rate."""

    way: Way
    reason: str
    bound: float = 1.0


def judge(
    scope: Scope,
    amount: Decimal,
    record: Record,
    spec: AutonomySpec,
    spent: Spent,
    *,
    identity: str,
) -> Verdict:
    """The way of one proposal. identity: of the case; which are checked follows from it."""
    rule = spec.rule_for(scope)
    if rule.level is not Level.AUTO:
        way = Way.MANUAL if rule.level is Level.MANUAL else Way.SUGGEST
        return Verdict(way=way, reason=f"the policy says {rule.level}")
    if not spec.enabled:
        return Verdict(way=Way.SUGGEST, reason="automatic actions are switched off")
    earned, reason, bound = earns(record, spec, scope)
    barrier = limit_passed(rule, amount, spent) if earned else reason
    if barrier:
        return Verdict(way=Way.SUGGEST, reason=barrier, bound=bound)
    if is_checked(identity, spec.checked_share) or record.held >= lot_max(spec.checked_share):
        said = "one that a person sees, so that what is held may run and the error rate is known"
        return Verdict(way=Way.CHECK, reason=said, bound=bound)
    if record.unseen + 1 > unseen_max(record.alone, rule.error_max):
        return Verdict(way=Way.HOLD, reason=f"{reason}; it waits for the next check", bound=bound)
    return Verdict(way=Way.RUN, reason=reason, bound=bound)


def unseen_max(alone: int, error_max: float) -> int:
    """How many acts may run at once, without waiting for the next one that a person sees.

    Half of the errors that are stated is kept for what may go wrong unseen when people change
    their minds; so none at first, and trust grows with what went well.

    >>> [unseen_max(alone, 0.1) for alone in (0, 40, 200)]
    [0, 2, 10]
    """
    return int(0.5 * error_max * alone)


def lot_max(checked_share: float) -> int:
    """How many may be held before a person has to see one.

    >>> lot_max(0.1)
    10
    """
    return max(1, round(1.0 / checked_share))


def limit_passed(rule: AutonomyRule, amount: Decimal, spent: Spent) -> str:
    """Which limit keeps this one from running alone; blank where none does."""
    if amount > rule.amount_max:
        return f"{_shown(amount)} is above the ceiling of {_shown(rule.amount_max)}"
    if spent.count + 1 > rule.daily_count_max:
        return f"{spent.count} ran today, and {rule.daily_count_max} is the limit"
    if spent.amount + amount > rule.daily_amount_max:
        return f"it would pass the daily limit of {_shown(rule.daily_amount_max)}"
    return ""


def earns(record: Record, spec: AutonomySpec, scope: Scope) -> tuple[bool, str, float]:
    """Whether a record is good enough, why, and the bound on its error rate."""
    rule = spec.rule_for(scope)
    count = len(record.right)
    if record.revoked:
        return False, record.revoked, 1.0
    if count < rule.precedents_min:
        return False, f"{count} of {rule.precedents_min} decisions that it needs", 1.0
    bound = upper_bound(record.errors, count, confidence=spec.confidence)
    said = (
        f"wrong {record.errors} of {count} times: at most {bound:.1%} "
        f"with {spec.confidence:.0%} confidence, and {rule.error_max:.1%} is stated"
    )
    if drifted(record.right, rule.error_max):
        return False, f"it was wrong too often in the last {RECENT} decisions", bound
    if not all(record.right[-STEADY:]):
        said = f"one of the last {STEADY} was not done as proposed"
        return False, said, bound
    return bound <= rule.error_max, said, bound


def drifted(right: Sequence[bool], error_max: float) -> bool:
    """Whether the latest decisions are worse than the stated rate allows."""
    latest = right[-RECENT:]
    errors = sum(not each for each in latest)
    return errors >= 2 and chance_of_as_many(errors, len(latest), error_max) < _DRIFT_CHANCE_MAX


def is_checked(identity: str, share: float) -> bool:
    """Whether a person sees this one first. It follows from the case, so nobody can choose it."""
    return int(sha256(identity.encode()).hexdigest()[:8], 16) < share * 0x1_0000_0000


def _shown(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
