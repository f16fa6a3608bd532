from typing import Any

import polars as pl
import pytest


@pytest.fixture
def stories(practice: Any) -> Any:
    """Bursts of a card, an hour apart from each other."""
    planted = practice.planted("BURST").sort("card_id", "moment")
    return (
        planted.with_columns(
            story=(pl.col("moment").diff().over("card_id").dt.total_minutes() > 60)
            .fill_null(value=True)
            .cum_sum()
            .over("card_id")
        )
        .group_by("card_id", "story")
        .agg(
            pl.len(),
            (pl.col("moment").max() - pl.col("moment").min()).dt.total_seconds().alias("seconds"),
            pl.col("channel").first(),
            pl.col("merchant_id").n_unique(),
            pl.col("city").n_unique(),
            pl.col("device_id").n_unique(),
        )
    )


def test_many_payments_come_within_minutes(stories: Any) -> None:
    assert stories.height >= 5
    assert stories["len"].min() >= 5
    assert stories["seconds"].median() < 420
    assert stories["seconds"].max() < 1_800


def test_they_stay_in_one_town_and_with_one_device(stories: Any) -> None:
    assert stories["city"].max() == 1
    assert stories["device_id"].max() == 1


def test_some_go_through_several_shops(stories: Any) -> None:
    assert stories["merchant_id"].max() >= 3


def test_trials_online_are_small(practice: Any) -> None:
    online = practice.planted("BURST").filter(
        (pl.col("channel") == "online") & (pl.col("currency") == "EUR")
    )
    assert online["cents"].median() < 1_000


def test_cards_used_up_in_shops_stay_below_the_pin(practice: Any) -> None:
    shops = practice.planted("BURST").filter(
        (pl.col("channel") != "online") & (pl.col("currency") == "EUR")
    )
    assert shops["cents"].max() <= 5_000


def test_people_shop_in_quick_rounds_too(practice: Any) -> None:
    """Three payments within a quarter of an hour are nothing strange."""
    rows = practice.ordinary.sort("card_id", "moment").with_columns(
        minutes=(pl.col("moment") - pl.col("moment").shift(2).over("card_id")).dt.total_minutes()
    )
    assert rows.filter(pl.col("minutes") <= 15).height >= 20
