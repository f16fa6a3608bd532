"""What runs alone: judging proposals by the policy, carrying them out, and stopping it all."""

from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.resolve.assistant.verdict import NAMED_BY_MODEL
from tieout.resolve.autonomy.judge import Spent, Way, drifted, earns, judge, limit_passed
from tieout.resolve.autonomy.policy import AutonomySpec, Level, Scope
from tieout.resolve.config.spec import ResolveSpec
from tieout.resolve.kinds import Action, content_hash, read_action
from tieout.resolve.proposals.allowed import require_allowed
from tieout.server.accounts.models import User
from tieout.server.assistant.queries import stands_against
from tieout.server.audit.services import record
from tieout.server.cases.models import Case, Decision
from tieout.server.resolutions import records
from tieout.server.resolutions.models import AutonomyEvent, Proposal

_STATE, _WAY, _KIND = Proposal.State, Proposal.Way, AutonomyEvent.Kind
_REASON_MAX: Final = 300


def allows(scope: Scope, spec: ResolveSpec) -> bool:
    """Whether anything is proposed at all in a scope."""
    return spec.autonomy.rule_for(scope).level is not Level.MANUAL


@transaction.atomic
def decide_way(proposal_id: int, spec: ResolveSpec) -> Proposal:
    """Let the policy say what becomes of a new proposal; one that may run alone is carried out."""
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal_id)
    if proposal.state != _STATE.PROPOSED or proposal.way:
        return proposal
    barrier = _barrier(proposal, spec)
    if barrier:
        return _kept(proposal, _WAY.SUGGEST, barrier)
    scope = records.scope_of(proposal, spec.autonomy)
    rule = spec.autonomy.rule_for(scope)
    verdict = judge(
        scope,
        _amount(proposal),
        records.record_of(scope),
        spec.autonomy,
        records.spent_today(rule, spec.autonomy, currency=proposal.currency),
        identity=proposal.case.identity,
    )
    if verdict.way is Way.RUN:
        return carry_out_alone(proposal, verdict.reason)
    known = {Way.CHECK: _WAY.CHECK, Way.HOLD: _WAY.HOLD}
    return _kept(proposal, known.get(verdict.way, _WAY.SUGGEST), verdict.reason)


@transaction.atomic
def check_the_last_of_each_lot(spec: ResolveSpec) -> int:
    """Where something is held and nothing is to be checked, the latest is; answers how many."""
    waiting = Proposal.objects.filter(state=_STATE.PROPOSED, way=_WAY.HOLD).order_by("-id")
    lots: dict[Scope, Proposal] = {}
    for each in waiting:
        lots.setdefault(records.scope_of(each, spec.autonomy), each)
    made = 0
    for scope, latest in lots.items():
        checks = records.within(scope).filter(state=_STATE.PROPOSED, way=_WAY.CHECK)
        if not checks.exists():
            _kept(latest, _WAY.CHECK, "the last of a lot: what is held runs once it is approved")
            made += 1
    return made


def seen(proposal: Proposal, spec: ResolveSpec, *, right: bool) -> None:
    """A person has decided one: what is held in its scope runs, or goes to people.

    Call it in the transaction of the decision. A scope that has drifted is revoked.
    """
    if not proposal.reconciliation:
        return
    scope = records.scope_of(proposal, spec.autonomy)
    held = records.within(scope).filter(state=_STATE.PROPOSED, way=_WAY.HOLD)
    held = held.filter(created_at__lte=proposal.created_at) if right else held
    if not right:
        _give_back(list(held), f"proposal {proposal.pk} of the same kind was not done as proposed")
    elif proposal.way == _WAY.CHECK:
        for each in held.order_by("id"):
            _release(each, scope, spec, checked=proposal)
    earned = records.record_of(scope)
    if drifted(earned.right, spec.autonomy.rule_for(scope).error_max):
        revoke(scope, "people decide otherwise than proposed", actor=None)


@transaction.atomic
def revoke(scope: Scope, reason: str, *, actor: User | None) -> AutonomyEvent:
    """A scope may not act alone until its record is earned anew; what is held goes to people."""
    event = AutonomyEvent.objects.create(
        kind=_KIND.REVOKED, reason=reason[:_REASON_MAX], actor=actor, at=timezone.now(),
        **scope.model_dump(),
    )  # fmt: skip
    held = records.within(scope).filter(state=_STATE.PROPOSED, way=_WAY.HOLD)
    _give_back(list(held), f"revoked: {reason}")
    record(
        actor=actor,
        action="autonomy.revoked",
        target=("autonomy", event.pk),
        after={"scope": str(scope), "reason": event.reason},
    )
    return event


@transaction.atomic
def stop(reason: str, *, actor: User) -> AutonomyEvent:
    """The kill switch: nothing runs alone, what is held goes to people, what has not left stays."""
    from tieout.server.resolutions.services import take_back

    event = _switched(_KIND.STOPPED, reason, actor)
    _give_back(list(Proposal.objects.filter(state=_STATE.PROPOSED, way=_WAY.HOLD)), "stopped")
    leaving = Proposal.objects.select_for_update().filter(way=_WAY.RUN, state=_STATE.EXECUTING)
    for each in leaving:
        take_back(each, actor=actor, only_if_all=True)
    return event


@transaction.atomic
def resume(reason: str, *, actor: User) -> AutonomyEvent:
    """The policy holds again."""
    return _switched(_KIND.RESUMED, reason, actor)


def _switched(kind: str, reason: str, actor: User) -> AutonomyEvent:
    words = reason.strip()[:_REASON_MAX] or f"by {actor.username}"
    event = AutonomyEvent.objects.create(kind=kind, reason=words, actor=actor, at=timezone.now())
    after = {"reason": words}
    record(actor=actor, action=f"autonomy.{kind}", target=("autonomy", event.pk), after=after)
    return event


def _barrier(proposal: Proposal, spec: ResolveSpec) -> str:
    """Why this one never runs alone, whatever its scope has earned; blank where it may."""
    switch = records.switch_of(spec.autonomy)
    if not switch.is_on:
        return switch.reason
    limit = spec.approval.four_eyes_above.of(proposal.currency)
    barriers = (
        (proposal.edited_by_id is not None or not proposal.reconciliation, "a person wrote it"),
        (_amount(proposal) > limit, f"above {limit} it takes two people"),
        (proposal.case.severity == "critical", "a critical case is a person's"),
        (_somebody_works_on(proposal.case), "a person works on its case"),
        (proposal.case.kind == Case.Kind.INCIDENT, "an incident is a person's"),
        (NAMED_BY_MODEL in proposal.case.summary, "only the assistant names its bucket"),
        (stands_against(proposal.case_id), "the assistant says otherwise: a person decides"),
    )
    return next((reason for holds, reason in barriers if holds), "")


def _somebody_works_on(case: Case) -> bool:
    decided = case.decisions.exclude(state=Decision.State.UNDONE)
    is_touched = case.bucket_corrected or case.assignee_id is not None or not case.is_open
    return is_touched or decided.exists()


def _release(proposal: Proposal, scope: Scope, spec: ResolveSpec, *, checked: Proposal) -> None:
    """Carry out what was held, if nothing has come up meanwhile."""
    policy: AutonomySpec = spec.autonomy
    rule = policy.rule_for(scope)
    is_earned, reason, _ = earns(records.record_of(scope), policy, scope)
    barrier = _barrier(proposal, spec) or ("" if is_earned else reason)
    if not barrier:
        spent = records.spent_today(rule, policy, currency=proposal.currency)
        # It is among those already, as one that is held.
        amount = spent.amount - _amount(proposal)
        others = Spent(count=spent.count - 1, amount=amount)
        barrier = limit_passed(rule, _amount(proposal), others)
    if rule.level is not Level.AUTO or barrier:
        _kept(proposal, _WAY.SUGGEST, barrier or f"the policy says {rule.level}")
        return
    carry_out_alone(proposal, f"{reason}; {checked.pk} was checked")


def carry_out_alone(proposal: Proposal, reason: str) -> Proposal:
    """Carry a proposal out as nobody; what resolve.yaml no longer allows is a person's."""
    from tieout.server.resolutions.services import carry_out, resolve_spec

    action: Action = read_action(proposal.content)
    try:
        require_allowed(action, resolve_spec())
    except InputError as error:
        return _kept(proposal, _WAY.SUGGEST, str(error))
    if content_hash(action) != proposal.content_hash:
        return _kept(proposal, _WAY.SUGGEST, "the stored proposal is not the one that was proposed")
    proposal.state, proposal.approved_hash = _STATE.APPROVED, proposal.content_hash
    proposal.way, proposal.way_reason = _WAY.RUN, reason[:_REASON_MAX]
    proposal.decided_by, proposal.decided_at = None, timezone.now()
    proposal.save()
    record(
        actor=None,
        action="proposal.ran_alone",
        target=("proposal", proposal.pk),
        after={
            "case": proposal.case_id,
            "content": proposal.content,
            "text": proposal.text,
            "hash": proposal.content_hash,
            "reason": proposal.way_reason,
        },
    )
    carry_out(proposal, action, None)
    return proposal


def _give_back(held: list[Proposal], reason: str) -> None:
    for each in held:
        _kept(each, _WAY.SUGGEST, reason)


def _kept(proposal: Proposal, way: str, reason: str) -> Proposal:
    proposal.way, proposal.way_reason = way, reason[:_REASON_MAX]
    proposal.save(update_fields=["way", "way_reason"])
    return proposal


def _amount(proposal: Proposal) -> Decimal:
    return Decimal(proposal.amount or 0)
