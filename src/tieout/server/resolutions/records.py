"""The record of each scope: what people did with what was proposed, and what ran alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from tieout.resolve.autonomy.judge import Record, Spent, earns
from tieout.resolve.autonomy.policy import AutonomyRule, AutonomySpec, Level, Scope
from tieout.server.resolutions.models import AutonomyEvent, Proposal

_STATE, _WAY = Proposal.State, Proposal.Way
_DECIDED = (_STATE.APPROVED, _STATE.EXECUTING, _STATE.DONE, _STATE.FAILED, _STATE.UNDONE)


@dataclass(frozen=True, kw_only=True)
class Switch:
    """Whether anything may run alone. event: the last time that it was stopped or resumed."""

    is_on: bool
    reason: str
    event: AutonomyEvent | None = None


@dataclass(frozen=True, kw_only=True)
class Earned:
    """A scope, its rule and its record, and whether it may run alone and why."""

    scope: Scope
    rule: AutonomyRule
    record: Record
    is_earned: bool
    reason: str
    bound: float

    @property
    def decided(self) -> int:
        """How many decisions of people the record holds."""
        return len(self.record.right)


def switch_of(spec: AutonomySpec) -> Switch:
    """Both the file and the console can stop everything; only both together let it run."""
    kinds = (AutonomyEvent.Kind.STOPPED, AutonomyEvent.Kind.RESUMED)
    last = AutonomyEvent.objects.filter(kind__in=kinds).select_related("actor").first()
    if not spec.enabled:
        return Switch(is_on=False, reason="resolve.yaml does not enable it", event=last)
    if last is not None and last.kind == AutonomyEvent.Kind.STOPPED:
        return Switch(is_on=False, reason=f"stopped: {last.reason}", event=last)
    return Switch(is_on=True, reason="the policy of resolve.yaml holds", event=last)


def scope_of(proposal: Proposal, spec: AutonomySpec) -> Scope:
    """The scope whose record counts for a proposal."""
    return spec.scope_of(
        Scope(
            reconciliation=proposal.reconciliation,
            bucket=proposal.bucket,
            counterparty=proposal.counterparty,
            action=proposal.kind_first,
        )
    )


def within(scope: Scope) -> QuerySet[Proposal]:
    """All proposals of a scope."""
    found = Proposal.objects.filter(
        reconciliation=scope.reconciliation, bucket=scope.bucket, kind_first=scope.action
    )
    return found.filter(counterparty=scope.counterparty) if scope.counterparty else found


def last_revoked(scope: Scope) -> AutonomyEvent | None:
    """The last time that a scope lost what it had earned; that of any counterparty counts too."""
    anyone = Q(counterparty="") | Q(counterparty=scope.counterparty)
    found = AutonomyEvent.objects.filter(
        anyone if scope.counterparty else Q(),
        kind=AutonomyEvent.Kind.REVOKED,
        reconciliation=scope.reconciliation,
        bucket=scope.bucket,
        action=scope.action,
    )
    return found.first()


def record_of(scope: Scope) -> Record:
    """What a scope has earned since it was last revoked.

    Right is what a person approved as it was first proposed and nobody took back. Nothing counts
    that was approved in bulk: nobody looked at each.
    """
    since = last_revoked(scope)
    found = within(scope)
    held = found.filter(way=_WAY.HOLD, state=_STATE.PROPOSED).count()
    if since is not None:
        found = found.filter(decided_at__gt=since.at)
    seen = _seen_by_people(found).order_by("decided_at", "id")
    told = list(seen.values_list("state", "approved_hash", "first_hash", "decided_at"))
    right = tuple(
        state not in {_STATE.REJECTED, _STATE.UNDONE} and approved == first
        for state, approved, first, _ in told
    )
    alone = found.filter(way=_WAY.RUN, decided_at__isnull=False)
    unseen = alone.filter(decided_at__gt=told[-1][3]) if told else alone
    return Record(right=right, alone=alone.count(), unseen=unseen.count(), held=held)


def spent_today(rule: AutonomyRule, spec: AutonomySpec, *, currency: str) -> Spent:
    """What ran alone today, or is held to, under a rule; amounts of one currency."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    ran = Q(way=_WAY.RUN, decided_at__gte=midnight)
    held = Q(way=_WAY.HOLD, state=_STATE.PROPOSED)
    count, amount = 0, Decimal(0)
    for each in Proposal.objects.filter(ran | held):
        if spec.rule_for(scope_of(each, spec)) is rule:
            count += 1
            amount += (each.amount or Decimal(0)) if each.currency == currency else Decimal(0)
    return Spent(count=count, amount=amount)


def scopes_with_a_record(spec: AutonomySpec) -> list[Scope]:
    """Every scope of the proposals so far in which something may run alone, sorted by name."""
    names = ("reconciliation", "bucket", "counterparty", "kind_first")
    found = Proposal.objects.exclude(reconciliation="").values_list(*names).order_by().distinct()
    scopes = {
        spec.scope_of(Scope(reconciliation=first, bucket=second, counterparty=third, action=fourth))
        for first, second, third, fourth in found
    }
    return sorted(_that_may_act(scopes, spec), key=str)


def earned_by_scope(spec: AutonomySpec) -> list[Earned]:
    """Every scope in which the policy lets something run alone, and what it has earned."""
    found = []
    for scope in scopes_with_a_record(spec):
        record = record_of(scope)
        is_earned, reason, bound = earns(record, spec, scope)
        found.append(
            Earned(
                scope=scope,
                rule=spec.rule_for(scope),
                record=record,
                is_earned=is_earned,
                reason=reason,
                bound=bound,
            )
        )
    return found


def _that_may_act(scopes: Iterable[Scope], spec: AutonomySpec) -> list[Scope]:
    return [scope for scope in scopes if spec.rule_for(scope).level is Level.AUTO]


def _seen_by_people(found: QuerySet[Proposal]) -> QuerySet[Proposal]:
    decided = found.exclude(way=_WAY.RUN).filter(decided_at__isnull=False, in_bulk=False)
    return decided.filter(state__in=(*_DECIDED, _STATE.REJECTED))
