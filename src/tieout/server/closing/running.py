"""Runs the automated tasks of a period, one after another as they become ready."""

from typing import TYPE_CHECKING

from django.db import transaction

from tieout.close.tasks.model import TaskState
from tieout.model.errors import InputError
from tieout.server.closing.handlers import RUN_TASK
from tieout.server.closing.models import Period, Task
from tieout.server.closing.queries import find_task, runnable
from tieout.server.closing.services import move_task
from tieout.server.jobs.models import Job
from tieout.server.jobs.services import enqueue

if TYPE_CHECKING:
    from tieout.server.accounts.models import User


@transaction.atomic
def start(task: Task, *, actor: "User | None") -> Job:
    """Begin an automated task and queue its job. Raises InputError where it cannot begin."""
    if not task.job:
        raise InputError(f"task {task.code!r} is not automated")
    if task.state == TaskState.FAILED:
        task = move_task(task, TaskState.READY, actor=actor)
    task = move_task(task, TaskState.IN_PROGRESS, actor=actor)
    return enqueue(RUN_TASK, {"task": task.pk}, actor=actor, attempts_max=1)


def run_period(period: Period, *, only: str | None = None, actor: "User | None") -> list[Task]:
    """Run what can run, and what becomes ready by it, in this process; each task once."""
    from tieout.server.jobs.worker import work_off

    done: list[Task] = []
    wanted = {find_task(period, only).code} if only else None
    if wanted:
        task = find_task(period, str(only))
        if task.state not in {TaskState.READY, TaskState.FAILED}:
            raise InputError(f"task {task.code!r} is {task.state}; it runs once it is ready")
    while True:
        seen = {task.pk for task in done}
        waiting = [
            task
            for task in runnable(period)
            if task.pk not in seen and (wanted is None or task.code in wanted)
        ]
        if not waiting:
            return [Task.objects.get(pk=task.pk) for task in done]
        start(waiting[0], actor=actor)
        work_off()
        done.append(waiting[0])
