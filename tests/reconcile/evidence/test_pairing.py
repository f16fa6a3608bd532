"""One-to-one choice among candidates."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieout.reconcile.evidence.pairing import mutual_best

_EDGES = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=6),
        st.integers(min_value=0, max_value=6),
        st.integers(min_value=0, max_value=3),
    ),
    max_size=20,
    unique_by=lambda edge: edge[:2],
)


def _chosen(edges: list[tuple[int, int, int]]) -> set[tuple[int, int]]:
    left, right, cost = (np.array([edge[at] for edge in edges], np.int64) for at in range(3))
    taken = mutual_best(left, right, cost)
    return {(left, right) for (left, right, _), kept in zip(edges, taken, strict=True) if kept}


def test_the_cheapest_pair_goes_first() -> None:
    assert _chosen([(0, 0, 2), (0, 1, 1), (1, 1, 3), (1, 0, 9)]) == {(0, 1), (1, 0)}


def test_later_costs_break_ties() -> None:
    left, right = np.array([0, 0]), np.array([0, 1])

    taken = mutual_best(left, right, np.array([1, 1]), np.array([5, 4]))

    assert taken.tolist() == [False, True]


def test_equal_costs_go_by_position() -> None:
    assert _chosen([(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 1)]) == {(0, 0), (1, 1)}


@given(_EDGES)
def test_no_row_is_taken_twice(edges: list[tuple[int, int, int]]) -> None:
    chosen = _chosen(edges)

    assert len({left for left, _ in chosen}) == len({right for _, right in chosen}) == len(chosen)


@given(_EDGES)
def test_no_free_pair_is_left_over(edges: list[tuple[int, int, int]]) -> None:
    chosen = _chosen(edges)
    lefts, rights = {left for left, _ in chosen}, {right for _, right in chosen}

    assert all(left in lefts or right in rights for left, right, _ in edges)


@given(_EDGES, st.randoms())
def test_neither_order_nor_side_decides(edges: list[tuple[int, int, int]], random: object) -> None:
    turned = [(right, left, cost) for left, right, cost in reversed(edges)]

    assert {(left, right) for right, left in _chosen(turned)} == _chosen(edges)
