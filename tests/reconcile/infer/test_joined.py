"""Rows that a candidate key joins, and how often they agree."""

from collections.abc import Callable

import polars as pl

from tieout.reconcile.infer import SampleSide
from tieout.reconcile.infer.joined import (
    agreement,
    best_pair,
    join_groups,
    join_on,
    join_on_amount,
    keyed,
)
from tieout.reconcile.infer.profile import profile
from tieout.reconcile.infer.readings import Reading, readings

Side = Callable[..., SampleSide]


def reading(sample: SampleSide) -> Reading:
    """The one reading of a side."""
    return readings(profile(sample), scale=2)[0]


def keys(*values: str | None) -> pl.DataFrame:
    """Keys in the order of their rows."""
    return keyed(pl.Series(values, dtype=pl.String))


def test_rows_join_where_a_key_occurs_once_on_each_side() -> None:
    joined = join_on(keys("b", "a", "c", "c", None), keys("a", "b", "c", "x", None))
    assert joined.left.to_list() == [1, 0]
    assert joined.right.to_list() == [0, 1]


def test_groups_join_whatever_the_number_of_rows(side: Side) -> None:
    joined = join_groups(keys("a", "b", "b"), keys("b", "a", "a"))
    left = reading(side(amount=["3.00", "1.00", "4.00"]))
    right = reading(side(amount=["5.00", "1.00", "2.00"]))
    assert [s.to_list() for s in joined.amounts(left, right)] == [[300, 500], [300, 500]]
    assert joined.left.to_list() == [0, 1]


def test_at_most_twenty_thousand_rows_are_kept() -> None:
    many = keyed(pl.Series([str(n) for n in range(50_000)]))
    assert 10_000 < len(join_on(many, many)) <= 20_000


def test_agreement_counts_equal_and_opposite_amounts(side: Side) -> None:
    joined = join_on(keys("a", "b", "c", "d"), keys("a", "b", "c", "d"))
    left = reading(side(amount=["1.00", "2.00", "3.00", "0.00"]))
    right = reading(side(amount=["1.00", "-2.00", "9.00", "0.00"]))
    found = agreement(joined, left, right)
    assert (found.rows, found.same, found.opposite) == (3, 1, 1)


def test_agreement_by_chance_is_no_lift(side: Side) -> None:
    names = [str(n) for n in range(20)]
    joined = join_on(keys(*names), keys(*names))
    flat = reading(side(amount=["5.00"] * 20))
    varied = reading(side(amount=[f"{n}.50" for n in range(20)]))
    assert agreement(joined, flat, flat).lift == 0.0
    assert agreement(joined, varied, varied).lift > 0.99


def test_nothing_joined_is_no_agreement(side: Side) -> None:
    found = agreement(join_on(keys("a"), keys("b")), *[reading(side(amount=["1.00"]))] * 2)
    assert (found.rows, found.share, found.lift) == (0, 0.0, 0.0)


def test_the_pair_that_agrees_beats_the_pair_that_is_better_named(side: Side) -> None:
    names = [str(n) for n in range(12)]
    joined = join_on(keys(*names), keys(*names))
    left = profile(side(amount=[f"{n}.10" for n in range(12)]))
    right = profile(
        side(amount=[f"{n}.07" for n in range(12)], gross=[f"{n}.10" for n in range(12)])
    )
    best = best_pair(joined, readings(left, scale=2), readings(right, scale=2))
    assert best[1].label == "gross"


def test_names_decide_where_nothing_is_joined(side: Side) -> None:
    left = readings(profile(side(fee=["1.00"], amount=["2.00"])), scale=2)
    right = readings(profile(side(tax=["1.50"], total_amount=["2.50"])), scale=2)
    best = best_pair(join_on(keys("a"), keys("b")), left, right)
    assert (best[0].label, best[1].label) == ("amount", "total_amount")


def test_without_a_key_rows_join_on_amounts_that_occur_once(side: Side) -> None:
    left = readings(profile(side(amount=["1.00", "2.00", "2.00", "3.00", "0.00"])), scale=2)
    right = readings(profile(side(amount=["-3.00", "-1.00", "-2.00", "0.00"])), scale=2)
    joined = join_on_amount(left, right)
    assert joined.left.to_list() == [0, 3]
    assert joined.right.to_list() == [1, 0]
