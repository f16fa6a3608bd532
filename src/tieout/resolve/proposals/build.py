"""Computes an action of each kind from a break's facts and resolve.yaml, or says it cannot.

Amounts, dates and rows are the break's own; accounts, recipients, projects and targets are the
file's. A text that somebody else wrote is shown in a line of its own, and decides nothing.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

import numpy as np

from tieout.model.buckets import Bucket
from tieout.reconcile.calendars import BusinessCalendar
from tieout.resolve.config.spec import ResolveSpec
from tieout.resolve.facts import Facts
from tieout.resolve.kinds import (
    Action,
    ActionKind,
    Chase,
    CorrectReference,
    DocumentValid,
    EntryLine,
    HttpCall,
    JournalEntry,
    RequestDocument,
    SlackPost,
    Ticket,
    Wait,
    Webhook,
    WriteOff,
)
from tieout.resolve.plain import plain_line

_EPOCH: Final = date(1970, 1, 1)
_NEXT_WAIT_DAYS: Final = 1


def build(kind: ActionKind, facts: Facts, spec: ResolveSpec) -> Action | None:
    """The action of a kind, None where something that it needs is not known or not allowed."""
    return _BUILDERS[kind](facts, spec)


def buildable(facts: Facts, spec: ResolveSpec) -> dict[ActionKind, Action]:
    """Every action that can be proposed for these facts."""
    found = {kind: build(kind, facts, spec) for kind in ActionKind}
    return {kind: action for kind, action in found.items() if action is not None}


def _wait(facts: Facts, spec: ResolveSpec) -> Action | None:
    if facts.last_day is None:
        return None
    due = _later(spec.calendar, facts.last_day, spec.wait_days)
    tomorrow = _later(spec.calendar, facts.as_of, _NEXT_WAIT_DAYS)
    until = max(due, tomorrow)
    days = "business day" if spec.wait_days == 1 else "business days"
    why = f"due within {spec.wait_days} {days} of {facts.last_day}"
    return Wait(until=until, why=why if until == due else f"{why}, which is over; next look then")


@lru_cache(maxsize=4096)
def _later(calendar: str | None, day: date, count: int) -> date:
    moved = BusinessCalendar.of(calendar).add(np.array([(day - _EPOCH).days], np.int64), count)
    return _EPOCH + timedelta(days=int(moved[0]))


def _request(facts: Facts, spec: ResolveSpec) -> Action | None:
    document = _document(facts, spec)
    recipient = _owner(facts, spec) or spec.contacts.of(facts.counterparty)
    if document is None or recipient is None or not _is_allowed(recipient, spec):
        return None
    subject = f"Please send: {document} for {_named(facts)}"
    text = f"For the break below we need: {document}.\n\n{described(facts)}"
    return RequestDocument(recipient=recipient, document=document, subject=subject, text=text)


def _document(facts: Facts, spec: ResolveSpec) -> str | None:
    known = {bucket.value: document for bucket, document in spec.documents.items()}
    return known.get(facts.bucket)


def _owner(facts: Facts, spec: ResolveSpec) -> str | None:
    """Who keeps the side on which something is missing, or the ledger."""
    side = {Bucket.MISSING_LEFT: "left", Bucket.MISSING_RIGHT: "right"}.get(
        Bucket(facts.bucket) if facts.bucket in set(Bucket) else Bucket.UNKNOWN, spec.ledger
    )
    return spec.contacts.owners.get("left" if side == "left" else "right")


def _is_allowed(recipient: str, spec: ResolveSpec) -> bool:
    return spec.channels.email is not None and recipient in spec.channels.email.recipients


def _reference(facts: Facts, spec: ResolveSpec) -> Action | None:
    side = spec.ledger
    rows = facts.right_rows if side == "right" else facts.left_rows
    others = facts.left_rows if side == "right" else facts.right_rows
    if facts.bucket != Bucket.WRONG_REFERENCE or not rows or not others:
        return None
    written, expected = facts.key_right, facts.key_left or facts.key
    if side == "left":
        written, expected = facts.key_left or facts.key, facts.key_right
    other = "left" if side == "right" else "right"
    return CorrectReference(
        side=side,
        written=plain_line(written),
        expected=plain_line(expected) or f"that of {other} row {others[0]}",
        rows=rows,
    )


def _journal(facts: Facts, spec: ResolveSpec) -> Action | None:
    lines = _lines(facts, spec)
    if lines is None:
        return None
    day = facts.last_day or facts.as_of
    return JournalEntry(day=day, currency=facts.currency, lines=lines, memo=_memo(facts))


def _write_off(facts: Facts, spec: ResolveSpec) -> Action | None:
    lines, limit = _lines(facts, spec), spec.write_off.of(facts.currency)
    if lines is None or lines[0].debit > limit:
        return None
    day = facts.last_day or facts.as_of
    return WriteOff(day=day, currency=facts.currency, lines=lines, memo=_memo(facts), limit=limit)


def _lines(facts: Facts, spec: ResolveSpec) -> tuple[EntryLine, EntryLine] | None:
    """Two lines that bring the ledger to the other side.

    Where the ledger shows too much, its balance is credited and the difference debited.
    """
    accounts = {bucket.value: pair for bucket, pair in spec.accounts.items()}.get(facts.bucket)
    if accounts is None or not facts.difference or len(facts.currency) != 3:
        return None
    # left - right: negative is too much on the right.
    too_much = facts.difference < 0 if spec.ledger == "right" else facts.difference > 0
    amount = abs(Decimal(facts.difference))
    debit, credit = accounts.difference, accounts.balance
    if not too_much:
        debit, credit = credit, debit
    return EntryLine(account=debit, debit=amount), EntryLine(account=credit, credit=amount)


def _memo(facts: Facts) -> str:
    return plain_line(f"{facts.bucket}: {_named(facts)}: {facts.evidence}", longest=200)


def _chase(facts: Facts, spec: ResolveSpec) -> Action | None:
    recipient = spec.contacts.of(facts.counterparty)
    if recipient is None or not _is_allowed(recipient, spec):
        return None
    text = f"In our records the following is open:\n\n{described(facts)}\n\nPlease let us know."
    return Chase(recipient=recipient, subject=f"Open item {_named(facts)}", text=text)


def _ticket(facts: Facts, spec: ResolveSpec) -> Action | None:
    project = spec.targets.ticket_project
    if project is None:
        return None
    summary = plain_line(f"{facts.bucket}: {_named(facts)}", longest=200)
    return Ticket(project=project, summary=summary, text=described(facts))


def _webhook(facts: Facts, spec: ResolveSpec) -> Action | None:
    target = spec.targets.webhook
    return Webhook(target=target, body=_body(facts)) if target else None


def _http(facts: Facts, spec: ResolveSpec) -> Action | None:
    target = spec.targets.http
    return HttpCall(target=target, body=_body(facts)) if target else None


def _slack(facts: Facts, spec: ResolveSpec) -> Action | None:
    target = spec.targets.slack
    return SlackPost(target=target, text=described(facts)) if target else None


def _valid(facts: Facts, spec: ResolveSpec) -> Action | None:
    del spec  # It needs nothing from outside.
    return DocumentValid(note=f"Right as it is.\n{described(facts)}")


def _body(facts: Facts) -> dict[str, str | int | None]:
    return {
        "id": facts.identity,
        "reconciliation": facts.reconciliation,
        "bucket": facts.bucket,
        "key": plain_line(facts.key),
        "difference": None if facts.difference is None else str(facts.difference),
        "currency": facts.currency,
        "age_days": facts.age_days,
        "evidence": plain_line(facts.evidence, longest=300),
    }


def _named(facts: Facts) -> str:
    return plain_line(facts.key, longest=60) or facts.identity[:12]


def described(facts: Facts) -> str:
    """All facts of a break, one a line, as they stand in mails and tickets."""
    lines = [f"{fact.name}: {fact.value}" for fact in facts.listed()]
    return "\n".join([*lines, f"reconciliation: {facts.reconciliation}", f"id: {facts.identity}"])


_BUILDERS: Final[dict[ActionKind, Callable[[Facts, ResolveSpec], Action | None]]] = {
    ActionKind.WAIT: _wait,
    ActionKind.REQUEST_DOCUMENT: _request,
    ActionKind.CORRECT_REFERENCE: _reference,
    ActionKind.JOURNAL_ENTRY: _journal,
    ActionKind.WRITE_OFF: _write_off,
    ActionKind.CHASE: _chase,
    ActionKind.TICKET: _ticket,
    ActionKind.WEBHOOK: _webhook,
    ActionKind.SLACK: _slack,
    ActionKind.HTTP: _http,
    ActionKind.DOCUMENT_VALID: _valid,
}
