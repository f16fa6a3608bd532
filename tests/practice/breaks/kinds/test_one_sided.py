from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from rapidfuzz.distance import Levenshtein

Generate = Callable[..., Any]

SEEDS = [1, 2, 3]


def business_days_between(one: date, other: date) -> int:
    return int(np.busday_count(np.datetime64(one), np.datetime64(other)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_missing_row_has_no_key_on_the_other_side(
    generated: Generate, seed: int, side: str
) -> None:
    practice = generated(seed=seed)
    cause = "missing_right" if side == "left" else "missing_left"
    other = practice.right if side == "left" else practice.left
    alone = practice.only(side, cause)
    beside_parts = practice.pairs("split_or_aggregate")["key_left"].unique().to_list()
    alone = alone.filter(~pl.col("key").is_in(beside_parts))
    assert len(alone) >= 15
    assert not set(alone["key"]) & set(other["key"])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_missing_row_is_older_than_eight_business_days(
    generated: Generate, seed: int, side: str
) -> None:
    practice = generated(seed=seed)
    cause = "missing_right" if side == "left" else "missing_left"
    alone = practice.only(side, cause)
    last_day = practice.left["date"].max()
    assert business_days_between(alone["date"].max(), last_day) >= 8


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_late_feed_leaves_all_rows_of_whole_days_alone(
    generated: Generate, seed: int, side: str
) -> None:
    practice = generated(rows=6_000, seed=seed)
    rows, other = practice.left, practice.right
    if side == "right":
        rows, other = other, rows
    alone = practice.only(side, "late_feed")
    for day in alone["date"].unique():
        of_day = rows.filter(pl.col("date") == day)
        assert len(of_day) == alone.filter(pl.col("date") == day).height >= 10
        assert other.filter(pl.col("date") == day).is_empty()


@pytest.mark.parametrize("seed", SEEDS)
def test_late_days_are_few_and_far_from_the_end(generated: Generate, seed: int) -> None:
    practice = generated(rows=6_000, seed=seed)
    days = [
        day
        for side in ("left", "right")
        for day in practice.only(side, "late_feed")["date"].unique()
    ]
    assert len(days) == len(set(days)) == 3
    last_day = practice.left["date"].max()
    assert all(business_days_between(day, last_day) > 5 for day in days)
    assert all(day.weekday() < 5 for day in days)


def test_late_rows_have_no_key_on_the_other_side(generated: Generate) -> None:
    practice = generated()
    assert not set(practice.only("left", "late_feed")["key"]) & set(practice.right["key"])
    assert not set(practice.only("right", "late_feed")["key"]) & set(practice.left["key"])


@pytest.mark.parametrize("seed", SEEDS)
def test_only_left_rows_of_the_last_two_business_days_are_in_transit(
    generated: Generate, seed: int
) -> None:
    practice = generated(seed=seed)
    assert practice.only("right", "timing").is_empty()
    transit = practice.only("left", "timing")
    last_day = practice.left["date"].max()
    assert len(transit) >= 2
    assert all(business_days_between(day, last_day) <= 1 for day in transit["date"])
    assert not set(transit["key"]) & set(practice.right["key"])


@pytest.mark.parametrize("seed", SEEDS)
def test_few_rows_are_in_transit_beside_the_clean_ones_of_their_day(
    generated: Generate, seed: int
) -> None:
    practice = generated(seed=seed)
    transit = practice.only("left", "timing")
    clean = practice.both("clean").filter(pl.col("date_left").is_in(transit["date"].to_list()))
    assert len(transit) * 4 <= len(clean)


def test_strangers_agree_in_amount_and_day_but_not_in_party_or_reference(
    generated: Generate,
) -> None:
    practice = generated(rows=20_000)
    left, right = practice.only("left", "missing_right"), practice.only("right", "missing_left")
    strangers = left.join(right, on=["amount", "date", "currency"], suffix="_right").filter(
        pl.col("original").eq_missing(pl.col("original_right"))
    )
    assert len(strangers) >= 18
    assert (strangers["party"] != strangers["party_right"]).sum() >= 18
    digits = zip(strangers["key"].str.slice(3), strangers["key_right"].str.slice(3), strict=True)
    assert all(Levenshtein.distance(one, other) > 2 for one, other in digits)


def test_without_adversaries_there_are_no_strangers(generated: Generate) -> None:
    practice = generated(rows=20_000, adversarial=False)
    left, right = practice.only("left", "missing_right"), practice.only("right", "missing_left")
    strangers = left.join(right, on=["amount", "date", "currency"], suffix="_right")
    assert len(strangers) < 5


def test_missing_rows_are_spread_over_the_period(generated: Generate) -> None:
    practice = generated(rows=20_000)
    dates = practice.only("left", "missing_right")["date"]
    assert dates.max() - dates.min() > timedelta(days=300)
