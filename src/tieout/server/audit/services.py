"""Adds entries to the audit log, and proves that nothing was changed since."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils import timezone

from tieout.server.audit.chain import FIRST_PREVIOUS, canonical
from tieout.server.audit.models import AuditEntry
from tieout.server.context import current_request_id

if TYPE_CHECKING:
    from tieout.server.accounts.models import User

Target = tuple[str, Any]
# Any number that nothing else in the database locks by.
_LOCK: Final = 7_133_701
_BATCH_ROWS: Final = 1000


@dataclass(frozen=True)
class Entry:
    """One entry of many that are recorded together. request_id: "" takes that of all of them."""

    action: str
    target: Target
    before: Any = None
    after: Any = None
    request_id: str = ""


def record(
    *,
    actor: "User | None",
    action: str,
    target: Target,
    before: Any = None,
    after: Any = None,
    request_id: str = "",
) -> AuditEntry:
    """Add an entry, in the transaction of the change that it tells of.

    actor: who did it; None is the system. action: a word such as "case.decided". target: kind and
    id. before, after: JSON values; decimals and dates become text. Raises
    TransactionManagementError outside of a transaction. From here on other writers of the log
    wait until the transaction ends: record last.
    """
    entry = Entry(action, target, before, after)
    return record_many([entry], actor=actor, request_id=request_id)[0]


def record_many(
    entries: Sequence[Entry], *, actor: "User | None", request_id: str = ""
) -> list[AuditEntry]:
    """Add entries of one actor in one go; as `record`."""
    _require_transaction()
    _take_turn()
    last = AuditEntry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    sequence, previous = last or (0, FIRST_PREVIOUS)
    now, rows = timezone.now(), []
    for entry in entries:
        sequence += 1
        row = _row(entry, sequence, actor, now)
        row.request_id = entry.request_id or request_id or current_request_id()
        row.previous, row.hash = previous, row.expected_hash(previous)
        previous = row.hash
        rows.append(row)
    return AuditEntry.objects.bulk_create(rows, batch_size=_BATCH_ROWS)


def _row(entry: Entry, sequence: int, actor: "User | None", now: datetime) -> AuditEntry:
    kind, identity = entry.target
    return AuditEntry(
        sequence=sequence,
        at=now,
        actor=actor.username if actor else "",
        actor_id=actor.pk if actor else None,
        action=entry.action,
        target_kind=kind,
        target_id=str(identity),
        before=_plain(entry.before),
        after=_plain(entry.after),
    )


def _plain(value: Any) -> Any:
    """The value as it will be read back."""
    return None if value is None else json.loads(canonical(value))


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "an audit entry belongs into the transaction of its change: use transaction.atomic"
        )


def _take_turn() -> None:
    """One writer at a time. SQLite's immediate transactions see to that by themselves."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
