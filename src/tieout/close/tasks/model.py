"""A task of a close, as a calendar describes it, and the states it goes through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

HOURS_DEFAULT: Final = 4.0
HOURS_PER_DAY_DEFAULT: Final = 8.0


class TaskState(StrEnum):
    """Where a task of a period stands."""

    PENDING = "pending"  # waits for other tasks
    READY = "ready"  # all that it waits for is done
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"  # somebody says why it cannot go on, or what it waits for has failed
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"  # with a reason


DONE: Final = frozenset({TaskState.COMPLETED, TaskState.SKIPPED})
# What a person or a job may do to a task; pending and ready follow from the other tasks.
MOVES: Final[Mapping[TaskState, frozenset[TaskState]]] = {
    TaskState.PENDING: frozenset({TaskState.SKIPPED, TaskState.BLOCKED}),
    TaskState.READY: frozenset(
        {TaskState.IN_PROGRESS, TaskState.COMPLETED, TaskState.SKIPPED, TaskState.BLOCKED}
    ),
    TaskState.IN_PROGRESS: frozenset(
        {TaskState.COMPLETED, TaskState.FAILED, TaskState.BLOCKED, TaskState.SKIPPED}
    ),
    TaskState.BLOCKED: frozenset({TaskState.READY, TaskState.SKIPPED}),
    TaskState.FAILED: frozenset({TaskState.READY, TaskState.SKIPPED}),
    TaskState.COMPLETED: frozenset({TaskState.READY}),
    TaskState.SKIPPED: frozenset({TaskState.READY}),
}


@dataclass(frozen=True, slots=True)
class TaskTemplate:
    """A task as it comes back every period.

    workday: it is due at the end of this workday; 1 is the first after the period, 0 the last of
        it, None whenever the plan has it done. starts: it cannot begin before this workday.
    hours: of work. owner, reviewer: a person or a role. job: what an automated task runs, by
    name; arguments: for that job. is_automated is true of an imported task that names no job.
    """

    id: str
    name: str
    depends_on: tuple[str, ...] = ()
    workday: int | None = None
    starts: int | None = None
    hours: float = HOURS_DEFAULT
    owner: str = ""
    reviewer: str = ""
    job: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    is_automated: bool = False
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class CalendarTemplate:
    """The tasks of every period. holidays: a country or market, as in `BusinessCalendar`.

    certification: how balances are certified, as `tieout.close.review.policy` reads it.
    """

    name: str
    tasks: tuple[TaskTemplate, ...]
    hours_per_day: float = HOURS_PER_DAY_DEFAULT
    holidays: str | None = None
    certification: Mapping[str, Any] = field(default_factory=dict)

    def days(self, task: TaskTemplate) -> float:
        """The estimate of a task in workdays."""
        return task.hours / self.hours_per_day
