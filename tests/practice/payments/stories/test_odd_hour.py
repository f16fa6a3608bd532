from typing import Any

import numpy as np
import polars as pl


def test_it_happens_while_the_owner_sleeps(practice: Any) -> None:
    planted, people = practice.planted("ODD_HOUR"), practice.world.people
    first = planted.sort("moment").unique(["card_id", pl.col("moment").dt.date()], keep="first")
    person = first["person"].to_numpy()
    hour = first["hour"].to_numpy()
    wakes, sleeps = people.wakes[person], people.sleeps[person]
    awake = ((wakes < hour) & (hour < sleeps)) | ((wakes < hour + 24) & (hour + 24 < sleeps))
    assert awake.mean() < 0.05, "the second of two may come a little late"


def test_its_owners_hardly_ever_pay_at_that_hour(practice: Any) -> None:
    planted = practice.planted("ODD_HOUR").with_columns(around=pl.col("hour").floor())
    own = (
        practice.ordinary.with_columns(around=pl.col("hour").floor())
        .group_by("card_id", "around")
        .len()
    )
    joined = planted.join(own, on=["card_id", "around"], how="left")
    assert (joined["len"].fill_null(0) == 0).mean() > 0.8


def test_ordinary_payments_happen_at_night_too(practice: Any) -> None:
    at_night = practice.rows.filter(pl.col("hour").is_between(0.5, 4.5))
    ordinary = at_night.filter(~pl.col("is_anomaly")).height
    assert ordinary > 0.5 * practice.planted("ODD_HOUR").height


def test_amounts_are_raised_but_not_unheard_of(practice: Any) -> None:
    planted = practice.planted("ODD_HOUR").filter(pl.col("currency") == "EUR")
    own = practice.ordinary.filter(pl.col("currency") == "EUR")
    assert 2 < planted["cents"].median() / own["cents"].median() < 8
    assert np.quantile(planted["cents"].to_numpy(), 0.1) < own["cents"].quantile(0.8)
