"""Writes of what comes in, each audited in its own transaction."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from tieout.server.audit.services import Entry, record, record_many
from tieout.server.cases.models import RANKS, Case
from tieout.server.cases.registering import due_at
from tieout.server.intake.models import KeptAnswer, LiveFinding, SpoolMark, Upload
from tieout.server.intake.spool import Line, Spool, read_segment
from tieout.server.jobs.services import enqueue

if TYPE_CHECKING:
    from tieout.server.accounts.models import User

EVENTS_A_TRANSACTION: Final = 500
ANSWER_HOURS: Final = 24
_BATCH_ROWS: Final = 500
# As cases of a run: by how small the p-value is.
_SEVERITIES: Final = ((1e-9, "critical"), (1e-6, "high"), (1e-3, "medium"), (2.0, "low"))
# While a server works on a small upload itself, workers leave it alone for so long.
_OWN_SECONDS: Final = 120


def take_over(spool: Spool) -> int:
    """Bring what was spooled into database and audit log; answers with the number of events."""
    taken = 0
    for segment in spool.segments():
        mark = SpoolMark.objects.filter(segment=segment.stem).first()
        offset = mark.offset if mark else 0
        lines: list[Line] = []
        for line in read_segment(segment, offset):
            lines.append(line)
            if len(lines) >= EVENTS_A_TRANSACTION:
                taken += _take_over(segment.stem, lines)
                lines = []
        taken += _take_over(segment.stem, lines) if lines else 0
        if segment != spool.current:
            spool.remove(segment)
            SpoolMark.objects.filter(segment=segment.stem).delete()
    return taken


@transaction.atomic
def _take_over(segment: str, lines: Sequence[Line]) -> int:
    """Some events, and how far they reach: both or neither."""
    mark, _ = SpoolMark.objects.select_for_update().get_or_create(segment=segment)
    fresh = [line for line in lines if line.end > mark.offset]
    if not fresh:
        return 0
    for event in _by_actor(line.event for line in fresh):
        record_many([_entry(each) for each in event], actor=_actor(event[0]))
    # The audit log lets one transaction in at a time: ids come in the order of commits.
    found = [row for line in fresh for row in _rows(line.event)]
    LiveFinding.objects.bulk_create(found, batch_size=_BATCH_ROWS)
    _open_cases(found)
    mark.offset = fresh[-1].end
    mark.save(update_fields=["offset"])
    return len(fresh)


def _by_actor(events: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Events in their order, those of one actor after each other together."""
    return [list(group) for _, group in groupby(events, key=lambda event: event["actor_id"])]


def _actor(event: Mapping[str, Any]) -> "User | None":
    from tieout.server.accounts.models import User

    return User.objects.filter(pk=event["actor_id"]).first() if event["actor_id"] else None


def _entry(event: Mapping[str, Any]) -> Entry:
    """What the audit log says of a scored request: how many records, their digest, the outcome."""
    told = ("way", "model", "profile", "records", "flagged", "sha256", "at")
    return Entry(
        "transactions.scored",
        ("scoring", event["event"]),
        after={name: event[name] for name in told},
        request_id=event["request_id"],
    )


def _rows(event: Mapping[str, Any]) -> list[LiveFinding]:
    return [
        LiveFinding(
            event=event["event"],
            place=finding["place"],
            at=datetime.fromisoformat(event["at"]),
            way=event["way"],
            actor=event["actor"],
            request_id=event["request_id"],
            model=event["model"],
            profile=event["profile"],
            record=finding["record"],
            score=finding["score"],
            p_value=finding["p_value"],
            is_ml_flag=finding["is_ml_flag"],
            is_rule_flag=finding["is_rule_flag"],
            triggered_rules=finding["triggered_rules"],
            reasons_top3=finding["reasons_top3"],
        )
        for finding in event["findings"]
    ]


def _open_cases(findings: Sequence[LiveFinding]) -> None:
    """A case for each record that was flagged; the same record sent again is the same case.

    Other writers wait for the audit log by now, so that nobody opens one in between.
    """
    from tieout.server.resolutions.telling import told_of

    by_identity = {_identity(each): each for each in reversed(findings)}
    transactions = Case.objects.filter(kind=Case.Kind.TRANSACTION)
    known = set(
        transactions.filter(identity__in=list(by_identity)).values_list("identity", flat=True)
    )
    now = timezone.now()
    fresh = [
        _case(identity, finding, now)
        for identity, finding in reversed(by_identity.items())
        if identity not in known
    ]
    opened = Case.objects.bulk_create(fresh, batch_size=_BATCH_ROWS)
    entries = [
        Entry(
            "case.opened",
            ("case", case.pk),
            after={"title": case.title, "kind": str(case.kind), "severity": case.severity},
        )
        for case in opened
    ]
    if entries:
        record_many(entries, actor=None)
    told_of(opened)


def _identity(finding: LiveFinding) -> str:
    text = json.dumps(finding.record, sort_keys=True, ensure_ascii=False)
    return "live-" + hashlib.sha256(f"{finding.profile} {text}".encode()).hexdigest()[:24]


def _case(identity: str, finding: LiveFinding, now: datetime) -> Case:
    severity = next(word for most, word in _SEVERITIES if finding.p_value < most)
    words = next(iter(finding.reasons_top3), "") or ", ".join(finding.triggered_rules)
    return Case(
        kind=Case.Kind.TRANSACTION,
        identity=identity,
        title=(words or f"score {finding.score:.3f}")[:300],
        severity=severity,
        severity_rank=RANKS[severity],
        source=finding.model,
        summary="; ".join(finding.reasons_top3),
        score=finding.score,
        details=finding.record,
        opened_at=now,
        updated_at=now,
        due_at=due_at(severity, now),
    )


@dataclass(frozen=True)
class Sent:
    """A file that was sent and lies in the workspace. path: relative to it."""

    name: str
    path: Path
    sha256: str
    size: int


@transaction.atomic
def register_upload(
    sent: Sent, *, wish: Mapping[str, Any], actor: "User | None", at_once: bool
) -> Upload:
    """Note a file, and queue the job that judges it, both or neither.

    wish: profile and keep_rejects. at_once: the caller takes the job itself; workers leave it
    alone for a while, and take it up if the caller is gone by then.
    """
    wait = timedelta(seconds=_OWN_SECONDS if at_once else 0)
    arguments = {"name": sent.name, "path": str(sent.path), **wish}
    job = enqueue("upload.detect", arguments, actor=actor, run_after=timezone.now() + wait)
    upload = Upload.objects.create(
        name=sent.name,
        path=str(sent.path),
        sha256=sent.sha256,
        size=sent.size,
        actor=actor,
        job=job,
    )
    after = {"name": sent.name, "sha256": sent.sha256, "bytes": sent.size, "job": job.pk}
    record(actor=actor, action="upload.received", target=("upload", upload.pk), after=after)
    return upload


class KeyTakenError(Exception):
    """An idempotency key was used for another request before."""


def digest_of(method: str, path: str, body: bytes) -> str:
    """What a request is, to tell a repetition from another one."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


@transaction.atomic
def once(
    user: "User", key: str, digest: str, work: Callable[[], tuple[int, Any]]
) -> tuple[int, Any, bool]:
    """Do a write and keep its answer, both or neither; a repetition gets the answer kept.

    Answers with status, body and whether it is a repetition. Two that come at once are one after
    the other. Raises KeyTakenError where the key was used for another request.
    """
    old = timezone.now() - timedelta(hours=ANSWER_HOURS)
    KeptAnswer.objects.filter(user=user, created_at__lt=old).delete()
    kept, is_new = KeptAnswer.objects.get_or_create(user=user, key=key, defaults={"digest": digest})
    if kept.digest != digest:
        raise KeyTakenError("the idempotency key was used for another request")
    if not is_new:
        return kept.status, json.loads(kept.body), True
    status, body = work()
    kept.status, kept.body = status, json.dumps(body)
    kept.save(update_fields=["status", "body"])
    return status, body, False
