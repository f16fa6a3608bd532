from typing import Any

import polars as pl

SAME = ["card_id", "merchant_id", "cents"]


def with_gap(rows: Any) -> Any:
    """Seconds since the same was paid before."""
    return rows.sort("moment").with_columns(
        gap=pl.col("moment").diff().over(SAME).dt.total_seconds()
    )


def test_the_same_was_paid_just_before(practice: Any) -> None:
    gaps = with_gap(practice.rows).filter(pl.col("anomaly_type") == "DUPLICATE")["gap"]
    assert gaps.null_count() == 0
    assert gaps.median() < 120
    assert gaps.max() <= 3_600


def test_it_is_a_copy_in_all_but_time(practice: Any) -> None:
    columns = ["category", "channel", "currency", "city", "latitude", "longitude", "device_id"]
    compared = with_gap(practice.rows).with_columns(
        pl.struct(columns).shift(1).over(SAME).alias("before"), pl.struct(columns).alias("now")
    )
    copies = compared.filter(pl.col("anomaly_type") == "DUPLICATE")
    assert (copies["before"] == copies["now"]).mean() > 0.95


def test_only_the_second_is_labelled(practice: Any) -> None:
    planted = practice.planted("DUPLICATE")
    copies = with_gap(practice.rows).filter(pl.col("anomaly_type") == "DUPLICATE").height
    assert copies == planted.height


def test_people_pay_twice_by_habit_too(practice: Any) -> None:
    within = with_gap(practice.rows).filter(pl.col("gap") <= 300)
    ordinary = within.filter(~pl.col("is_anomaly")).height
    planted = practice.planted("DUPLICATE").height
    assert 0.4 * planted < ordinary < 3 * planted


def test_it_happens_to_any_kind_of_payment(practice: Any) -> None:
    assert practice.planted("DUPLICATE")["category"].n_unique() > 8
    assert set(practice.planted("DUPLICATE")["channel"]) == {"pos", "contactless", "online"}
