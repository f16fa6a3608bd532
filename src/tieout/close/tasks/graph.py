"""Which task waits for which; nothing waits for itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from tieout.model.errors import InputError


@dataclass(frozen=True)
class TaskGraph:
    """Tasks by position. order: every task after those that it waits for."""

    ids: tuple[str, ...]
    index: Mapping[str, int]
    before: tuple[tuple[int, ...], ...]
    after: tuple[tuple[int, ...], ...]
    order: tuple[int, ...]

    @classmethod
    def of(cls, tasks: Iterable[tuple[str, Sequence[str]]]) -> "TaskGraph":
        """From ids, each with those that it waits for.

        Raises InputError, with the ids in it, for one that stands twice, that is not known, and
        for tasks that wait for each other in a circle.

        >>> TaskGraph.of([("b", ["a"]), ("a", [])]).order
        (1, 0)
        """
        listed = [(name, tuple(dict.fromkeys(waits))) for name, waits in tasks]
        index: dict[str, int] = {}
        for name, _ in listed:
            if name in index:
                raise InputError(f"task {name!r} stands twice; every task needs an id of its own")
            index[name] = len(index)
        before = tuple(
            tuple(_known(index, name, wanted) for wanted in waits) for name, waits in listed
        )
        after: list[list[int]] = [[] for _ in listed]
        for place, waits in enumerate(before):
            for earlier in waits:
                after[earlier].append(place)
        ids = tuple(index)
        return cls(ids, index, before, tuple(map(tuple, after)), _order(ids, before, after))

    def downstream(self, places: Iterable[int]) -> tuple[int, ...]:
        """All tasks that wait for one of some, directly or not, in working order."""
        reached = _reached(self.after, places)
        return tuple(place for place in self.order if place in reached)

    def upstream(self, places: Iterable[int]) -> tuple[int, ...]:
        """All tasks for which one of some waits, directly or not, in working order."""
        reached = _reached(self.before, places)
        return tuple(place for place in self.order if place in reached)

    def place(self, name: str) -> int:
        """The position of an id. Raises InputError for one that is not known."""
        return _known(self.index, None, name)


def _known(index: Mapping[str, int], task: str | None, wanted: str) -> int:
    if wanted in index:
        return index[wanted]
    near = get_close_matches(wanted, list(index), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    where = f"task {task!r} depends on {wanted!r}, which is no task" if task else ""
    raise InputError((where or f"there is no task {wanted!r}") + hint)


def _reached(edges: Sequence[Sequence[int]], places: Iterable[int]) -> set[int]:
    waiting = list(places)
    reached: set[int] = set()
    while waiting:
        for place in edges[waiting.pop()]:
            if place not in reached:
                reached.add(place)
                waiting.append(place)
    return reached


def _order(
    ids: Sequence[str], before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]
) -> tuple[int, ...]:
    """Kahn 1962; of tasks that are free at the same time, the first listed goes first."""
    waits = [len(earlier) for earlier in before]
    free = [place for place, count in enumerate(waits) if count == 0]
    order: list[int] = []
    while free:
        following: list[int] = []
        for place in free:
            order.append(place)
            for later in after[place]:
                waits[later] -= 1
                if waits[later] == 0:
                    following.append(later)
        free = sorted(following)
    if len(order) < len(ids):
        raise InputError(f"tasks wait for each other in a circle: {_circle(ids, before, waits)}")
    return tuple(order)


def _circle(ids: Sequence[str], before: Sequence[Sequence[int]], waits: Sequence[int]) -> str:
    """One of the circles, in words; a task that waits still waits for one that waits still."""
    place = next(place for place, count in enumerate(waits) if count)
    path: list[int] = []
    while place not in path:
        path.append(place)
        place = next(earlier for earlier in before[place] if waits[earlier])
    circle = [*path[path.index(place) :], place]
    return " -> ".join(ids[each] for each in reversed(circle))
