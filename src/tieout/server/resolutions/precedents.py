"""Precedents between the table and the library that is asked."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tieout.resolve.kinds import ActionKind
from tieout.resolve.precedents.model import Likeness, Precedent, Result
from tieout.resolve.precedents.store import Library
from tieout.server.resolutions.models import Proposal, StoredPrecedent

_KEPT: dict[tuple[Any, ...], Library] = {}
# More than a few years ago nothing has any weight left.
_OLDEST = timedelta(days=3650)


def library(half_life_days: float) -> Library:
    """All precedents, learnt from; kept until a decision is added or withdrawn."""
    found = StoredPrecedent.objects.filter(decided_at__gte=timezone.now() - _OLDEST)
    latest = found.order_by("-id").values_list("id", flat=True).first()
    withdrawn = found.exclude(result__in=("approved", "done", "rejected")).count()
    mark = (latest, found.count(), withdrawn, half_life_days, timezone.localdate())
    if mark not in _KEPT:
        _KEPT.clear()
        _KEPT[mark] = Library.of(
            [precedent_of(each) for each in found],
            today=timezone.localdate(),
            half_life_days=half_life_days,
        )
    return _KEPT[mark]


def precedent_of(stored: StoredPrecedent) -> Precedent:
    """A row as a precedent."""
    return Precedent(
        precedent_id=str(stored.proposal_id),
        like=Likeness(**stored.likeness),
        action=ActionKind(stored.action),
        proposed=ActionKind(stored.proposed) if stored.proposed else None,
        result=Result(stored.result),
        day=stored.decided_at.date(),
    )


def remember(
    proposal: Proposal, action: str, *, result: Result = Result.APPROVED
) -> StoredPrecedent:
    """Make a decision a precedent; decided anew, the later decision counts."""
    stored, _ = StoredPrecedent.objects.update_or_create(
        proposal=proposal,
        defaults={
            "reconciliation": proposal.likeness["reconciliation"],
            "bucket": proposal.likeness["bucket"],
            "action": action,
            "proposed": proposal.kind_first,
            "likeness": proposal.likeness,
            "result": str(result),
            "decided_at": timezone.now(),
        },
    )
    return stored


def likeness_values(like: Likeness) -> dict[str, Any]:
    """A likeness as it is stored."""
    return asdict(like)
