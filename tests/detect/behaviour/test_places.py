"""Distances and speeds."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.behaviour.features import behaviour
from tieout.detect.behaviour.places import EARTH_RADIUS_KM, kilometres
from tieout.model.table import Table

MakeTable = Callable[..., Table]

LONDON, PARIS, SYDNEY = (51.5074, -0.1278), (48.8566, 2.3522), (-33.8688, 151.2093)


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        (LONDON, PARIS, 343.557),
        (LONDON, SYDNEY, 16993.9),
        ((0.0, 0.0), (0.0, 180.0), np.pi * EARTH_RADIUS_KM),
        ((0.0, 179.5), (0.0, -179.5), np.pi * EARTH_RADIUS_KM / 180.0),
        (PARIS, PARIS, 0.0),
    ],
)
def test_distances_are_those_of_the_sphere(
    a: tuple[float, float], b: tuple[float, float], km: float
) -> None:
    found = kilometres(*(np.array([degrees]) for degrees in (*a, *b)))
    assert found[0] == pytest.approx(km, rel=1e-4, abs=1e-6)


@given(
    a=st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    b=st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
)
def test_distance_is_symmetric_and_at_most_half_round(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    there = kilometres(*(np.array([degrees]) for degrees in (*a, *b)))[0]
    back = kilometres(*(np.array([degrees]) for degrees in (*b, *a)))[0]
    assert there == pytest.approx(back, abs=1e-6)
    assert 0.0 <= there <= np.pi * EARTH_RADIUS_KM + 1e-6


def trip(table: MakeTable, *stops: tuple[str, tuple[float | None, float | None]]) -> Table:
    return table(
        time=[f"2025-01-01T{clock}" for clock, _ in stops],
        card=["1"] * len(stops),
        latitude=[place[0] for _, place in stops],
        longitude=[place[1] for _, place in stops],
    )


def test_speed_is_distance_over_time(table: MakeTable) -> None:
    found = behaviour(trip(table, ("10:00", LONDON), ("12:00", PARIS)))
    assert found["km_from_last"].to_list() == [None, pytest.approx(343.56, abs=0.1)]
    assert found["km_per_hour"][1] == pytest.approx(found["km_from_last"][1] / 2)


def test_less_than_a_minute_counts_as_one(table: MakeTable) -> None:
    found = behaviour(trip(table, ("10:00:00", LONDON), ("10:00:00", PARIS)))
    assert found["km_per_hour"][1] == pytest.approx(found["km_from_last"][1] * 60)


def test_the_way_back_from_one_wrong_place_is_not_told_twice(table: MakeTable) -> None:
    found = behaviour(trip(table, ("10:00", LONDON), ("10:30", SYDNEY), ("11:00", LONDON)))
    away = found["km_per_hour_away"].to_list()
    assert away[1] == pytest.approx(found["km_from_last"][1] * 2)
    assert away[2] == 0.0
    assert found["km_per_hour"][2] == pytest.approx(away[1])


def test_a_place_not_known_is_stepped_over(table: MakeTable) -> None:
    found = behaviour(trip(table, ("10:00", LONDON), ("11:00", (None, None)), ("12:00", PARIS)))
    assert found["km_from_last"].to_list()[:2] == [None, None]
    assert found["km_per_hour"][2] == pytest.approx(found["km_from_last"][2] / 2)


def test_places_off_the_globe_are_not_known(table: MakeTable) -> None:
    found = behaviour(trip(table, ("10:00", LONDON), ("11:00", (95.0, 0.0)), ("12:00", LONDON)))
    assert found["km_from_last"].to_list() == [None, None, 0.0]


def test_a_row_without_position_stands_where_its_city_does(table: MakeTable) -> None:
    payments = table(
        time=["2025-01-01T10:00", "2025-01-01T11:00", "2025-01-01T12:00"],
        card=["1", "2", "1"],
        country=["GB", "FR", "FR"],
        city=["London", "Paris", "Paris"],
        latitude=[LONDON[0], PARIS[0], None],
        longitude=[LONDON[1], PARIS[1], None],
    )
    assert behaviour(payments)["km_from_last"][2] == pytest.approx(343.56, abs=0.1)


def test_the_middle_of_a_country_tells_only_ways_between_countries(table: MakeTable) -> None:
    payments = table(
        time=[f"2025-01-01T1{hour}:00" for hour in range(4)],
        card=["1", "2", "1", "1"],
        country=["GB", "FR", "FR", "FR"],
        latitude=[LONDON[0], PARIS[0], None, 43.3],
        longitude=[LONDON[1], PARIS[1], None, 5.4],
    )
    found = behaviour(payments)["km_from_last"].to_list()
    middle = ((PARIS[0] + 43.3) / 2, (PARIS[1] + 5.4) / 2)
    way = kilometres(*(np.array([degrees]) for degrees in (*LONDON, *middle)))
    assert found[2] == pytest.approx(way[0])
    # From somewhere in France to Marseille: nothing can be said.
    assert found[3] is None


def test_cards_travel_apart(table: MakeTable) -> None:
    payments = table(
        time=["2025-01-01T10:00", "2025-01-01T10:10"],
        customer=["a", "a"],
        card=["1", "2"],
        latitude=[LONDON[0], SYDNEY[0]],
        longitude=[LONDON[1], SYDNEY[1]],
    )
    assert behaviour(payments)["km_from_last"].to_list() == [None, None]
