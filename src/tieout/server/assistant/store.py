"""The library's store on the tables of the server."""

from datetime import datetime
from typing import Any

from django.db.models import Sum

from tieout.resolve.assistant.store import Call
from tieout.resolve.assistant.usage import Usage
from tieout.server.assistant.models import (
    AssistantCall,
    KeptAnswer,
    cost_from_pico,
    cost_in_pico,
)

_WHY_MAX = 300


class TableStore:
    """Answers and calls in the database, shared by all processes of the server."""

    def kept(self, key: str, now: datetime) -> dict[str, Any] | None:
        """The answer to the same question, unless it is too old."""
        found = KeptAnswer.objects.filter(key=key, until__gt=now).values_list("content", flat=True)
        return found.first()

    def keep(self, call: Call, content: dict[str, Any], *, until: datetime) -> None:
        """Keep an answer until a moment; those that are too old go."""
        KeptAnswer.objects.filter(until__lte=call.at).delete()
        KeptAnswer.objects.update_or_create(
            key=call.key,
            defaults={
                "task": call.task,
                "model": call.model,
                "content": content,
                "made_at": call.at,
                "until": until,
            },
        )

    def note(self, call: Call) -> None:
        """Count a question."""
        AssistantCall.objects.create(
            at=call.at,
            task=call.task,
            model=call.model,
            key=call.key,
            outcome=call.outcome,
            why=call.why[:_WHY_MAX],
            requests=call.usage.requests,
            input_tokens=call.usage.input_tokens,
            output_tokens=call.usage.output_tokens,
            cost_pico=cost_in_pico(call.usage.cost),
        )

    def spent(self, since: datetime) -> Usage:
        """What was used from a moment on."""
        sums = AssistantCall.objects.filter(at__gte=since).aggregate(
            requests=Sum("requests"),
            input_tokens=Sum("input_tokens"),
            output_tokens=Sum("output_tokens"),
            cost=Sum("cost_pico"),
        )
        return Usage(
            requests=sums["requests"] or 0,
            input_tokens=sums["input_tokens"] or 0,
            output_tokens=sums["output_tokens"] or 0,
            cost=cost_from_pico(sums["cost"]),
        )
