from typing import Any

import polars as pl

from tieout.practice.payments.cities import CITIES


def test_the_owner_has_never_been_there(practice: Any) -> None:
    """Nor will they go, nor is it where they live; proxies don't count as having been."""
    own = practice.ordinary.filter(pl.col("channel") != "online")
    been = set(own.select("card_id", "country").unique().iter_rows())
    planted = practice.planted("NEW_COUNTRY").select("card_id", "country").iter_rows()
    assert not any(pair in been for pair in planted)


def test_people_do_go_to_new_countries(practice: Any) -> None:
    homes = [CITIES[place].country for place in practice.world.people.home]
    abroad = practice.ordinary.with_columns(
        home=pl.col("person").map_elements(homes.__getitem__, return_dtype=pl.String)
    ).filter((pl.col("home") != pl.col("country")) & (pl.col("moment").dt.month() > 2))
    journeys = abroad.unique(["card_id", "country"]).height
    assert journeys > 0.5 * practice.planted("NEW_COUNTRY").height
    assert abroad.height > 300


def test_the_countries_are_those_where_others_pay(practice: Any) -> None:
    ordinary = set(practice.ordinary["country"])
    planted = practice.planted("NEW_COUNTRY")["country"]
    assert planted.n_unique() > 10
    assert planted.is_in(sorted(ordinary)).mean() > 0.5


def test_shops_are_open_there(practice: Any) -> None:
    ahead = {city.name: city.hours_ahead for city in CITIES}
    first = practice.planted("NEW_COUNTRY").with_columns(
        there=(pl.col("hour") + pl.col("city").replace_strict(ahead)) % 24
    )
    assert first.filter(~pl.col("there").is_between(8.9, 23.1)).height == 0


def test_it_is_seldom_more_than_twice(practice: Any) -> None:
    times = practice.planted("NEW_COUNTRY").group_by("card_id", "country").len()["len"]
    assert times.median() <= 2
