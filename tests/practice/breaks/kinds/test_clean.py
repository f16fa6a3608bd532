from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from rapidfuzz.distance import Levenshtein

Generate = Callable[..., Any]

SAME = ("key", "currency", "date", "party", "original", "original_currency")


def groups(pairs: pl.DataFrame) -> pl.DataFrame:
    """Clean pairs by reference: sums over different rows, and how many rows a side has."""
    left = pairs.unique("left_row").group_by("key_left").agg(pl.col("amount_left").sum(), pl.len())
    right = (
        pairs.unique("right_row").group_by("key_right").agg(pl.col("amount_right").sum(), pl.len())
    )
    return left.join(right, left_on="key_left", right_on="key_right", suffix="_right")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clean_pairs_agree_in_all_but_the_amounts_of_groups(generated: Generate, seed: int) -> None:
    pairs = generated(seed=seed).both("clean")
    for name in SAME:
        assert pairs[f"{name}_left"].eq_missing(pairs[f"{name}_right"]).all(), name


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clean_rows_of_a_reference_have_equal_sums(generated: Generate, seed: int) -> None:
    sums = groups(generated(seed=seed).both("clean"))
    assert (sums["amount_left"] == sums["amount_right"]).all()


def test_some_clean_references_have_several_rows_on_either_side(generated: Generate) -> None:
    shapes = groups(generated(rows=5_000).both("clean")).group_by("len", "len_right").len("n")
    found = {(left, right) for left, right, _ in shapes.iter_rows()}
    assert found == {
        *((1, n) for n in range(1, 6)),
        *((n, 1) for n in range(1, 6)),
        (2, 2),
    }


def test_parts_of_clean_groups_are_positive_in_the_direction_of_the_whole(
    generated: Generate,
) -> None:
    pairs = generated(rows=5_000).both("clean")
    assert ((pairs["amount_left"] > 0) == (pairs["amount_right"] > 0)).all()
    assert (pairs["amount_left"] != 0).all()


def test_twins_belong_together_in_file_order(generated: Generate) -> None:
    pairs = generated(rows=20_000).both("clean")
    twins = pairs.filter(
        (pl.col("left_row").n_unique().over("key_left") == 2)
        & (pl.col("right_row").n_unique().over("key_left") == 2)
    ).sort("key_left", "left_row")
    assert len(twins) >= 100
    assert twins.group_by("key_left").len()["len"].unique().to_list() == [2]
    in_order = twins.group_by("key_left").agg(pl.col("right_row").diff().last() > 0)
    assert in_order["right_row"].all()
    assert (twins["amount_left"] == twins["amount_right"]).all()


def test_a_third_beside_twins_is_the_last_of_its_file(generated: Generate) -> None:
    practice = generated(rows=20_000)
    third = 0
    for side, rows in (("left", practice.left), ("right", practice.right)):
        extra = practice.only(side, "duplicate")
        same = rows.join(extra, on=["key", "amount", "date"], suffix="_extra")
        triples = same.filter(pl.len().over("row_extra") == 3)
        third += triples["row_extra"].n_unique()
        assert triples.filter(pl.col("row") > pl.col("row_extra")).is_empty()
    assert third >= 10


def test_neighbours_share_amount_and_day_under_references_of_two_edits(generated: Generate) -> None:
    practice = generated(rows=20_000)
    clean = practice.both("clean").sort("key_left")
    by_number = clean.with_columns(number=pl.col("key_left").str.slice(3)).sort("number")
    near = by_number.filter(
        (pl.col("amount_left") == pl.col("amount_left").shift(-1))
        & (pl.col("date_left") == pl.col("date_left").shift(-1))
        & (pl.col("number").cast(pl.Int64).shift(-1) - pl.col("number").cast(pl.Int64)).is_between(
            1, 5
        )
    )
    assert len(near) >= 80
    numbers = dict(zip(by_number["number"], by_number["number"].shift(-1), strict=True))
    distance = [Levenshtein.distance(number, numbers[number]) for number in near["number"]]
    assert sum(d <= 2 for d in distance) >= 0.9 * len(distance)
