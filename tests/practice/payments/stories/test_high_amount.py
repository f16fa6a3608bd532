from typing import Any

import numpy as np
import polars as pl


def usual(practice: Any) -> Any:
    """What each card's owner usually pays."""
    spent = practice.ordinary.filter(pl.col("channel") != "recurring")
    return spent.group_by("card_id").agg(
        pl.col("cents").median().alias("usual"), pl.col("cents").quantile(0.99).alias("most")
    )


def test_it_is_far_above_what_the_owner_pays(practice: Any) -> None:
    planted = practice.planted("HIGH_AMOUNT").join(usual(practice), on="card_id")
    times = planted["cents"] / planted["usual"]
    assert times.median() > 12
    assert times.quantile(0.05) > 6


def test_it_overlaps_with_large_purchases_at_the_edge(practice: Any) -> None:
    spent = practice.ordinary.join(usual(practice), on="card_id")
    times = spent["cents"] / spent["usual"]
    edge = (
        practice.planted("HIGH_AMOUNT")
        .join(usual(practice), on="card_id")
        .select(pl.col("cents") / pl.col("usual"))
        .to_series()
        .quantile(0.05)
    )
    assert 0.002 < (times > edge).mean() < 0.05


def test_it_follows_how_the_owner_lives(practice: Any) -> None:
    planted = practice.planted("HIGH_AMOUNT").filter(pl.col("currency") == "EUR")
    level = practice.world.people.level[planted["person"].to_numpy()]
    logs = np.log(planted["cents"].to_numpy())
    assert np.corrcoef(level, logs)[0, 1] > 0.2


def test_it_happens_at_the_owner_s_hours(practice: Any) -> None:
    assert practice.planted("HIGH_AMOUNT").filter(pl.col("hour") < 5).height <= 3


def test_it_happens_at_home(practice: Any) -> None:
    homes = practice.world.people.home[practice.planted("HIGH_AMOUNT")["person"].to_numpy()]
    from tieout.practice.payments.cities import CITIES

    assert practice.planted("HIGH_AMOUNT")["city"].to_list() == [CITIES[h].name for h in homes]
