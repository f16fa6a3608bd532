"""Rows put side by side."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.detect.behaviour.compiled import compiled
from tieout.detect.behaviour.groups import Groups, Part, encoded, grouped, whole_parts


def test_texts_get_numbers_in_order_of_appearance() -> None:
    part = encoded(pl.Series(["b", None, "a", "b"]))
    assert part.codes.tolist() == [0, -1, 1, 0]
    assert part.count == 2


def test_groups_keep_the_order_of_rows() -> None:
    groups = grouped([Part(np.array([1, 0, 1, -1, 0], np.int32), 2)], 5)
    assert groups.order.tolist() == [1, 4, 0, 2]
    assert groups.start.tolist() == [0, 0, 2, 2]
    assert groups.rank.tolist() == [0, 0, 1, -1, 1]
    assert groups.previous.tolist() == [-1, -1, 0, -1, 1]


def test_some_rows_of_groups_are_groups_again() -> None:
    groups = grouped([Part(np.array([0, 0, 1, 0, 1], np.int32), 2)], 5)
    kept = groups.only(np.array([False, True, True, True, True]))
    assert kept.order.tolist() == [1, 3, 2, 4]
    assert kept.start.tolist() == [0, 0, 2, 2]


def test_no_rows_are_no_groups() -> None:
    groups = grouped([Part(np.array([-1, -1], np.int32), 0)], 2)
    assert groups.order.tolist() == []
    assert groups.rank.tolist() == [-1, -1]
    assert groups.only(np.array([True, True])).order.tolist() == []


@given(
    rows=st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), max_size=40),
)
@settings(max_examples=50, deadline=None)
def test_rank_counts_earlier_rows_with_equal_parts(rows: list[tuple[int, int]]) -> None:
    parts = [Part(np.array([row[side] for row in rows], np.int32), 4) for side in (0, 1)]
    groups = grouped(parts, len(rows))
    for place, row in enumerate(rows):
        expected = rows[:place].count(row) if min(row) >= 0 else -1
        assert groups.rank[place] == expected


numbers = st.one_of(st.integers(-(2**62), 2**62), st.integers(-5, 5), st.just(2**20))


@given(values=st.lists(numbers, min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_whole_numbers_of_any_size_are_told_apart(values: list[int]) -> None:
    array = np.array(values, np.int64)
    groups = grouped(list(whole_parts(array, np.ones(len(values), np.bool_))), len(values))
    for place, value in enumerate(values):
        assert groups.rank[place] == values[:place].count(value)


def test_numbers_that_are_not_known_are_in_no_group() -> None:
    array = np.array([5, 5, 5], np.int64)
    known = np.array([True, False, True])
    assert grouped(list(whole_parts(array, known)), 3).rank.tolist() == [0, -1, 1]
    nothing = whole_parts(array, np.zeros(3, np.bool_))
    assert grouped(list(nothing), 3).rank.tolist() == [-1, -1, -1]


def test_loops_compile_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Any = numba.njit

    def without_a_place(
        loop: Callable[..., object] | None = None, *, cache: bool = False, **options: bool
    ) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(**options) if loop is None else real(loop, **options)

    monkeypatch.setattr(numba, "njit", without_a_place)

    @compiled
    def doubled(value: int) -> int:
        return value * 2

    assert doubled(21) == 42


def test_groups_are_values() -> None:
    groups = Groups(np.array([0], np.int32), np.array([0], np.int32), 1)
    with pytest.raises(AttributeError):
        groups.height = 2  # type: ignore[misc]
