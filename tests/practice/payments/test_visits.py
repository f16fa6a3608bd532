from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.practice.payments.categories import ONLINE, codes
from tieout.practice.payments.cities import CITIES, DISTANCES_KM
from tieout.practice.payments.merchants import ONLINE_PLACE
from tieout.practice.payments.people import NOWHERE
from tieout.practice.payments.period import DAY_SECONDS, FIRST_DAY
from tieout.practice.payments.rows import NO_DEVICE, Rows
from tieout.practice.payments.visits import choose_merchants, draw_visits
from tieout.practice.payments.world import World, draw_world

DAYS = np.arange(FIRST_DAY + 180, FIRST_DAY + 200)


@pytest.fixture(scope="module")
def many() -> World:
    return draw_world(rows=150_000, seed=9)


@pytest.fixture(scope="module")
def visits(many: World) -> Rows:
    return draw_visits(many, DAYS, np.full(len(DAYS), 1_500), np.random.default_rng(4))


def test_each_day_has_its_payments(visits: Rows) -> None:
    assert len(visits) == 1_500 * len(DAYS)
    assert set(visits.kind) == {0}


def test_a_day_without_payments_is_possible(many: World) -> None:
    nothing = draw_visits(many, DAYS[:2], np.array([0, 0]), np.random.default_rng(4))
    assert len(nothing) == 0


def test_people_pay_where_they_are(many: World, visits: Rows) -> None:
    here = visits.channel != ONLINE
    trip = many.trips.of(visits.person, visits.time)
    expected = np.where(
        trip == NOWHERE, many.people.home[visits.person], many.trips.city[trip.clip(0)]
    )
    assert np.array_equal(visits.city[here], expected[here])
    assert (trip != NOWHERE).sum() > 100


def test_nobody_pays_on_the_way(many: World, visits: Rows) -> None:
    trip = many.trips.of(visits.person, visits.time)
    away = trip != NOWHERE
    trip, time = trip[away], visits.time[away]
    assert np.all(many.trips.arrives[trip] <= time)
    assert np.all(time <= many.trips.departs[trip])


def test_only_proxies_show_people_elsewhere(many: World, visits: Rows) -> None:
    elsewhere = visits.city != many.city_at(visits.person, visits.time)
    assert np.all(visits.channel[elsewhere] == ONLINE)
    assert np.all(many.people.proxy[visits.person[elsewhere]] == visits.city[elsewhere])
    assert 0 < elsewhere.mean() < 0.003


def test_active_people_pay_more_often(many: World, visits: Rows) -> None:
    counts = np.bincount(visits.person, minlength=len(many.people))
    assert np.corrcoef(counts, many.people.activity)[0, 1] > 0.7


def test_people_who_travel_pay_more_often(many: World, visits: Rows) -> None:
    days = visits.time // DAY_SECONDS
    day = int(DAYS[5])
    away = many.trips.travellers_on(day)
    counts = np.bincount(visits.person[days == day], minlength=len(many.people))
    usual = many.people.activity / many.people.activity.sum() * counts.sum()
    assert counts[away].sum() > 1.2 * usual[away].sum()


def test_online_payments_have_a_device_and_others_none(visits: Rows) -> None:
    assert np.array_equal(visits.device != NO_DEVICE, visits.channel == ONLINE)


def test_a_few_purchases_are_large_for_anybody(many: World, visits: Rows) -> None:
    code = codes("clothing")[0]
    clothes = visits.take((visits.category == code) & (many.people.home[visits.person] == 0))
    level = np.log(clothes.amount) - many.people.level[clothes.person]
    assert np.sort(level)[-1] > np.median(level) + 1.5


def test_loyal_people_return_to_few_shops(many: World) -> None:
    size = 2_000
    person, city = np.full(size, 7), np.full(size, many.people.home[7])
    category, channel = np.full(size, codes("groceries")[0]), np.zeros(size, dtype=np.int64)
    shops = {
        loyal: choose_merchants(
            many,
            person,
            category,
            channel,
            city,
            generator=np.random.default_rng(1),
            loyal=loyal,
        )
        for loyal in (True, False)
    }
    top = {loyal: np.sort(np.bincount(shop))[-3:].sum() / size for loyal, shop in shops.items()}
    assert top[True] > 0.7
    assert top[False] < top[True]


def test_online_shops_are_the_same_for_everybody(many: World, visits: Rows) -> None:
    online = visits.take(visits.channel == ONLINE)
    first = many.merchants.first[ONLINE_PLACE, online.category]
    count = many.merchants.count[ONLINE_PLACE, online.category]
    assert np.all((first <= online.merchant) & (online.merchant < first + count))


def test_ordinary_cards_never_outrun_a_plane(practice: Any) -> None:
    """Between two payments in shops, from centre to centre and with a minute's grace."""
    names = {city.name: place for place, city in enumerate(CITIES)}
    rows = (
        practice.ordinary.filter(~pl.col("channel").is_in(["online", "recurring"]))
        .with_columns(place=pl.col("city").replace_strict(names))
        .sort("card_id", "moment")
        .with_columns(
            before=pl.col("place").shift(1).over("card_id"),
            seconds=pl.col("moment").diff().over("card_id").dt.total_seconds(),
        )
        .drop_nulls("before")
    )
    distance = DISTANCES_KM[rows["before"].to_numpy(), rows["place"].to_numpy()]
    hours = (rows["seconds"].to_numpy() + 60) / 3_600
    assert (distance > 0).sum() > 100
    assert np.max(distance / hours) < 900
