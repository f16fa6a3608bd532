"""What state follows from the others, and who waits for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.model import DONE, MOVES, TaskState
from tieout.model.errors import InputError

_FOLLOWS = frozenset({TaskState.PENDING, TaskState.READY})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that cannot begin, the open task it waits for, and whose that is."""

    task: str
    owner: str
    waits_for: str
    owned_by: str


def settled(graph: TaskGraph, states: Sequence[TaskState]) -> tuple[TaskState, ...]:
    """Pending tasks become ready once all that they wait for is done, and back when it is undone.

    A task that waits for one that has failed or is blocked stays pending: the board shows why.
    """
    return tuple(
        (
            TaskState.READY
            if all(states[earlier] in DONE for earlier in graph.before[place])
            else TaskState.PENDING
        )
        if state in _FOLLOWS
        else state
        for place, state in enumerate(states)
    )


def check_move(task: str, old: TaskState, new: TaskState, *, reason: str = "") -> None:
    """Raises InputError where a task may not go from one state to another, or must say why."""
    if new not in MOVES[old]:
        allowed = ", ".join(sorted(MOVES[old]))
        raise InputError(f"task {task!r} is {old} and cannot become {new}; it can be {allowed}")
    if new in {TaskState.SKIPPED, TaskState.BLOCKED, TaskState.FAILED} and not reason.strip():
        raise InputError(f"task {task!r} becomes {new}: say why")


def waiting(
    graph: TaskGraph, states: Sequence[TaskState], owners: Mapping[str, str]
) -> tuple[Waiting, ...]:
    """Every pending task with each open one that it waits for directly, in working order."""
    return tuple(
        Waiting(
            graph.ids[place],
            owners.get(graph.ids[place], ""),
            graph.ids[earlier],
            owners.get(graph.ids[earlier], ""),
        )
        for place in graph.order
        if states[place] is TaskState.PENDING
        for earlier in graph.before[place]
        if states[earlier] not in DONE
    )
