"""Writes of proposals: proposing, approving, editing, rejecting, undoing; each is audited."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from pydantic import ValidationError

from tieout.model.errors import InputError
from tieout.resolve.autonomy.policy import Scope
from tieout.resolve.config import ResolveSpec, workspace_resolve_spec
from tieout.resolve.facts import Facts
from tieout.resolve.kinds import Action, Wait, action_amount, content_hash, read_action
from tieout.resolve.precedents.model import Likeness, Result
from tieout.resolve.proposals.allowed import require_allowed
from tieout.resolve.proposals.dispatch import delivery_of
from tieout.resolve.proposals.propose import propose
from tieout.resolve.proposals.words import action_text
from tieout.server.accounts.models import User
from tieout.server.audit.services import record
from tieout.server.cases.models import Case, Decision
from tieout.server.cases.services import decide, reopen
from tieout.server.outbox.models import Delivery
from tieout.server.outbox.services import discard, enqueue
from tieout.server.resolutions import autonomy
from tieout.server.resolutions.facts import facts_of_case
from tieout.server.resolutions.models import Proposal, StoredPrecedent
from tieout.server.resolutions.permissions import require_approval_right, require_worker
from tieout.server.resolutions.precedents import library, likeness_values, remember
from tieout.server.resolutions.records import scope_of

_STATE = Proposal.State
_OTHERS_MAX: Final = 5
_TOGETHER_MAX: Final = 500


class ProposalChangedError(InputError):
    """What was seen is not what is proposed now."""


def resolve_spec() -> ResolveSpec:
    """The workspace's resolve.yaml. Raises InputError."""
    return workspace_resolve_spec(Path(settings.WORKSPACE))


@transaction.atomic
def propose_for(
    case: Case, *, actor: User | None = None, facts: Facts | None = None
) -> Proposal | None:
    """Propose something about a case, or None where nothing is clear; an open one is kept.

    facts: of the case, where they are known already.
    """
    # Two who open a case at once see one proposal.
    Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    known = Proposal.objects.filter(case=case).exclude(
        state__in=(_STATE.REJECTED, _STATE.EXPIRED, _STATE.UNDONE, _STATE.FAILED)
    )
    found = known.first()
    if found is not None or not case.is_open:
        return found
    facts, spec = facts or facts_of_case(case), resolve_spec()
    suggested = propose(facts, spec, library(spec.half_life_days))
    if suggested.choice is None:
        return None
    action, like = suggested.choice.action, Likeness.of(facts)
    scope = Scope(
        reconciliation=like.reconciliation[:300],
        bucket=like.bucket[:60],
        counterparty=like.counterparty[:300],
        action=action.kind,
    )
    if not autonomy.allows(scope, spec):
        return None
    proposal = Proposal(
        case=case,
        kind_first=action.kind,
        first_hash=content_hash(action),
        **scope.model_dump(exclude={"action"}),
        confidence=suggested.confidence,
        why=suggested.why,
        likeness=likeness_values(like),
        nearest=[
            {
                "proposal": near.precedent.precedent_id,
                "action": near.precedent.action,
                "result": near.precedent.result,
                "day": near.precedent.day.isoformat(),
                "nearness": round(near.nearness, 3),
            }
            for near in suggested.nearest
        ],
        others=[
            {"content": other.action.model_dump(mode="json"), "text": other.text}
            for other in suggested.others[:_OTHERS_MAX]
        ],
        expires_at=timezone.now() + timedelta(days=spec.approval.expires_days),
    )
    _put(proposal, action, facts)
    proposal.save()
    _note(
        proposal, "proposal.made", actor, {"why": proposal.why, "confidence": proposal.confidence}
    )
    return proposal


@transaction.atomic
def approve(proposal_id: int, *, seen_hash: str, actor: User, in_bulk: bool = False) -> Proposal:
    """Approve what the person saw, and carry it out. Raises ProposalChangedError if changed.

    in_bulk: with others in one go, so that it earns no autonomy.
    """
    proposal, spec = _locked(proposal_id), resolve_spec()
    if proposal.content_hash != seen_hash:
        raise ProposalChangedError(
            "the proposal was changed meanwhile; look at it again, then approve"
        )
    _require_open(proposal)
    _require_open_case(proposal)
    require_approval_right(actor, proposal, spec)
    action = read_action(proposal.content)
    if content_hash(action) != proposal.content_hash:
        raise InputError("the stored proposal is not the one that was proposed")
    require_allowed(action, spec)
    proposal.state, proposal.approved_hash = _STATE.APPROVED, proposal.content_hash
    proposal.decided_by, proposal.decided_at = actor, timezone.now()
    proposal.in_bulk = in_bulk
    remember(proposal, proposal.kind)
    _note(proposal, "proposal.approved", actor, {"hash": proposal.content_hash})
    carry_out(proposal, action, actor)
    if not in_bulk:
        autonomy.seen(proposal, spec, right=proposal.approved_hash == proposal.first_hash)
    return proposal


def approve_together(hashes: dict[int, str], *, actor: User) -> list[int]:
    """Approve proposals in one go, by number and hash: all that were seen, or none.

    Raises InputError for more than are approved at once, or one that there is not.
    """
    if not 0 < len(hashes) <= _TOGETHER_MAX:
        raise InputError(f"{len(hashes)} proposals at once: choose 1 to {_TOGETHER_MAX}")
    with transaction.atomic():
        wanted = list(Proposal.objects.filter(pk__in=hashes).order_by("pk"))
        gone = set(hashes) - {each.pk for each in wanted}
        if gone:
            raise InputError(f"proposal {min(gone)}: no such proposal")
        found = [
            approve(each.pk, seen_hash=hashes[each.pk], actor=actor, in_bulk=True)
            for each in wanted
        ]
        return [each.pk for each in found]


@transaction.atomic
def edit(proposal_id: int, content: Any, *, actor: User) -> Proposal:
    """Propose something else in its place; it has a new hash, and has to be approved as such."""
    require_worker(actor)
    proposal = _locked(proposal_id)
    _require_open(proposal)
    _require_open_case(proposal)
    try:
        action = read_action(content)
    except ValidationError as error:
        raise InputError(f"this is no action: {error.errors()[0]['msg']}") from error
    require_allowed(action, resolve_spec())
    before = {"content": proposal.content, "hash": proposal.content_hash}
    _put(proposal, action, None)
    proposal.edited_by, proposal.state = actor, _STATE.PROPOSED
    proposal.save()
    _note(proposal, "proposal.edited", actor, {}, before)
    return proposal


@transaction.atomic
def reject(proposal_id: int, *, actor: User, note: str = "") -> Proposal:
    """Say no: a precedent against what was proposed for cases like it."""
    require_worker(actor)
    proposal = _locked(proposal_id)
    _require_open(proposal)
    proposal.state, proposal.note = _STATE.REJECTED, note.strip()[:10_000]
    proposal.decided_by, proposal.decided_at = actor, timezone.now()
    proposal.save()
    remember(proposal, proposal.kind, result=Result.REJECTED)
    _note(proposal, "proposal.rejected", actor, {"note": proposal.note})
    autonomy.seen(proposal, resolve_spec(), right=False)
    return proposal


@transaction.atomic
def undo(proposal_id: int, *, actor: User) -> Proposal:
    """Take back: what has not left is given up, and nobody follows the precedent any more.

    What has left cannot be called back; the entry in the log says so.
    """
    require_worker(actor)
    proposal = _locked(proposal_id)
    if proposal.state not in {_STATE.APPROVED, _STATE.EXECUTING, _STATE.DONE, _STATE.FAILED}:
        raise InputError("only what was approved can be undone")
    take_back(proposal, actor=actor)
    spec = resolve_spec()
    if proposal.ran_alone:
        reason = f"{actor.username} undid proposal {proposal.pk}, which ran alone"
        autonomy.revoke(scope_of(proposal, spec.autonomy), reason, actor=actor)
    else:
        autonomy.seen(proposal, spec, right=False)
    return proposal


def take_back(proposal: Proposal, *, actor: User, only_if_all: bool = False) -> None:
    """Undo a locked proposal: give up what has not left, reopen what was settled here.

    only_if_all: not where something is being sent or has left.
    """
    left = list(Delivery.objects.filter(subject_kind="proposal", subject_id=str(proposal.pk)))
    gone = [
        each for each in left if each.state not in {Delivery.State.WAITING, Delivery.State.DEAD}
    ]
    if only_if_all and gone:
        return
    proposal.state = _STATE.UNDONE
    proposal.save()
    for delivery in left:
        discard(delivery.pk, actor=actor)
    StoredPrecedent.objects.filter(proposal=proposal).update(result="withdrawn")
    if not left and _settled_its_case(proposal):
        reopen(proposal.case_id, actor=actor)
    _note(proposal, "proposal.undone", actor, {"delivered_already": [each.pk for each in gone]})


@transaction.atomic
def expire() -> int:
    """End proposals that nobody decided in time, or whose case is resolved; answers how many."""
    over = Q(expires_at__lt=timezone.now()) | Q(case__status=Case.Status.RESOLVED)
    waiting = Proposal.objects.select_for_update(of=("self",))
    found = list(waiting.filter(over, state__in=(_STATE.DRAFT, _STATE.PROPOSED)))
    for proposal in found:
        proposal.state = _STATE.EXPIRED
        proposal.save()
        _note(proposal, "proposal.expired", None, {})
    return len(found)


def ended(proposal_id: int, delivery: Delivery) -> None:
    """Note how the delivery of a proposal ended, in its transaction."""
    proposal = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
    if proposal is None or proposal.state != _STATE.EXECUTING:
        return
    is_done = delivery.state == Delivery.State.DONE
    proposal.state = _STATE.DONE if is_done else _STATE.FAILED
    proposal.save()
    if delivery.dry_run:
        return
    StoredPrecedent.objects.filter(proposal=proposal).update(result="done" if is_done else "failed")


def carry_out(proposal: Proposal, action: Action, actor: User | None) -> None:
    """Do it here, or write down what is to be delivered. actor: None where it runs alone."""
    sent = delivery_of(action)
    if sent is None:
        proposal.state = _STATE.DONE
        _settle(proposal.case, action, actor)
    else:
        channel, payload = sent
        proposal.state = _STATE.EXECUTING
        enqueue(
            channel=channel,
            payload=payload,
            idempotency_key=f"proposal-{proposal.pk}-{proposal.content_hash[:16]}",
            actor=actor,
            subject=("proposal", proposal.pk),
        )
    proposal.save()


def _settled_its_case(proposal: Proposal) -> bool:
    """Whether the last word on the case is what carrying out the proposal said."""
    last = proposal.case.decisions.exclude(state=Decision.State.UNDONE).first()
    by, at = proposal.decided_by_id, proposal.decided_at
    return last is not None and at is not None and last.actor_id == by and last.at >= at


def _settle(case: Case, action: Action, actor: User | None) -> None:
    """What is done here: the case waits until its day, or is resolved with its note."""
    if isinstance(action, Wait):
        until = max(action.until, timezone.localdate() + timedelta(days=1))
        decide([case.pk], "timing", actor=actor, note=action.why, waiting_until=until)
    else:
        note = str(getattr(action, "note", ""))
        decide([case.pk], "resolved", actor=actor, note=note)


def _put(proposal: Proposal, action: Action, facts: Facts | None) -> None:
    proposal.kind, proposal.content = action.kind, action.model_dump(mode="json")
    proposal.content_hash, proposal.text = content_hash(action), action_text(action)[:500]
    amount = action_amount(action)
    if facts is not None:
        proposal.amount = facts.at_risk if amount is None else amount
        proposal.currency = facts.currency
    elif amount is not None:
        proposal.amount = amount


def _locked(proposal_id: int) -> Proposal:
    found = Proposal.objects.select_for_update(of=("self",)).select_related("case")
    proposal = found.filter(pk=proposal_id).first()
    if proposal is None:
        raise InputError(f"proposal {proposal_id}: no such proposal")
    return proposal


def _require_open(proposal: Proposal) -> None:
    if not proposal.is_open or proposal.expires_at < timezone.now():
        raise InputError(f"the proposal is {proposal.state} and cannot be decided any more")


def _require_open_case(proposal: Proposal) -> None:
    """What is closed needs nothing done about it any more."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=proposal.case_id)
    if not case.is_open:
        raise InputError(f"case {case.pk} is resolved; open it again to act on it")


def _note(
    proposal: Proposal, action: str, actor: User | None, after: dict[str, Any], before: Any = None
) -> None:
    said = {"case": proposal.case_id, "content": proposal.content, "text": proposal.text, **after}
    record(actor=actor, action=action, target=("proposal", proposal.pk), before=before, after=said)
