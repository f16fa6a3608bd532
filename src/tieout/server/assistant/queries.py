"""Reads of what the assistant said, and of what it used."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from tieout.model.buckets import Bucket
from tieout.resolve.assistant.usage import Outcome
from tieout.server.assistant.models import AssistantCall, Remark, cost_from_pico
from tieout.server.cases.models import Decision

DAYS_SHOWN = 14


@dataclass(frozen=True)
class Period:
    """What was used from a moment on."""

    calls: int
    requests: int
    tokens: int
    cost: Decimal
    outcomes: Mapping[str, int]

    @property
    def hit_rate(self) -> float | None:
        """The part of the answers that came from the cache; None where there were none."""
        cached = self.outcomes.get(Outcome.CACHED, 0)
        answers = cached + self.outcomes.get(Outcome.ANSWERED, 0)
        return cached / answers if answers else None


def used_since(moment: datetime) -> Period:
    """What was asked and used from a moment on."""
    found = AssistantCall.objects.filter(at__gte=moment)
    sums = found.aggregate(
        calls=Count("pk"),
        requests=Sum("requests"),
        tokens=Sum(F("input_tokens") + F("output_tokens")),
        cost=Sum("cost_pico"),
    )
    outcomes = found.order_by().values_list("outcome").annotate(Count("pk"))
    return Period(
        calls=sums["calls"],
        requests=sums["requests"] or 0,
        tokens=sums["tokens"] or 0,
        cost=cost_from_pico(sums["cost"]),
        outcomes={each.value: 0 for each in Outcome} | dict(outcomes),
    )


def today_and_month() -> tuple[Period, Period]:
    """This UTC day and month, as the budget counts them."""
    day = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return used_since(day), used_since(day.replace(day=1))


def by_day() -> list[dict[str, Any]]:
    """Questions, tokens and cost of each of the last days with any, latest first."""
    since = timezone.now() - timedelta(days=DAYS_SHOWN)
    found = AssistantCall.objects.filter(at__gte=since).order_by()
    days = found.annotate(day=TruncDate("at", tzinfo=UTC)).values("day")
    counted = days.annotate(
        calls=Count("pk"),
        requests=Sum("requests"),
        tokens=Sum(F("input_tokens") + F("output_tokens")),
        pico=Sum("cost_pico"),
    )
    return [
        dict(each) | {"cost": cost_from_pico(each["pico"])} for each in counted.order_by("-day")
    ]


def latest_calls(count: int = 20) -> QuerySet[AssistantCall]:
    """What was asked last."""
    return AssistantCall.objects.order_by("-at", "-id")[:count]


def remarks_of(case_id: int) -> QuerySet[Remark]:
    """All that was said of a case, latest first."""
    return Remark.objects.filter(case=case_id).select_related("asked_by")


def latest_of(case_id: int) -> dict[str, Remark]:
    """The latest remark of each task but questions, by task."""
    found: dict[str, Remark] = {}
    for remark in remarks_of(case_id).exclude(task="question")[:50]:
        found.setdefault(remark.task, remark)
    return found


def against() -> QuerySet[Remark]:
    """Remarks on open cases that stand against evidence or proposal, latest first."""
    open_ones = Remark.objects.filter(needs_person=True).exclude(case__status="resolved")
    return open_ones.select_related("case").order_by("-at", "-id")


def stands_against(case_id: int) -> bool:
    """Whether the model's latest word on bucket or proposal is against what would be done.

    Nothing that acts alone may act on such a case: a disagreement goes to a person. What was said
    in place of a model that did not answer takes none back.
    """
    said = remarks_of(case_id).filter(by_model=True, task__in=("classify", "choose"))
    latest: dict[str, bool] = {}
    for task, needs_person in said.values_list("task", "needs_person"):
        latest.setdefault(task, needs_person)
    return any(latest.values())


def track_record() -> tuple[int, int]:
    """How often people decided the bucket that the assistant had said, and of how many cases."""
    said = Remark.objects.filter(task="classify", by_model=True).order_by("case", "-at")
    decided = Decision.objects.filter(state=Decision.State.FINAL, case__bucket_corrected=True)
    latest: dict[int, tuple[str, str]] = {}
    judged = said.filter(case__in=decided.values("case")).values_list(
        "case", "choice", "case__bucket"
    )
    for case, choice, bucket in judged:
        latest.setdefault(case, (choice, bucket))
    named = [pair for pair in latest.values() if pair[1] not in {"", str(Bucket.UNKNOWN)}]
    return sum(choice == bucket for choice, bucket in named), len(named)
