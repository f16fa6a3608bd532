from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.practice.payments.cities import COUNTRY_OF, DISTANCES_KM
from tieout.practice.payments.people import NOWHERE, draw_people
from tieout.practice.payments.period import DAY_SECONDS, FIRST_DAY, HOUR_SECONDS
from tieout.practice.payments.trips import (
    Trips,
    countries_known,
    country_key,
    draw_trips,
)


def some(seed: int = 3) -> tuple[Any, Trips]:
    generator = np.random.default_rng(seed)
    people = draw_people(rows=150_000, generator=generator)
    return people, draw_trips(people, generator)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_journeys_have_an_order_and_never_overlap(seed: int) -> None:
    _, trips = some(seed)
    assert np.all(trips.leaves < trips.arrives)
    assert np.all(trips.arrives < trips.departs)
    assert np.all(trips.departs < trips.returns)
    same = trips.person[1:] == trips.person[:-1]
    assert np.all(trips.person[1:] >= trips.person[:-1])
    assert np.all(trips.leaves[1:][same] >= trips.returns[:-1][same] + DAY_SECONDS)


def test_journeys_go_abroad() -> None:
    people, trips = some()
    assert not np.any(COUNTRY_OF[trips.city] == COUNTRY_OF[people.home[trips.person]])


def test_nobody_travels_faster_than_a_plane_with_its_airports() -> None:
    people, trips = some()
    distance = DISTANCES_KM[people.home[trips.person], trips.city]
    hours = (trips.arrives - trips.leaves) / HOUR_SECONDS
    assert np.max(distance / hours) < 760
    near = distance < 400
    assert near.any()
    assert np.max((distance / hours)[near]) < 90


def test_half_of_the_people_stay_at_home() -> None:
    people, trips = some()
    share = 1 - len(np.unique(trips.person)) / len(people)
    assert 0.4 < share < 0.6


def test_summer_is_the_season() -> None:
    _, trips = some()
    month = (trips.leaves // DAY_SECONDS).astype("datetime64[D]").astype("datetime64[M]")
    by_month = np.bincount(month.astype(np.int64) % 12, minlength=12)
    assert by_month[6:8].min() > 1.5 * by_month[0]


def test_it_knows_who_is_away_when() -> None:
    people, trips = some()
    generator = np.random.default_rng(1)
    person = generator.integers(0, len(people), 300)
    time = generator.integers(FIRST_DAY, FIRST_DAY + 365, 300) * DAY_SECONDS
    found = trips.of(person, time)
    for index in range(300):
        during = np.flatnonzero(
            (trips.person == person[index])
            & (trips.leaves <= time[index])
            & (time[index] < trips.returns)
        )
        assert found[index] == (during[0] if len(during) else NOWHERE)
    assert (found != NOWHERE).sum() > 3


def test_without_journeys_everybody_is_at_home() -> None:
    nothing = np.empty(0, dtype=np.int64)
    trips = Trips(nothing, nothing, nothing, nothing, nothing, nothing)
    assert trips.of(np.array([0, 1]), np.array([5, 6])).tolist() == [NOWHERE, NOWHERE]


@pytest.mark.parametrize("day", [FIRST_DAY + 30, FIRST_DAY + 200])
def test_travellers_of_a_day_are_away_on_it(day: int) -> None:
    people, trips = some()
    away = trips.travellers_on(day)
    assert len(away) == len(np.unique(away)) > 0
    noon = np.full(len(people), day * DAY_SECONDS + DAY_SECONDS // 2)
    at_noon = np.flatnonzero(trips.of(np.arange(len(people)), noon) != NOWHERE)
    assert set(at_noon) <= set(away)


def test_countries_known_are_home_and_destinations() -> None:
    people, trips = some()
    known = countries_known(people, trips)
    everybody = np.arange(len(people))
    assert np.isin(country_key(everybody, people.home), known).all()
    assert np.isin(country_key(trips.person, trips.city), known).all()
    assert len(known) <= len(people) + len(trips.person)
