"""The end of a close with its uncertainty."""

import math

import pytest

from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.schedule import Work
from tieout.close.tasks.uncertainty import Spread, learn, simulate

CHAIN = TaskGraph.of([("a", []), ("b", ["a"]), ("side", [])])


def test_without_past_periods_the_estimate_is_the_median() -> None:
    assert math.exp(learn(1.5, []).log_mean) == pytest.approx(1.5)
    assert learn(1.5, []).log_deviation == pytest.approx(0.35)


def test_many_periods_outweigh_the_estimate() -> None:
    found = learn(1.0, [3.0, 3.1, 2.9] * 20)
    assert math.exp(found.log_mean) == pytest.approx(3.0, rel=0.06)


def test_a_task_that_took_no_time_at_all_is_no_mistake() -> None:
    assert math.isfinite(learn(0.0, [0.0]).log_mean)


def test_equal_seeds_give_equal_outlooks_and_others_do_not() -> None:
    work, spreads = [Work(1), Work(1), Work(1)], [learn(1.0, [])] * 3
    first = simulate(CHAIN, work, spreads, seed=1)
    assert first == simulate(CHAIN, work, spreads, seed=1)
    assert first != simulate(CHAIN, work, spreads, seed=2)
    assert first.early < first.middle < first.late


def test_where_nothing_is_unsure_all_quantiles_are_the_plan() -> None:
    spreads = [Spread(math.log(days), 0.0) for days in (1.0, 2.0, 0.5)]
    found = simulate(CHAIN, [Work(1), Work(2), Work(0.5)], spreads, seed=3, draws=50)
    assert (found.early, found.middle, found.late) == pytest.approx((3.0, 3.0, 3.0))
    assert found.criticality == (1.0, 1.0, 0.0)


def test_tasks_that_are_nearly_as_long_share_the_path() -> None:
    graph = TaskGraph.of([("a", []), ("b", [])])
    found = simulate(graph, [Work(1), Work(1)], [learn(1.0, [])] * 2, seed=4)
    assert sum(found.criticality) == pytest.approx(1.0)
    assert 0.4 < found.criticality[0] < 0.6


def test_what_is_done_is_sure_and_not_critical_any_more() -> None:
    work = [Work(1, started=0, finished=5), Work(1, started=5), Work(1, started=0, finished=1)]
    found = simulate(CHAIN, work, [Spread(0.0, 0.0)] * 3, seed=5, draws=20, now=5.5)
    assert (found.middle, found.criticality) == (6.0, (0.0, 1.0, 0.0))


def test_a_released_task_waits_in_every_draw() -> None:
    graph = TaskGraph.of([("a", [])])
    found = simulate(graph, [Work(1, released=4)], [Spread(0.0, 0.0)], seed=6, draws=10)
    assert found.early == 5.0
