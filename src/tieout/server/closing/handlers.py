"""Jobs of closing: an automated task runs as a job and ends by its result."""

from typing import TYPE_CHECKING, Any

from tieout.close.tasks.model import TaskState
from tieout.model.errors import InputError
from tieout.server.closing.checks import run_check
from tieout.server.closing.daily import REMIND
from tieout.server.closing.models import Period, Task
from tieout.server.closing.reminders import remind
from tieout.server.closing.services import move_task
from tieout.server.jobs.registry import handler

if TYPE_CHECKING:
    from tieout.server.jobs.models import Job
    from tieout.server.jobs.progress import Progress

RUN_TASK = "close.task"


def _end(job: "Job", result: dict[str, Any]) -> None:
    """Complete or fail the task, in the transaction that ends the job."""
    task = Task.objects.get(pk=job.arguments["task"])
    if task.state != TaskState.IN_PROGRESS:
        return
    state = TaskState.COMPLETED if result["is_good"] else TaskState.FAILED
    move_task(task, state, actor=job.actor, reason=result["text"], result=result)


@handler(RUN_TASK, effect=_end)
def run_task(job: "Job", _: "Progress") -> dict[str, Any]:
    """Run the check of a task."""
    task = Task.objects.select_related("period").get(pk=job.arguments["task"])
    try:
        found = run_check(task)
    except InputError as error:
        return {"is_good": False, "text": str(error), "figures": {}}
    return {"is_good": found.is_good, "text": found.text, "figures": dict(found.figures)}


@handler(REMIND)
def remind_owners(job: "Job", _: "Progress") -> dict[str, Any]:
    """Remind the owners of what is due in every open period; the same day again adds nothing."""
    made = [
        delivery.pk
        for period in Period.objects.filter(state=Period.State.OPEN)
        for delivery in remind(period, actor=job.actor)
    ]
    return {"deliveries": made}
