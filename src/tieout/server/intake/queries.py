"""Reads of what came in."""

from collections.abc import Sequence
from typing import Any

from tieout.server.intake.models import LiveFinding, Upload

RESUMED_MAX = 10_000


def last_finding_id() -> int:
    """The id of the newest finding; 0 where there is none."""
    return LiveFinding.objects.order_by("-id").values_list("id", flat=True).first() or 0


def findings_after(identity: int, *, limit: int = RESUMED_MAX) -> Sequence[LiveFinding]:
    """Findings with larger ids, the oldest first."""
    return list(LiveFinding.objects.filter(id__gt=identity).order_by("id")[:limit])


def told(finding: LiveFinding) -> dict[str, Any]:
    """A finding as subscribers and the API are told of it."""
    return {
        "id": finding.pk,
        "at": finding.at.isoformat(),
        "event": finding.event,
        "place": finding.place,
        "model": finding.model,
        "profile": finding.profile,
        "record": finding.record,
        "score": finding.score,
        "p_value": finding.p_value,
        "is_ml_flag": finding.is_ml_flag,
        "is_rule_flag": finding.is_rule_flag,
        "is_flag": True,
        "triggered_rules": finding.triggered_rules,
        "reasons_top3": finding.reasons_top3,
    }


def upload_of(job_id: int) -> Upload | None:
    """The upload that a job judges."""
    return Upload.objects.filter(job_id=job_id).first()
