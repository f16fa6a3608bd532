from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

Generate = Callable[..., Any]

SEEDS = [1, 2, 3]
BUT_THE_DATE = ("key", "amount", "currency", "party", "original", "original_currency")


def business_days(pairs: pl.DataFrame) -> list[int]:
    """From the left date to the right one."""
    left, right = (
        pairs[name].to_numpy().astype("datetime64[D]") for name in ("date_left", "date_right")
    )
    counts: list[int] = np.busday_count(left, right).tolist()
    return counts


def agree(pairs: pl.DataFrame, names: tuple[str, ...]) -> bool:
    return all(pairs[f"{n}_left"].eq_missing(pairs[f"{n}_right"]).all() for n in names)


def beside_original(practice: Any, side: str, cause: str) -> pl.DataFrame:
    """Extra rows of one side beside the clean row of the same reference there."""
    rows = practice.left if side == "left" else practice.right
    clean = practice.both("clean")[f"{side}_row"]
    matched = rows.filter(pl.col("row").is_in(clean.to_list()))
    extra = practice.only(side, cause)
    beside: pl.DataFrame = extra.join(matched, on="key", suffix="_original", maintain_order="left")
    return beside


@pytest.mark.parametrize("seed", SEEDS)
def test_timing_moves_the_right_date_within_the_month(generated: Generate, seed: int) -> None:
    pairs = generated(seed=seed).both("timing")
    assert len(pairs) >= 15
    assert agree(pairs, BUT_THE_DATE)
    assert set(business_days(pairs)) == {1, 2, 3}
    assert (pairs["date_left"].dt.month() == pairs["date_right"].dt.month()).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_cut_off_straddles_a_month_end(generated: Generate, seed: int) -> None:
    pairs = generated(seed=seed).both("cut_off")
    assert len(pairs) >= 15
    assert agree(pairs, BUT_THE_DATE)
    assert {abs(days) for days in business_days(pairs)} <= {1, 2, 3}
    assert (pairs["date_left"].dt.month() != pairs["date_right"].dt.month()).all()


def test_cut_off_mostly_has_the_right_side_later(generated: Generate) -> None:
    days = business_days(generated(rows=20_000).both("cut_off"))
    later = sum(d > 0 for d in days)
    assert 0.6 < later / len(days) < 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cause", ["duplicate", "reversal"])
def test_what_comes_again_is_labelled_alone_and_its_original_stays_clean(
    generated: Generate, seed: int, cause: str
) -> None:
    practice = generated(seed=seed)
    assert practice.both(cause).is_empty()
    for side in ("left", "right"):
        extra = practice.only(side, cause)
        same_key = beside_original(practice, side, cause)["row"].n_unique()
        renamed = extra["comment"].str.contains("RETURN AC04|Reversal of").sum()
        assert len(extra) == same_key + renamed


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_duplicate_repeats_an_earlier_row_of_its_side(
    generated: Generate, seed: int, side: str
) -> None:
    copies = beside_original(generated(seed=seed), side, "duplicate")
    assert len(copies) >= 3
    assert (copies["amount"] == copies["amount_original"]).all()
    assert (copies["currency"] == copies["currency_original"]).all()
    assert (copies["row"] > copies["row_original"]).all()


def test_a_duplicate_is_of_the_same_day_or_the_next_business_day(generated: Generate) -> None:
    practice = generated(rows=20_000)
    days = [
        int(np.busday_count(np.datetime64(first), np.datetime64(second)))
        for side in ("left", "right")
        for first, second in beside_original(practice, side, "duplicate")
        .select("date_original", "date")
        .iter_rows()
    ]
    assert set(days) == {0, 1}
    assert 0.7 < days.count(0) / len(days) < 0.92


@pytest.mark.parametrize("side", ["left", "right"])
def test_duplicates_stand_later_in_the_file_whatever_the_chunk(
    generated: Generate, side: str
) -> None:
    copies = beside_original(generated(chunk_rows=1), side, "duplicate")
    assert (copies["row"] > copies["row_original"]).all()


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_reversal_is_the_opposite_one_to_five_business_days_later(
    generated: Generate, side: str
) -> None:
    returns = beside_original(generated(rows=5_000), side, "reversal")
    assert len(returns) >= 3
    assert (returns["amount"] == -returns["amount_original"]).all()
    days = np.busday_count(
        returns["date_original"].to_numpy().astype("datetime64[D]"),
        returns["date"].to_numpy().astype("datetime64[D]"),
    )
    assert set(days.tolist()) <= {1, 2, 3, 4, 5}


@pytest.mark.parametrize("side", ["left", "right"])
def test_half_of_the_reversals_name_their_original_in_words(generated: Generate, side: str) -> None:
    practice = generated(rows=20_000)
    extra = practice.only(side, "reversal")
    renamed = extra.filter(pl.col("comment").str.contains("RETURN AC04 ORIG|Reversal of"))
    assert 0.3 < len(renamed) / len(extra) < 0.7
    quoted = renamed.with_columns(
        key_quoted=pl.col("comment")
        .str.split(" ")
        .list.last()
        .str.replace("-", "")
        .str.to_uppercase()
    )
    clean = practice.both("clean")
    originals = quoted.join(clean, left_on="key_quoted", right_on=f"key_{side}")
    assert len(originals) == len(renamed)
    assert (originals["amount"] == -originals[f"amount_{side}"]).all()
    other = practice.right if side == "left" else practice.left
    assert not set(renamed["key"]) & set(other["key"])


def test_words_name_references_for_reversals_only(generated: Generate) -> None:
    practice = generated()
    for side, rows in (("left", practice.left), ("right", practice.right)):
        naming = rows.filter(pl.col("comment").str.contains(r"\d{6}"))
        returns = practice.only(side, "reversal")["row"].to_list()
        assert naming["row"].is_in(returns).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_row_is_moved_to_a_day_whose_file_is_missing(generated: Generate, seed: int) -> None:
    practice = generated(seed=seed)
    left_days = set(practice.only("right", "late_feed")["date"])
    right_days = set(practice.only("left", "late_feed")["date"])
    assert not left_days & set(practice.left["date"])
    assert not right_days & set(practice.right["date"])
