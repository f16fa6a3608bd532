"""Over periods: how many days a close takes, and which tasks it is that hold it up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import mean, median

from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.schedule import Work, plan


@dataclass(frozen=True)
class PastClose:
    """A close that is over: its tasks with what happened, and the days each was meant to take."""

    period: str
    graph: TaskGraph
    work: tuple[Work, ...]
    estimates: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A task over some periods.

    days_lost: workdays by which those closes were later than with the task at its estimate.
    overrun_days: by which it takes longer than that, on average. critical: in how many periods
    the close waited for it.
    """

    task: str
    periods: int
    critical: int
    overrun_days: float
    days_lost: float


@dataclass(frozen=True, slots=True)
class Trend:
    """Workdays to close by period. slope: by which a period differs from the one before.

    The slope is the median of those of all pairs (Theil 1950, Sen 1968); 0 for one period.
    """

    days: tuple[tuple[str, float], ...]
    median_days: float
    slope_days: float


def bottlenecks(closes: Sequence[PastClose]) -> tuple[Bottleneck, ...]:
    """Tasks by the days that they cost, the costliest first."""
    facts: dict[str, list[tuple[float, float, bool]]] = {}
    for close in closes:
        relaxed = _relaxed(close)
        actual = plan(close.graph, relaxed)
        on_path = set(actual.critical)
        for place, name in enumerate(close.graph.ids):
            overrun = relaxed[place].days - close.estimates[place]
            lost = 0.0
            if overrun > 0.0 and place in on_path:
                better = list(relaxed)
                better[place] = replace(better[place], days=close.estimates[place])
                lost = actual.end - plan(close.graph, better).end
            facts.setdefault(name, []).append((overrun, lost, place in on_path))
    found = [
        Bottleneck(
            task=name,
            periods=len(rows),
            critical=sum(is_critical for _, _, is_critical in rows),
            overrun_days=mean(overrun for overrun, _, _ in rows),
            days_lost=sum(lost for _, lost, _ in rows),
        )
        for name, rows in facts.items()
    ]
    found.sort(key=lambda each: (-each.days_lost, -each.overrun_days, each.task))
    return tuple(found)


def _relaxed(close: PastClose) -> tuple[Work, ...]:
    """The tasks with the days that they took, free to move when another is shorter."""
    return tuple(
        Work(days=task.finished - task.started, released=task.released)
        if task.started is not None and task.finished is not None
        else replace(task, started=None, finished=None)
        for task in close.work
    )


def days_to_close(closes: Sequence[tuple[str, float]]) -> Trend | None:
    """The trend of workdays to close, by period in order of time; None without any."""
    if not closes:
        return None
    ordered = sorted(closes)
    slopes = [
        (late[1] - early[1]) / (second - first)
        for first, early in enumerate(ordered)
        for second, late in enumerate(ordered[first + 1 :], start=first + 1)
    ]
    middle = median(days for _, days in ordered)
    return Trend(tuple(ordered), middle, median(slopes) if slopes else 0.0)
