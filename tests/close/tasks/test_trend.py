"""What holds up the close, period after period."""

from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.schedule import Work
from tieout.close.tasks.trend import PastClose, bottlenecks, days_to_close

GRAPH = TaskGraph.of([("bank", []), ("stock", []), ("lock", ["bank", "stock"])])


def past(period: str, bank: float, stock: float) -> PastClose:
    work = (
        Work(bank, started=0.0, finished=bank),
        Work(stock, started=0.0, finished=stock),
        Work(1, started=max(bank, stock), finished=max(bank, stock) + 1),
    )
    return PastClose(period, GRAPH, work, (1.0, 1.0, 1.0))


def test_a_task_costs_the_days_by_which_the_close_would_have_been_earlier() -> None:
    first, *_ = bottlenecks([past("2026-08", 3.0, 2.0), past("2026-09", 3.0, 1.0)])
    assert first.task == "bank"
    assert first.days_lost == 1.0 + 2.0, "the first time the stock was next to it"
    assert (first.periods, first.critical, first.overrun_days) == (2, 2, 2.0)


def test_a_task_beside_the_path_costs_nothing_however_long_it_takes() -> None:
    found = {each.task: each for each in bottlenecks([past("2026-08", 4.0, 3.0)])}
    assert found["stock"].overrun_days == 2.0
    assert found["stock"].days_lost == 0.0


def test_tasks_that_were_not_done_count_by_their_estimate() -> None:
    close = PastClose("2026-08", GRAPH, (Work(1), Work(1), Work(1)), (1.0, 1.0, 1.0))
    assert all(each.days_lost == 0.0 for each in bottlenecks([close]))


def test_the_trend_is_robust_to_one_odd_period() -> None:
    closes = [("2026-05", 9.0), ("2026-06", 8.0), ("2026-07", 30.0), ("2026-08", 6.0)]
    found = days_to_close(closes)
    assert found is not None
    assert found.slope_days == -1.0
    assert found.median_days == 8.5


def test_one_period_has_no_slope_and_none_has_no_trend() -> None:
    found = days_to_close([("2026-05", 9.0)])
    assert found is not None
    assert found.slope_days == 0.0
    assert days_to_close([]) is None
