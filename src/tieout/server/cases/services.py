"""Writes of cases; each is audited in its own transaction."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.services import Entry, record, record_many
from tieout.server.cases.attachments import attach
from tieout.server.cases.incident_ends import ended_by_cases
from tieout.server.cases.models import RANKS, Case, Comment, Decision, SavedView
from tieout.server.cases.permissions import (
    may_review,
    may_work,
    needs_review,
    require_worker,
)
from tieout.server.cases.registering import due_at, register_run

__all__ = [
    "UNDO_SECONDS",
    "Outcome",
    "assign",
    "attach",
    "comment",
    "decide",
    "open_case",
    "register_run",
    "remove_view",
    "reopen",
    "review",
    "save_view",
    "undo",
]

UNDO_SECONDS: Final = 10
# What a request needs on its way is not the person's fault.
_UNDO_GRACE_SECONDS: Final = 5
_TIMING_DAYS: Final = 3
_NOTE_MAX: Final = 10_000
_BULK_MAX: Final = 5_000
_BUCKET: Final = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_SNAPSHOT: Final = (
    "status",
    "verdict",
    "assignee_id",
    "bucket",
    "bucket_corrected",
    "asks",
    "waiting_until",
    "resolved_at",
    "revision",
)


@dataclass(frozen=True)
class Outcome:
    """What came of a decision: the batch to undo it by, and the cases that it changed.

    proposed: those that now wait for a second person.
    """

    batch: uuid.UUID
    cases: tuple[int, ...]
    proposed: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Said:
    verdict: str
    actor: User | None
    note: str = ""
    bucket: str = ""
    waiting_until: date | None = None
    batch: uuid.UUID = field(default_factory=uuid.uuid4)


@transaction.atomic
def open_case(
    kind: str,
    identity: str,
    title: str,
    *,
    actor: User | None,
    severity: str = "medium",
    **facts: Any,
) -> Case:
    """Open a case for what no run found; asked again for the same identity, it is the same case.

    facts: other columns of a case: source, summary, key, bucket, score, amount_minor, scale,
    currency, happened_on, as_of, details. A severity that has risen since is taken over, with
    the summary that says why.
    """
    if severity not in RANKS:
        raise InputError(f"severity {severity}: expected {', '.join(RANKS)}")
    now = timezone.now()
    case, is_new = Case.objects.get_or_create(
        kind=Case.Kind(kind),
        identity=identity,
        defaults={
            **facts,
            "title": title[:300],
            "bucket_found": facts.get("bucket", ""),
            "severity": severity,
            "severity_rank": RANKS[severity],
            "opened_at": now,
            "updated_at": now,
            "due_at": due_at(severity, now),
        },
    )
    if is_new:
        after = {"title": case.title, "kind": kind, "severity": severity}
        record(actor=actor, action="case.opened", target=("case", case.pk), after=after)
    elif RANKS[severity] < case.severity_rank and case.is_open:
        _raise_severity(case, severity, actor, str(facts.get("summary") or case.summary))
    return case


@transaction.atomic
def decide(
    case_ids: Iterable[int],
    verdict: str,
    *,
    actor: User | None,
    note: str = "",
    bucket: str = "",
    waiting_until: date | None = None,
    seen: Mapping[int, int] | None = None,
) -> Outcome:
    """Say what cases are. Closing a critical one waits for a second person if a preparer does it.

    An incident of which no finding is open any more is closed with the last one of them.

    bucket: the kind of break in the person's view, where it is another. waiting_until: for timing,
    the day from which it is new again. seen: revisions of cases as the person saw them.
    actor: None where the policy lets it run alone, or a later run shows it. Raises InputError for
    what cannot be decided so, PermissionDenied for who only reads.
    """
    if actor is not None:
        require_worker(actor)
    _require_sound(verdict, note, bucket, waiting_until)
    cases = _locked(case_ids)
    _require_decidable(cases)
    _require_unchanged(cases, seen)
    said = _Said(verdict, actor, note.strip(), bucket, waiting_until)
    proposed = _say(cases, said)
    _close_incidents(cases, said)
    return Outcome(said.batch, tuple(case.pk for case in cases), tuple(proposed))


@transaction.atomic
def undo(batch: uuid.UUID, *, actor: User) -> Outcome:
    """Take back what was just decided in one go, within ten seconds and by who decided it.

    A case that somebody has changed since stays as it is. Raises InputError when it is too late.
    """
    decisions = list(
        Decision.objects.select_for_update()
        .filter(batch=batch, actor=actor)
        .exclude(state=Decision.State.UNDONE)
    )
    limit = timezone.now() - timedelta(seconds=UNDO_SECONDS + _UNDO_GRACE_SECONDS)
    if not decisions or decisions[0].at < limit:
        raise InputError("there is nothing to undo any more; decide again instead")
    cases = {case.pk: case for case in _locked(each.case_id for each in decisions)}
    entries, changed = [], []
    for decision in decisions:
        case = cases[decision.case_id]
        if case.revision != decision.before["revision"] + 1:
            continue
        before = _said(case)
        _restore(case, decision.before)
        changed.append(case)
        decision.state = Decision.State.UNDONE
        after = {"verdict": decision.verdict, **_said(case)}
        entries.append(Entry("case.decision_undone", ("case", case.pk), before, after))
    _store(changed)
    Decision.objects.bulk_update(decisions, ["state"], batch_size=500)
    record_many(entries, actor=actor)
    return Outcome(batch, tuple(case.pk for case in changed))


@transaction.atomic
def review(decision_id: int, accept: bool, *, actor: User, note: str = "") -> Decision:
    """Confirm a proposed decision, or return it to who made it. Four eyes hold."""
    decision = Decision.objects.select_for_update().get(pk=decision_id)
    if not may_review(actor, decision):
        raise PermissionDenied("a reviewer or approver other than who decided has to confirm it")
    if decision.state != Decision.State.PROPOSED:
        raise InputError("this decision does not wait for a review any more")
    (case,) = _locked([decision.case_id])
    before = _said(case)
    now = timezone.now()
    if accept:
        decision.state = Decision.State.FINAL
        case.status, case.resolved_at = Case.Status.RESOLVED, now
    else:
        decision.state = Decision.State.RETURNED
        case.status, case.verdict, case.assignee = Case.Status.OPEN, "", decision.actor
    case.asks = ""
    case.revision += 1
    case.updated_at = now
    decision.reviewed_by, decision.reviewed_at = actor, now
    decision.save(update_fields=["state", "reviewed_by", "reviewed_at"])
    _store([case])
    if note.strip():
        Comment.objects.create(case=case, author=actor, text=note.strip()[:_NOTE_MAX])
    word = "confirmed" if accept else "returned"
    after = {"decision": decision.pk, "note": note.strip(), **_said(case)}
    record(
        actor=actor,
        action=f"case.decision_{word}",
        target=("case", case.pk),
        before=before,
        after=after,
    )
    _close_incidents([case], _Said(decision.verdict, actor))
    return decision


@transaction.atomic
def assign(
    case_ids: Iterable[int],
    assignee: User | None,
    *,
    actor: User,
    seen: Mapping[int, int] | None = None,
) -> Outcome:
    """Give open cases to somebody who works on cases, or to nobody. seen: as of `decide`."""
    require_worker(actor)
    if assignee is not None and not (assignee.is_active and may_work(assignee)):
        raise InputError(f"{assignee.username}: works on no cases; choose somebody who does")
    changed, entries = [], []
    cases = _locked(case_ids)
    _require_unchanged(cases, seen)
    for case in cases:
        if case.assignee_id == (assignee.pk if assignee else None) or not case.is_open:
            continue
        before = _said(case)
        case.assignee = assignee
        if case.status in {Case.Status.NEW, Case.Status.OPEN}:
            case.status = Case.Status.OPEN if assignee else Case.Status.NEW
        case.revision += 1
        case.updated_at = timezone.now()
        changed.append(case)
        entries.append(Entry("case.assigned", ("case", case.pk), before, _said(case)))
    _store(changed)
    if entries:
        record_many(entries, actor=actor)
    return Outcome(uuid.uuid4(), tuple(case.pk for case in changed))


@transaction.atomic
def reopen(case_id: int, *, actor: User | None, why: str = "") -> Case:
    """Make a case new again that was resolved or waits. actor: None where time or a run does it."""
    if actor is not None:
        require_worker(actor)
    (case,) = _locked([case_id])
    before = _said(case)
    case.status = Case.Status.OPEN if case.assignee_id else Case.Status.NEW
    case.verdict, case.asks, case.waiting_until, case.resolved_at = "", "", None, None
    case.revision += 1
    case.updated_at = timezone.now()
    _store([case])
    Decision.objects.filter(case=case, state=Decision.State.PROPOSED).update(
        state=Decision.State.RETURNED
    )
    record(
        actor=actor,
        action="case.reopened",
        target=("case", case.pk),
        before=before,
        after=_said(case) | ({"why": why} if why else {}),
    )
    return case


@transaction.atomic
def comment(case_id: int, text: str, *, actor: User) -> Comment:
    """Write on a case. Raises InputError for no text, or too much."""
    require_worker(actor)
    words = text.strip()
    if not words or len(words) > _NOTE_MAX:
        raise InputError(f"a comment has 1 to {_NOTE_MAX:,} characters")
    made = Comment.objects.create(case_id=case_id, author=actor, text=words)
    Case.objects.filter(pk=case_id).update(updated_at=made.at)
    record(actor=actor, action="case.commented", target=("case", case_id), after={"text": words})
    return made


@transaction.atomic
def save_view(name: str, query: str, *, actor: User, shared: bool = False) -> SavedView:
    """Keep filters of the queue under a name, in place of those of that name before."""
    name = name.strip()
    if not name or len(name) > 80 or len(query) > 1000:
        raise InputError("a view needs a name of 1 to 80 characters")
    view, _ = SavedView.objects.update_or_create(
        owner=actor, name=name, defaults={"query": query, "shared": shared}
    )
    after = {"name": name, "query": query, "shared": shared}
    record(actor=actor, action="view.saved", target=("view", view.pk), after=after)
    return view


@transaction.atomic
def remove_view(view_id: int, *, actor: User) -> None:
    """Forget a view of one's own."""
    view = SavedView.objects.filter(pk=view_id, owner=actor).first()
    if view is not None:
        record(
            actor=actor,
            action="view.removed",
            target=("view", view_id),
            before={"name": view.name, "query": view.query},
        )
        view.delete()


def _say(cases: Sequence[Case], said: _Said) -> list[int]:
    """Decide locked cases; answers with those that wait for a second person now."""
    now, actor = timezone.now(), said.actor
    entries, decisions, proposed = [], [], []
    for case in cases:
        asks_review = actor is not None and needs_review(actor, said.verdict, case.severity)
        before = _snapshot(case)
        _apply(case, said.verdict, actor, said.waiting_until, asks_review=asks_review)
        if said.bucket and said.bucket != case.bucket:
            case.bucket, case.bucket_corrected = said.bucket, True
        case.revision += 1
        case.updated_at = now
        proposed += [case.pk] if asks_review else []
        decisions.append(
            Decision(
                case=case,
                batch=said.batch,
                verdict=said.verdict,
                state=Decision.State.PROPOSED if asks_review else Decision.State.FINAL,
                bucket=said.bucket,
                note=said.note,
                waiting_until=case.waiting_until,
                actor=actor,
                at=now,
                before=before,
            )
        )
        action = "case.decision_proposed" if asks_review else "case.decided"
        after = {"verdict": said.verdict, "note": said.note, **_said(case)}
        entries.append(Entry(action, ("case", case.pk), _said_before(before), after))
    _store(cases)
    Decision.objects.bulk_create(decisions, batch_size=500)
    record_many(entries, actor=actor)
    return proposed


def _close_incidents(cases: Sequence[Case], said: _Said) -> None:
    """Close the incidents whose last open findings these cases were: in the same name and batch."""
    for each in ended_by_cases(cases):
        of_all = replace(said, verdict=each.verdict, note=each.why, bucket="", waiting_until=None)
        _say(_locked([each.case_id]), of_all)


def _require_sound(verdict: str, note: str, bucket: str, waiting_until: date | None) -> None:
    if verdict not in Decision.Verdict.values:
        raise InputError(f"verdict {verdict}: expected {', '.join(Decision.Verdict.values)}")
    if len(note) > _NOTE_MAX:
        raise InputError(f"a note has at most {_NOTE_MAX:,} characters")
    if bucket and not _BUCKET.fullmatch(bucket):
        raise InputError(f"bucket {bucket}: expected a name such as fee_or_tax")
    if waiting_until is not None and waiting_until <= timezone.localdate():
        raise InputError(f"{waiting_until}: expected a day that is still to come")


def _require_decidable(cases: Sequence[Case]) -> None:
    waiting = [case.pk for case in cases if case.asks == "review"]
    if waiting:
        raise InputError(f"case {waiting[0]} waits for a review; confirm or return it first")


def _require_unchanged(cases: Sequence[Case], seen: Mapping[int, int] | None) -> None:
    """Who looks at an old page does not undo what others did meanwhile."""
    for case in cases:
        if seen and seen.get(case.pk, case.revision) != case.revision:
            raise InputError(
                f"somebody changed the case {case.title[:60]} meanwhile; look at it again"
            )


def _locked(case_ids: Iterable[int]) -> list[Case]:
    """Cases that nobody else changes until the transaction ends, by number."""
    wanted = sorted(set(case_ids))
    if len(wanted) > _BULK_MAX:
        raise InputError(f"{len(wanted):,} cases at once: choose at most {_BULK_MAX:,}")
    lock = Case.objects.select_for_update(of=("self",)).select_related("assignee")
    found = list(lock.filter(pk__in=wanted).order_by("pk"))
    if len(found) != len(wanted):
        gone = set(wanted) - {case.pk for case in found}
        raise InputError(f"case {min(gone)}: no such case")
    return found


def _apply(
    case: Case, verdict: str, actor: User | None, until: date | None, *, asks_review: bool
) -> None:
    """The state that a verdict brings a case into."""
    now = timezone.now()
    case.verdict, case.asks, case.waiting_until, case.resolved_at = verdict, "", None, None
    if asks_review:
        case.status, case.asks = Case.Status.WAITING, "review"
    elif verdict in {Decision.Verdict.RESOLVED, Decision.Verdict.FALSE_POSITIVE}:
        case.status, case.resolved_at = Case.Status.RESOLVED, now
    elif verdict == Decision.Verdict.TIMING:
        case.status = Case.Status.WAITING
        case.waiting_until = until or timezone.localdate() + timedelta(days=_TIMING_DAYS)
    elif verdict == Decision.Verdict.ESCALATE:
        case.status, case.asks = Case.Status.WAITING, "escalated"
    else:
        case.status = Case.Status.OPEN
    if case.assignee_id is None and verdict != Decision.Verdict.ESCALATE:
        case.assignee = actor


def _raise_severity(case: Case, severity: str, actor: User | None, summary: str) -> None:
    before = {"severity": case.severity}
    case.summary = summary
    case.severity, case.severity_rank = severity, RANKS[severity]
    case.due_at = due_at(severity, case.opened_at)
    case.updated_at = timezone.now()
    case.save(update_fields=["severity", "severity_rank", "summary", "due_at", "updated_at"])
    record(
        actor=actor,
        action="case.severity_raised",
        target=("case", case.pk),
        before=before,
        after={"severity": severity},
    )


def _snapshot(case: Case) -> dict[str, Any]:
    values = {name: getattr(case, name) for name in _SNAPSHOT}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }


def _restore(case: Case, before: dict[str, Any]) -> None:
    for name in _SNAPSHOT:
        setattr(case, name, before[name])
    until, resolved = before["waiting_until"], before["resolved_at"]
    case.waiting_until = date.fromisoformat(until) if until else None
    case.resolved_at = datetime.fromisoformat(resolved) if resolved else None
    # Two more than before, so that nobody takes the page of in between for the current one.
    case.revision = before["revision"] + 2
    case.updated_at = timezone.now()


def _said(case: Case) -> dict[str, Any]:
    """What the audit log keeps of a case's state."""
    return {
        "status": str(case.status),
        "assignee": case.assignee.username if case.assignee else None,
        "bucket": case.bucket,
        "waiting_until": case.waiting_until,
    }


def _said_before(before: dict[str, Any]) -> dict[str, Any]:
    return {name: before[name] for name in ("status", "verdict", "bucket", "waiting_until")}


def _store(cases: Sequence[Case]) -> None:
    names = [name.removesuffix("_id") for name in _SNAPSHOT]
    Case.objects.bulk_update(cases, [*names, "updated_at"], batch_size=200)
