"""What a delay does: which tasks move, by how much, and when the books are closed then."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.schedule import Schedule, Work, plan


@dataclass(frozen=True)
class DelayImpact:
    """before, after: the schedules. downstream: every task that waits for a delayed one.

    moved: workdays by which each task finishes later, the delayed ones included, largest first
    and otherwise in working order. end_moved: the same of the close.
    """

    before: Schedule
    after: Schedule
    downstream: tuple[int, ...]
    moved: tuple[tuple[int, float], ...]

    @property
    def end_moved(self) -> float:
        """Workdays by which the close is later."""
        return self.after.end - self.before.end


def delay(
    graph: TaskGraph,
    work: Sequence[Work],
    days: Mapping[int, float],
    *,
    now: float = -math.inf,
) -> DelayImpact:
    """What happens when some tasks take so many workdays longer (less, where negative)."""
    later = list(work)
    for place, more in days.items():
        later[place] = replace(later[place], days=max(0.0, later[place].days + more))
    before, after = plan(graph, work, now=now), plan(graph, later, now=now)
    moved = [
        (place, after.finish[place] - before.finish[place])
        for place in graph.order
        if after.finish[place] != before.finish[place]
    ]
    moved.sort(key=lambda pair: -pair[1])
    return DelayImpact(before, after, graph.downstream(days), tuple(moved))
