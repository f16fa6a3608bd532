"""Pairs are told apart and put in order by their row numbers."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.reconcile.passes.pairs import PAIR_SCHEMA, in_order, open_rows, repeated_pairs


def pairs(*rows: tuple[int, int]) -> pl.DataFrame:
    """Pairs in euros that differ by nothing."""
    return pl.DataFrame([(*row, "EUR", 0) for row in rows], schema=PAIR_SCHEMA, orient="row")


def test_pairs_of_rows_that_stand_alone_are_not_repeated() -> None:
    assert repeated_pairs(pairs((1, 2), (2, 1), (9, 9))).is_empty()


def test_every_pair_of_a_repeated_row_is_named_with_its_place() -> None:
    found = repeated_pairs(pairs((7, 1), (3, 4), (3, 2), (5, 2), (1, 9)))
    assert found.rows() == [(2, 3, 2), (1, 3, 4), (3, 5, 2)]


def test_pairs_are_put_in_the_order_of_their_left_rows() -> None:
    ordered = in_order(pairs((9, 1), (2, 3), (5, 2)))
    assert ordered.select("left_row", "right_row").rows() == [(2, 3), (5, 2), (9, 1)]
    assert ordered["currency"].to_list() == ["EUR"] * 3


def test_no_pairs_are_in_order_and_none_repeated() -> None:
    assert in_order(pairs()).is_empty()
    assert repeated_pairs(pairs()).is_empty()


def test_open_rows_are_those_that_nothing_took() -> None:
    taken = [pl.Series([2, 5]), pl.Series([3])]
    assert open_rows(taken, 6)["row"].to_list() == [1, 4, 6]
    assert open_rows([], 2)["row"].to_list() == [1, 2]
    assert open_rows([], 0).is_empty()


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), unique=True, max_size=30),
)
def test_repeated_pairs_are_those_that_counting_finds(rows: list[tuple[int, int]]) -> None:
    lefts, rights = [left for left, _ in rows], [right for _, right in rows]
    expected = sorted(
        (left, right) for left, right in rows if lefts.count(left) > 1 or rights.count(right) > 1
    )
    found = repeated_pairs(pairs(*rows))
    assert found.select("left_row", "right_row").rows() == expected
    assert [rows[at] for at in found["at"]] == expected


def test_pairs_that_are_left_out_do_not_hide_those_of_the_same_row() -> None:
    crowd = pairs((5, 1), (2, 3), (5, 2), (9, 4))
    ordered = in_order(crowd, without=pl.Series([2, 3]))
    assert ordered.select("left_row", "right_row").rows() == [(2, 3), (5, 1)]
    assert ordered.schema == PAIR_SCHEMA
