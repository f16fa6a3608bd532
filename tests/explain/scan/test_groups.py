"""Cells of all combinations of attributes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.explain.scan.groups import cuboid, cuboids, within

CODES = np.array([[0, 1, 2], [0, 0, 2], [1, 1, 0], [0, 1, 0]], dtype=np.int64)


def test_every_choice_of_attributes_up_to_the_depth_is_there_once() -> None:
    chosen = [cells.attributes for cells in cuboids(CODES, depth_max=2)]
    assert chosen == [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]


def test_depth_beyond_the_attributes_is_all_of_them() -> None:
    assert [cells.attributes for cells in cuboids(CODES, depth_max=9)][-1] == (0, 1, 2)


def test_sums_are_those_of_the_leaves_in_each_cell() -> None:
    values = np.array([1.0, 10.0, 100.0, 1000.0])
    cells = cuboid(CODES, (0, 1), (2, 2, 3))
    sums = {cells.condition(at): cells.sums(values)[at] for at in range(cells.cells)}
    assert sums == {
        ((0, 0), (1, 0)): 10.0,
        ((0, 0), (1, 1)): 1001.0,
        ((0, 1), (1, 1)): 100.0,
    }


def test_no_attributes_are_one_cell_of_everything() -> None:
    whole = cuboid(CODES, (), ())
    assert whole.cells == 1
    assert whole.sums(np.ones(4)).tolist() == [4.0]
    assert whole.condition(0) == ()


def test_values_of_cells_come_back_on_their_leaves() -> None:
    cells = cuboid(CODES, (2,), (2, 2, 3))
    assert cells.spread(np.array([7, 8])).tolist() == [8, 8, 7, 7]


def test_leaves_within_a_condition_are_found() -> None:
    assert within(CODES, ((0, 0), (2, 0))).tolist() == [False, False, False, True]
    assert within(CODES, ()).all()


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=30
    )
)
def test_cells_of_any_depth_share_out_all_leaves(rows: list[tuple[int, int, int]]) -> None:
    codes = np.array(rows, dtype=np.int64)
    values = np.arange(len(codes), dtype=np.float64)
    for cells in cuboids(codes, depth_max=3):
        assert cells.sums(values).sum() == pytest.approx(values.sum())
        assert sorted(cells.order.tolist()) == list(range(len(codes)))
        for at in range(cells.cells):
            inside = within(codes, cells.condition(at))
            assert cells.sums(values)[at] == pytest.approx(values[inside].sum())
