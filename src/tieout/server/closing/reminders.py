"""Reminders of tasks that are due or late, by the outbox."""

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from tieout.close.tasks.model import DONE, TaskState
from tieout.server.accounts.models import User
from tieout.server.closing.board import board_of
from tieout.server.closing.models import Period, Task
from tieout.server.outbox.services import enqueue

if TYPE_CHECKING:
    from tieout.server.outbox.models import Delivery

CHANNEL: Final = "email"


@transaction.atomic
def remind(period: Period, *, actor: User | None) -> "list[Delivery]":
    """Write to the owner of each open task that is due today or late; once a day and task.

    A task that belongs to a role goes to everybody who has it. People without an address are left
    out. What is written leaves by the outbox, where `resolve.yaml` allows it.
    """
    today = timezone.now().date()
    critical = set(board_of(period).critical_ids)
    made = []
    for task in period.tasks.filter(due__lte=today).order_by("position"):
        to = _addresses(task)
        if TaskState(task.state) in DONE or task.state == TaskState.PENDING or not to:
            continue
        payload = {
            "to": to,
            "subject": f"{period.name}: {task.name} is due on {task.due}",
            "text": _text(task, today_is_late=task.due < today, critical=task.code in critical),
        }
        made.append(
            enqueue(
                channel=CHANNEL,
                payload=payload,
                idempotency_key=f"close-reminder:{period.name}:{task.code}:{today}",
                actor=actor,
                subject=("task", f"{period.name}/{task.code}"),
            )
        )
    return made


def _addresses(task: Task) -> list[str]:
    people = User.objects.filter(is_active=True).exclude(email="")
    named = people.filter(username=task.owner)
    found = named if named.exists() else people.filter(groups__name=task.owner)
    return sorted(set(found.values_list("email", flat=True)))


def _text(task: Task, *, today_is_late: bool, critical: bool) -> str:
    words = [f"{task.name} ({task.code}) of {task.period.name} is {task.state}."]
    words.append(f"It was due on {task.due}." if today_is_late else f"It is due today, {task.due}.")
    if critical:
        words.append("The close waits for it: it is on the critical path.")
    return "\n".join(words)
