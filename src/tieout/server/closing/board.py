"""A period's tasks planned: dates, slack, the critical path, what a delay would do."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from tieout.close.tasks.dates import Period as Month
from tieout.close.tasks.dates import Timeline
from tieout.close.tasks.delay import DelayImpact, delay
from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.model import DONE, TaskState
from tieout.close.tasks.schedule import Schedule, Work, plan
from tieout.close.tasks.trend import Bottleneck, PastClose, Trend, bottlenecks, days_to_close
from tieout.close.tasks.uncertainty import Outlook, learn, simulate
from tieout.close.tasks.waiting import Waiting, waiting
from tieout.server.closing.models import Period, Task

SEED = 20_260


@dataclass(frozen=True)
class Board:
    """A period with its plan at a moment."""

    period: Period
    tasks: tuple[Task, ...]
    graph: TaskGraph
    work: tuple[Work, ...]
    timeline: Timeline
    schedule: Schedule
    now: float
    moment: datetime

    @property
    def close_date(self) -> date:
        """When the books are closed by this plan; when they were, once they are locked."""
        if self.period.locked_at is not None:
            return self.period.locked_at.date()
        return self.timeline.day_of(self.schedule.end)

    @property
    def critical_ids(self) -> list[str]:
        """Tasks that the close waits for, in working order."""
        return [self.graph.ids[place] for place in self.schedule.critical]

    def is_late(self, task: Task) -> bool:
        """Whether a task is not done and was due before today."""
        return TaskState(task.state) not in DONE and task.due < self.moment.date()

    def planned(self, place: int) -> date:
        """The day by which a task is done by this plan."""
        return self.timeline.day_of(self.schedule.finish[place])

    def waits(self) -> tuple[Waiting, ...]:
        """Who waits for whom."""
        states = [TaskState(task.state) for task in self.tasks]
        return waiting(self.graph, states, {task.code: task.owner for task in self.tasks})


def board_of(period: Period, *, moment: datetime | date | None = None) -> Board:
    """Plan the tasks of a period as they stand; moment: in place of now."""
    at = moment or timezone.now()
    whole = at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, 23)  # noqa: DTZ001
    tasks = tuple(period.tasks.select_related("done_by", "signed_by").order_by("position"))
    graph = TaskGraph.of((task.code, task.depends_on) for task in tasks)
    timeline = Timeline(Month.parse(period.name), period.holidays or None)
    work = tuple(_work(task, period, timeline) for task in tasks)
    now = timeline.position(at)
    return Board(period, tasks, graph, work, timeline, plan(graph, work, now=now), now, whole)


def _work(task: Task, period: Period, timeline: Timeline) -> Work:
    finished = (
        timeline.position(task.finished_at)
        if task.finished_at and TaskState(task.state) in DONE
        else None
    )
    is_under_way = task.state in {TaskState.IN_PROGRESS, TaskState.COMPLETED}
    started = timeline.position(task.started_at) if task.started_at and is_under_way else None
    released = -math.inf if task.starts is None else float(task.starts - 1)
    return Work(task.hours / period.hours_per_day, released, started, finished)


def status_object(board: Board) -> dict[str, Any]:
    """What `close status --json` prints."""
    return {
        "period": board.period.name,
        "state": board.period.state,
        "tasks": [
            {
                "id": task.code,
                "name": task.name,
                "state": task.state,
                "depends_on": list(task.depends_on),
                "due": task.due.isoformat(),
                "owner": task.owner,
                "slack_days": round(board.schedule.slack[place], 2),
            }
            for place, task in enumerate(board.tasks)
        ],
        "critical_path": board.critical_ids,
        "close_date": board.close_date.isoformat(),
    }


def what_if(board: Board, days: Mapping[str, float]) -> DelayImpact:
    """The effect of delays by task id. Raises InputError for an unknown id."""
    places = {board.graph.place(name): more for name, more in days.items()}
    return delay(board.graph, board.work, places, now=board.now)


def impact_object(board: Board, impact: DelayImpact) -> dict[str, Any]:
    """A delay's effect as the API and the board show it."""
    return {
        "close_date_before": board.timeline.day_of(impact.before.end).isoformat(),
        "close_date": board.timeline.day_of(impact.after.end).isoformat(),
        "moved_days": round(impact.end_moved, 2),
        "critical_path": [board.graph.ids[place] for place in impact.after.critical],
        "downstream": [board.graph.ids[place] for place in impact.downstream],
        "tasks": [
            {
                "id": board.graph.ids[place],
                "moved_days": round(moved, 2),
                "finish": board.timeline.day_of(impact.after.finish[place]).isoformat(),
            }
            for place, moved in impact.moved
        ],
    }


def outlook(board: Board) -> Outlook:
    """The end with its uncertainty, from how long the same tasks took in locked periods."""
    past = _past_days(board)
    spreads = [
        learn(work.days, past.get(task.code, ()))
        for task, work in zip(board.tasks, board.work, strict=True)
    ]
    return simulate(board.graph, board.work, spreads, seed=SEED, now=board.now)


def _past_days(board: Board) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for close in past_closes(before=board.period.name):
        for name, work in zip(close.graph.ids, close.work, strict=True):
            if work.started is not None and work.finished is not None:
                found.setdefault(name, []).append(work.finished - work.started)
    return found


def past_closes(*, before: str = "9999-99", most: int = 24) -> Sequence[PastClose]:
    """Locked periods, the oldest first."""
    periods = Period.objects.filter(state=Period.State.LOCKED, name__lt=before)
    found = []
    for period in list(periods.order_by("-name")[:most])[::-1]:
        board = board_of(period)
        days = tuple(task.hours / period.hours_per_day for task in board.tasks)
        found.append(PastClose(period.name, board.graph, board.work, days))
    return found


def history() -> tuple[Trend | None, tuple[Bottleneck, ...]]:
    """Days to close by period, and what held the closes up."""
    days = []
    for period in Period.objects.filter(state=Period.State.LOCKED):
        timeline = Timeline(Month.parse(period.name), period.holidays or None)
        if period.locked_at is not None:
            days.append((period.name, timeline.position(period.locked_at)))
    return days_to_close(days), bottlenecks(past_closes())
