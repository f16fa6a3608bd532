"""Which task waits for which."""

import itertools

import pytest

from tieout.close.tasks.graph import TaskGraph
from tieout.model.errors import InputError


def test_every_task_stands_after_those_that_it_waits_for() -> None:
    graph = TaskGraph.of([("lock", ["certify"]), ("certify", ["post"]), ("post", [])])
    assert [graph.ids[place] for place in graph.order] == ["post", "certify", "lock"]


def test_of_free_tasks_the_first_listed_goes_first() -> None:
    graph = TaskGraph.of([("b", []), ("a", []), ("c", ["a", "b"])])
    assert [graph.ids[place] for place in graph.order] == ["b", "a", "c"]


def test_a_dependency_that_stands_twice_counts_once() -> None:
    graph = TaskGraph.of([("a", []), ("b", ["a", "a"])])
    assert graph.before[1] == (0,)


def test_an_unknown_id_is_named_with_the_task_and_a_near_one() -> None:
    with pytest.raises(InputError, match=r"task 'lock' depends on 'certifi', .*mean 'certify'"):
        TaskGraph.of([("certify", []), ("lock", ["certifi"])])


def test_an_id_that_stands_twice_is_named() -> None:
    with pytest.raises(InputError, match="task 'post' stands twice"):
        TaskGraph.of([("post", []), ("post", [])])


def test_a_circle_is_named_in_its_own_order() -> None:
    tasks = [("free", []), ("a", ["free", "c"]), ("b", ["a"]), ("c", ["b"]), ("after", ["c"])]
    with pytest.raises(InputError, match="circle: ") as caught:
        TaskGraph.of(tasks)
    circle = str(caught.value).split("circle: ")[1].split(" -> ")
    assert circle[0] == circle[-1]
    assert sorted(circle[1:]) == ["a", "b", "c"]
    waits = dict(tasks)
    assert all(first in waits[then] for first, then in itertools.pairwise(circle))


def test_a_task_that_waits_for_itself_is_a_circle() -> None:
    with pytest.raises(InputError, match="circle: a -> a"):
        TaskGraph.of([("a", ["a"])])


def test_downstream_and_upstream_reach_through_others() -> None:
    graph = TaskGraph.of([("a", []), ("b", ["a"]), ("c", ["b"]), ("other", [])])
    assert graph.downstream([0]) == (1, 2)
    assert graph.upstream([2]) == (0, 1)
    assert graph.downstream([3]) == ()


def test_asking_for_an_unknown_task_names_it() -> None:
    graph = TaskGraph.of([("cut_off", [])])
    with pytest.raises(InputError, match="no task 'cutoff'; did you mean 'cut_off'"):
        graph.place("cutoff")
