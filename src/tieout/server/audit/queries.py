"""Reads of the audit log: its head, and the proof that the chain is whole."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import count

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date

from tieout.server.audit.chain import FIRST_PREVIOUS
from tieout.server.audit.models import AuditEntry

_CHUNK_ROWS = 2000


@dataclass(frozen=True)
class Head:
    """The end of the chain: whoever knows it can tell later whether anything before changed."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Verdict:
    """What looking through the chain came to. broken: the first row that is wrong, and why."""

    entries: int
    head: Head
    broken: int | None = None
    reason: str = ""

    @property
    def whole(self) -> bool:
        """Whether every entry is as it was written."""
        return self.broken is None


def head() -> Head:
    """The last entry's number and hash; number 0 when there is none."""
    last = AuditEntry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    return Head(*(last or (0, FIRST_PREVIOUS)))


def entries(asked: Mapping[str, str]) -> "QuerySet[AuditEntry]":
    """The entries that an address asks for by actor, action, q, from and to; the latest first."""
    found = AuditEntry.objects.order_by("-sequence")
    for name, value in (("actor", asked.get("actor")), ("action", asked.get("action"))):
        if value:
            found = found.filter(**{name: "" if value == "Tieout" else value})
    if text := asked.get("q", "").strip():
        found = found.filter(
            Q(target_id=text) | Q(target_kind=text) | Q(request_id=text) | Q(after__contains=text)
        )
    if day := _day(asked.get("from", "")):
        found = found.filter(at__date__gte=day)
    if day := _day(asked.get("to", "")):
        found = found.filter(at__date__lte=day)
    return found


def _day(text: str) -> date | None:
    """A day as an address has it; None for none, and for one that no calendar has."""
    with suppress(ValueError):
        return parse_date(text)
    return None


def verify(anchor: Head | None = None) -> Verdict:
    """Look through the whole chain, and at an end of it that was noted before."""
    previous, entries = FIRST_PREVIOUS, 0
    rows = AuditEntry.objects.order_by("sequence").iterator(chunk_size=_CHUNK_ROWS)
    for expected, entry in zip(count(1), rows, strict=False):
        reason = _fault(entry, expected, previous, anchor)
        if reason:
            return Verdict(entries, Head(entries, previous), expected, reason)
        previous, entries = entry.hash, expected
    found = Head(entries, previous)
    if anchor is not None and anchor.sequence > entries:
        reason = f"the log ends before entry {anchor.sequence}, which was noted"
        return Verdict(entries, found, entries + 1, reason)
    return Verdict(entries, found)


def _fault(entry: AuditEntry, expected: int, previous: str, anchor: Head | None) -> str:
    if entry.sequence != expected:
        return f"entry {expected} is missing; the next is {entry.sequence}"
    if entry.previous != previous:
        return "it does not follow the entry before"
    if entry.hash != entry.expected_hash(previous):
        return "its content is not what its hash says"
    if anchor is not None and entry.sequence == anchor.sequence and entry.hash != anchor.hash:
        return "its hash is not the one that was noted"
    return ""
