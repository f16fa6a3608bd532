"""Event time, partition by partition, against a reference that takes one row at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.monitor.watermark import NEVER, Watermark

ROWS = st.lists(st.tuples(st.integers(0, 30), st.sampled_from("ab")), min_size=1, max_size=60)


def follow(mark: Watermark, rows: list[tuple[int, str]]) -> list[int]:
    minutes = np.array([minute for minute, _ in rows], dtype=np.int64)
    partitions = np.array([name for _, name in rows])
    closed: list[int] = mark.follow(minutes, partitions).tolist()
    return closed


def reference(rows: list[tuple[int, str]], grace: int) -> list[int]:
    latest: dict[str, int] = {}
    reached, closed = -(10**9), []
    for minute, name in rows:
        latest[name] = max(latest.get(name, -(10**9)), minute)
        reached = max(reached, min(latest.values()))
        closed.append(reached - grace - 1)
    return closed


@given(ROWS, st.integers(0, 5))
def test_it_is_as_far_as_the_slowest_partition(rows: list[tuple[int, str]], grace: int) -> None:
    assert follow(Watermark(grace), rows) == reference(rows, grace)


@given(ROWS, st.integers(1, 20))
def test_batches_do_not_matter(rows: list[tuple[int, str]], size: int) -> None:
    mark, closed = Watermark(2), []
    for at in range(0, len(rows), size):
        closed += follow(mark, rows[at : at + size])
    assert closed == follow(Watermark(2), rows)


def test_one_stream_needs_no_partitions() -> None:
    mark = Watermark(0)
    assert mark.follow(np.array([5, 3, 7], dtype=np.int64)).tolist() == [4, 4, 6]
    assert mark.closed == 6


def test_nothing_is_closed_before_the_first_row() -> None:
    mark = Watermark(3)
    assert mark.closed == NEVER
    assert mark.follow(np.zeros(0, dtype=np.int64)).tolist() == []


def test_a_quiet_source_is_moved_on_by_the_clock() -> None:
    mark = Watermark(1)
    follow(mark, [(10, "a")])
    mark.advance(20)
    assert mark.closed == 18
    mark.advance(15)
    assert mark.closed == 18


@pytest.mark.parametrize("late", [11, 19])
def test_what_comes_after_the_clock_moved_on_is_late(late: int) -> None:
    mark = Watermark(0)
    follow(mark, [(10, "a")])
    mark.advance(20)
    assert follow(mark, [(late, "a")]) == [19]


def test_who_is_behind_where_the_others_are_holds_nothing_back_until_it_is_heard() -> None:
    mark = Watermark(0)
    follow(mark, [(10, "a"), (10, "b"), (30, "b")])
    assert mark.closed == 9
    mark.advance(30)
    assert follow(mark, [(31, "b"), (32, "b")]) == [30, 31]
    assert follow(mark, [(33, "b"), (20, "a"), (34, "b")]) == [32, 32, 32]


def test_the_clock_forgets_nobody_where_all_are_quiet() -> None:
    mark = Watermark(0)
    follow(mark, [(10, "a"), (12, "b")])
    mark.advance(20)
    assert follow(mark, [(30, "a")]) == [19]
