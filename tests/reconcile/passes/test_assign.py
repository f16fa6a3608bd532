"""One-to-one assignment: the most pairs, then the least cost, and only where it is unique."""

from collections import Counter
from collections.abc import Iterator, Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.reconcile.passes import assign as assign_module
from tieout.reconcile.passes.assign import assign

Edge = tuple[int, int, int]
Classes = dict[int, int]


def candidates(
    edges: Sequence[Edge], left_class: Classes | None = None, right_class: Classes | None = None
) -> pl.DataFrame:
    """Edges are left row, right row, cost; a row without a class is a class of its own."""
    left_class, right_class = left_class or {}, right_class or {}
    return pl.DataFrame(
        [
            (left, right, left_class.get(left, 100 + left), right_class.get(right, 100 + right), c)
            for left, right, c in edges
        ],
        schema=dict.fromkeys(
            ("left_row", "right_row", "left_class", "right_class", "cost"), pl.Int64
        ),
        orient="row",
    )


def answers(edges: Sequence[Edge]) -> Iterator[list[Edge]]:
    """All ways to use each row at most once."""
    if not edges:
        yield []
        return
    first, *others = edges
    yield from answers(others)
    for rest in answers([e for e in others if e[0] != first[0] and e[1] != first[1]]):
        yield [first, *rest]


def best_answers(edges: Sequence[Edge]) -> list[list[Edge]]:
    """The answers with most pairs, and of these the cheapest, by trying all."""
    found = list(answers(edges))
    best = min((-len(answer), sum(edge[2] for edge in answer)) for answer in found)
    return [a for a in found if (-len(a), sum(edge[2] for edge in a)) == best]


def test_nothing_to_choose_from_is_nothing_chosen() -> None:
    assigned = assign(candidates([]))
    assert assigned.pairs.is_empty()
    assert assigned.withheld.is_empty()


def test_a_lone_pair_is_chosen() -> None:
    assert assign(candidates([(1, 5, 9)])).pairs.rows() == [(1, 5)]


def test_the_cheapest_counterpart_is_chosen() -> None:
    assert assign(candidates([(1, 1, 2), (1, 2, 1), (1, 3, 3)])).pairs.rows() == [(1, 2)]


def test_two_pairs_come_before_one_cheap_pair() -> None:
    edges = [(1, 1, 0), (1, 2, 1000), (2, 1, 1000)]
    assert assign(candidates(edges)).pairs.rows() == [(1, 2), (2, 1)]


def test_components_are_solved_apart() -> None:
    edges = [(1, 1, 0), (1, 2, 0), (7, 8, 3), (7, 9, 4)]
    assigned = assign(candidates(edges))
    assert assigned.pairs.rows() == [(7, 8)]
    assert assigned.withheld.rows() == [([1], [1, 2], "more than one counterpart is equally good")]


def test_only_the_rows_in_doubt_are_withheld() -> None:
    # 1 and 1 belong together in every best answer; 2 may take either of two.
    edges = [(1, 1, 0), (1, 2, 50), (2, 2, 5), (2, 3, 5)]
    assigned = assign(candidates(edges))
    assert assigned.pairs.rows() == [(1, 1)]
    assert [row[:2] for row in assigned.withheld.rows()] == [([2], [2, 3])]


def test_rows_that_are_alike_are_taken_in_their_order() -> None:
    edges = [(left, right, 1) for left in (3, 5) for right in (2, 4, 9)]
    assigned = assign(candidates(edges, {3: 0, 5: 0}, {2: 0, 4: 0, 9: 0}))
    assert assigned.pairs.rows() == [(3, 2), (5, 4)]
    assert assigned.withheld.is_empty()


def test_a_component_beyond_bounds_is_withheld_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assign_module, "COMPONENT_ROWS_MAX", 2)
    edges = [(left, right, left + right) for left in (1, 2, 3) for right in (1, 2)]
    assigned = assign(candidates(edges))
    assert assigned.pairs.is_empty()
    assert [row[:2] for row in assigned.withheld.rows()] == [([1, 2, 3], [1, 2])]
    assert "3 left and 2 right rows" in assigned.withheld["reason"][0]


def test_a_full_component_of_the_largest_size_is_solved() -> None:
    size = assign_module.COMPONENT_ROWS_MAX
    edges = [(row, row + step, step * 1000) for row in range(1, size) for step in (0, 1)] + [
        (size, size, 0)
    ]
    assert assign(candidates(edges)).pairs.rows() == [(row, row) for row in range(1, size + 1)]


EDGES = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(0, 3)),
    min_size=1,
    max_size=9,
    unique_by=lambda edge: edge[:2],
)
SCALES = st.sampled_from([1, 7, 10**9 + 7, 10**15 + 3])


@settings(max_examples=150, deadline=None)
@given(edges=EDGES, scale=SCALES, odd=st.integers(0, 1))
def test_what_is_chosen_is_in_every_best_answer_and_the_rest_is_withheld(
    edges: list[Edge], scale: int, odd: int
) -> None:
    edges = [(left, right, cost * scale + odd * (cost % 2)) for left, right, cost in edges]
    best = [{edge[:2] for edge in answer} for answer in best_answers(edges)]
    certain = set.intersection(*best)
    assigned = assign(candidates(edges))
    assert set(assigned.pairs.rows()) == certain
    in_doubt = {row for answer in best for row in answer} - certain
    withheld = assigned.withheld.rows()
    for side in (0, 1):
        rows = {row for group in withheld for row in group[side]}
        assert {pair[side] for pair in in_doubt} <= rows
        assert not rows & {pair[side] for pair in certain}


@settings(max_examples=100, deadline=None)
@given(
    left=st.lists(st.integers(0, 2), min_size=1, max_size=4),
    right=st.lists(st.integers(0, 2), min_size=1, max_size=4),
    costs=st.lists(st.integers(0, 3), min_size=9, max_size=9),
)
def test_rows_that_are_alike_are_interchangeable(
    left: list[int], right: list[int], costs: list[int]
) -> None:
    edges = [
        (row, other, costs[3 * kind + counter])
        for row, kind in enumerate(left, 1)
        for other, counter in enumerate(right, 1)
    ]
    classes_left, classes_right = dict(enumerate(left, 1)), dict(enumerate(right, 1))

    def by_class(pairs: list[tuple[int, int]]) -> Counter[tuple[int, int]]:
        return Counter((classes_left[row], classes_right[other]) for row, other in pairs)

    counted = [by_class([edge[:2] for edge in answer]) for answer in best_answers(edges)]
    certain = {
        pair: count
        for pair, count in counted[0].items()
        if all(each[pair] == count for each in counted)
    }
    assigned = assign(candidates(edges, classes_left, classes_right))
    assert by_class(assigned.pairs.rows()) == Counter(certain)


def test_no_tie_is_overlooked_in_a_large_component() -> None:
    # Every swap of two neighbours costs the same, so each row has two equally good answers.
    size = 24
    for first in range(size - 1):
        edges = [(row, row, 10) for row in range(size)]
        edges += [(row, row + 1, 1000) for row in range(size - 1)]
        edges += [(row + 1, row, -980 if row == first else 1000) for row in range(size - 1)]
        assigned = assign(candidates(edges))
        assert set(assigned.pairs.rows()) == {
            (row, row) for row in range(size) if row not in {first, first + 1}
        }


@settings(max_examples=50, deadline=None)
@given(edges=EDGES, order=st.randoms(use_true_random=False))
def test_the_order_of_candidates_is_irrelevant(edges: list[Edge], order: object) -> None:
    straight = assign(candidates(edges))
    shuffled = assign(candidates(edges[::-1]))
    assert shuffled.pairs.equals(straight.pairs)
    assert shuffled.withheld.equals(straight.withheld)
