"""When each task can be done, how long it may wait, and what the close waits for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tieout.close.tasks.graph import TaskGraph

_NEAR: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Work:
    """What is known of one task, in workdays from the beginning of the first after the period.

    days: the estimate. released: it cannot begin before. started, finished: what happened.
    """

    days: float
    released: float = -math.inf
    started: float | None = None
    finished: float | None = None


@dataclass(frozen=True)
class Schedule:
    """Earliest start and finish of each task, and its slack, in workdays.

    slack: by how much it may finish later without moving the close (total float). critical: the
    chain of tasks that the close waits for, in working order; while work is open, the open ones.
    end: when the last task is done.
    """

    start: tuple[float, ...]
    finish: tuple[float, ...]
    slack: tuple[float, ...]
    critical: tuple[int, ...]
    end: float


def plan(graph: TaskGraph, work: Sequence[Work], *, now: float = -math.inf) -> Schedule:
    """The critical path method (Kelley and Walker 1959) from what is known at `now`.

    A task that has not begun begins once all that it waits for is done, not before it is released
    and not in the past. One that has begun takes its estimate, or at least until now.
    """
    start, finish = _forward(graph, work, max(now, 0.0) if now > -math.inf else 0.0, now)
    end = max(finish, default=0.0)
    slack = _backward(graph, work, start, finish, end)
    return Schedule(
        tuple(start), tuple(finish), tuple(slack), _critical(graph, work, start, finish), end
    )


def _forward(
    graph: TaskGraph, work: Sequence[Work], earliest: float, now: float
) -> tuple[list[float], list[float]]:
    count = len(work)
    start, finish = [0.0] * count, [0.0] * count
    before = graph.before
    for place in graph.order:
        task = work[place]
        if task.finished is not None:
            finish[place] = task.finished
            start[place] = task.finished - task.days if task.started is None else task.started
            continue
        if task.started is not None:
            start[place] = task.started
            finish[place] = max(task.started + task.days, now)
            continue
        # A release before the first workday lets a task begin within the period.
        begin = earliest if task.released == -math.inf else max(task.released, now)
        for earlier in before[place]:
            begin = max(begin, finish[earlier])
        start[place], finish[place] = begin, begin + task.days
    return start, finish


def _backward(
    graph: TaskGraph, work: Sequence[Work], start: list[float], finish: list[float], end: float
) -> list[float]:
    slack = [0.0] * len(work)
    latest_start = [0.0] * len(work)
    for place in reversed(graph.order):
        latest = end
        for later in graph.after[place]:
            # What has begun does not wait any more.
            if work[later].started is None and work[later].finished is None:
                latest = min(latest, latest_start[later])
        latest_start[place] = latest - (finish[place] - start[place])
        gap = latest - finish[place]
        slack[place] = gap if gap > _NEAR else 0.0
    return slack


def _critical(
    graph: TaskGraph, work: Sequence[Work], start: Sequence[float], finish: Sequence[float]
) -> tuple[int, ...]:
    """From the last finish back along whatever each task had to wait for."""
    if not work:
        return ()
    all_done = all(task.finished is not None for task in work)
    place = max(graph.order, key=lambda each: finish[each])
    chain = [place]
    while True:
        waited = [each for each in graph.before[place] if all_done or work[each].finished is None]
        if not waited:
            break
        last = max(waited, key=lambda each: finish[each])
        if not all_done and finish[last] < start[place] - _NEAR:
            break
        place = last
        chain.append(place)
    return tuple(reversed(chain))
