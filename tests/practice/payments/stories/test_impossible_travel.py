from typing import Any

import polars as pl

from tieout.practice.payments.cities import CITIES, DISTANCES_KM

PLACES = {city.name: place for place, city in enumerate(CITIES)}


def last_at_home(practice: Any) -> Any:
    """Each planted payment and the minutes since an ordinary one at home."""
    home = [CITIES[place].name for place in practice.world.people.home]
    planted = practice.planted("IMPOSSIBLE_TRAVEL").sort("moment")
    own = practice.ordinary.filter(
        pl.col("city") == pl.col("person").map_elements(home.__getitem__, return_dtype=pl.String)
    ).sort("moment")
    joined = planted.join_asof(
        own.select("card_id", "moment", own_moment="moment"),
        on="moment",
        by="card_id",
        check_sortedness=False,
    )
    return joined.with_columns(
        minutes=(pl.col("moment") - pl.col("own_moment")).dt.total_minutes(),
        home=pl.col("person").map_elements(home.__getitem__, return_dtype=pl.String),
    )


def test_the_owner_has_just_paid_at_home(practice: Any) -> None:
    assert last_at_home(practice)["minutes"].max() <= 96


def test_it_is_another_world(practice: Any) -> None:
    for home, city in last_at_home(practice).select("home", "city").iter_rows():
        assert DISTANCES_KM[PLACES[home], PLACES[city]] > 1_300


def test_the_card_is_shown_not_typed(practice: Any) -> None:
    assert set(practice.planted("IMPOSSIBLE_TRAVEL")["channel"]) == {"pos", "contactless", "atm"}


def test_it_happens_in_countries_where_customers_live_too(practice: Any) -> None:
    homes = {CITIES[place].country for place in practice.world.people.home}
    planted = practice.planted("IMPOSSIBLE_TRAVEL")
    assert 0.1 < planted["country"].is_in(sorted(homes)).mean() < 0.9


def test_families_are_in_two_places_at_once(practice: Any) -> None:
    """By customer, ordinary payments look impossible at times; by card they don't."""
    away = practice.ordinary.sort("customer_id", "moment").with_columns(
        other=pl.col("card_id").shift(1).over("customer_id") != pl.col("card_id"),
        moved=pl.col("country").shift(1).over("customer_id") != pl.col("country"),
        hours=pl.col("moment").diff().over("customer_id").dt.total_hours(),
    )
    assert away.filter(pl.col("other") & pl.col("moved") & (pl.col("hours") < 2)).height > 5
