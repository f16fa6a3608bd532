"""Earliest and latest times, slack and the critical path."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.close.tasks.delay import delay
from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.schedule import Work, plan

DIAMOND = TaskGraph.of([("a", []), ("b", ["a"]), ("c", ["a"]), ("d", ["b", "c"])])


def works(*days: float) -> list[Work]:
    return [Work(each) for each in days]


def names(graph: TaskGraph, places: Sequence[int]) -> list[str]:
    return [graph.ids[place] for place in places]


def test_the_longer_arm_of_a_diamond_is_critical_and_the_other_may_wait() -> None:
    found = plan(DIAMOND, works(1, 3, 1, 1))
    assert names(DIAMOND, found.critical) == ["a", "b", "d"]
    assert found.end == 5
    assert found.slack == (0, 0, 2, 0)


def test_a_task_cannot_begin_before_it_is_released() -> None:
    found = plan(DIAMOND, [Work(1), Work(1), Work(1, released=4), Work(1)])
    assert found.start[2] == 4
    assert names(DIAMOND, found.critical) == ["c", "d"]
    assert found.slack == (3, 3, 0, 0)


def test_what_has_not_begun_begins_now_at_the_earliest() -> None:
    found = plan(DIAMOND, works(1, 1, 1, 1), now=7.5)
    assert found.start[0] == 7.5
    assert found.end == 10.5


def test_what_has_begun_takes_its_estimate_and_at_least_until_now() -> None:
    begun = [Work(1, started=0), Work(1), Work(1), Work(1)]
    assert plan(DIAMOND, begun, now=0.5).finish[0] == 1
    assert plan(DIAMOND, begun, now=3.0).finish[0] == 3


def test_what_is_done_stays_where_it_was_done() -> None:
    work = [Work(1, started=0.0, finished=2.5), Work(1), Work(2), Work(1)]
    found = plan(DIAMOND, work, now=2.0)
    assert found.finish[0] == 2.5
    assert names(DIAMOND, found.critical) == ["c", "d"], "while work is open, the open work"


def test_of_a_close_that_is_over_the_path_is_what_it_waited_for() -> None:
    done = [
        Work(1, started=0, finished=1),
        Work(1, started=1, finished=2),
        Work(1, started=2, finished=4),
        Work(1, started=5, finished=6),
    ]
    assert names(DIAMOND, plan(DIAMOND, done, now=9).critical) == ["a", "c", "d"]


def test_a_task_that_began_before_its_turn_does_not_press_those_before() -> None:
    work = [Work(1), Work(1), Work(1), Work(1, started=0, finished=1)]
    found = plan(DIAMOND, work)
    assert found.end == 2
    assert found.slack[0] == 0


def test_no_tasks_are_closed_at_once() -> None:
    found = plan(TaskGraph.of([]), [])
    assert (found.end, found.critical) == (0.0, ())


def test_a_delay_names_what_moves_and_by_how_much() -> None:
    found = delay(DIAMOND, works(1, 3, 1, 1), {2: 3})
    assert names(DIAMOND, found.downstream) == ["d"]
    assert [(DIAMOND.ids[place], moved) for place, moved in found.moved] == [("c", 3), ("d", 1)]
    assert found.end_moved == 1
    assert names(DIAMOND, found.after.critical) == ["a", "c", "d"]


def test_a_delay_within_the_slack_moves_nothing_but_the_task() -> None:
    found = delay(DIAMOND, works(1, 3, 1, 1), {2: 2})
    assert found.end_moved == 0
    assert [DIAMOND.ids[place] for place, _ in found.moved] == ["c"]


@st.composite
def problems(draw: st.DrawFn) -> tuple[TaskGraph, list[Work]]:
    count = draw(st.integers(1, 7))
    tasks = [
        (f"t{place}", [f"t{each}" for each in range(place) if draw(st.booleans())])
        for place in range(count)
    ]
    shuffled = draw(st.permutations(tasks))
    # Halves and quarters, so that sums are exact.
    days = st.integers(0, 12).map(lambda quarters: quarters / 4)
    return TaskGraph.of(shuffled), [Work(draw(days)) for _ in shuffled]


def longest_path(graph: TaskGraph, work: Sequence[Work]) -> float:
    """By looking at every set of tasks in every working order of it: for small graphs only."""
    best = 0.0
    places = list(graph.order)
    for size in range(1, len(places) + 1):
        for chain in itertools.combinations(places, size):
            linked = all(first in graph.before[then] for first, then in itertools.pairwise(chain))
            if linked:
                best = max(best, sum(work[place].days for place in chain))
    return best


@given(problems())
def test_the_end_is_that_of_the_longest_of_all_chains(
    problem: tuple[TaskGraph, list[Work]],
) -> None:
    graph, work = problem
    found = plan(graph, work)
    assert found.end == longest_path(graph, work)
    assert sum(work[place].days for place in found.critical) == pytest.approx(found.end)
    assert all(first in graph.before[then] for first, then in itertools.pairwise(found.critical))
    assert all(found.slack[place] == 0 for place in found.critical)


@given(problems(), st.data())
def test_slack_is_exactly_what_a_task_may_take_longer(
    problem: tuple[TaskGraph, list[Work]], data: st.DataObject
) -> None:
    graph, work = problem
    place = data.draw(st.integers(0, len(work) - 1))
    slack = plan(graph, work).slack[place]
    assert delay(graph, work, {place: slack}).end_moved == 0
    assert delay(graph, work, {place: slack + 0.5}).end_moved == pytest.approx(0.5)


@given(problems(), st.data())
def test_a_delay_moves_only_what_is_downstream(
    problem: tuple[TaskGraph, list[Work]], data: st.DataObject
) -> None:
    graph, work = problem
    place = data.draw(st.integers(0, len(work) - 1))
    found = delay(graph, work, {place: 1.25})
    assert {each for each, _ in found.moved} <= {place, *found.downstream}
    assert 0 <= found.end_moved <= 1.25
