from typing import Any

import numpy as np
import pytest

from tieout.practice.payments.cities import LATITUDES, LONGITUDES, RESIDENTS
from tieout.practice.payments.people import (
    CUSTOMERS_MIN,
    LIFESTYLES,
    asleep_at,
    customers_for,
    draw_people,
    draw_tastes,
    lives_at,
    own_device,
)
from tieout.practice.payments.period import DAY_SECONDS, FIRST_DAY


@pytest.fixture
def people(generator: np.random.Generator) -> Any:
    return draw_people(rows=300_000, generator=generator)


@pytest.mark.parametrize(
    ("rows", "customers"), [(100, CUSTOMERS_MIN), (3_000, 20), (150_000, 1_000)]
)
def test_there_are_so_many_customers_that_each_has_a_history(rows: int, customers: int) -> None:
    assert customers_for(rows) == customers


def test_couples_live_together_and_about_as_well(people: Any) -> None:
    customers = people.customer.max() + 1
    partners = np.arange(customers, len(people))
    first = people.customer[partners]
    assert len(partners) > 300
    assert np.array_equal(people.home[first], people.home[partners])
    assert np.array_equal(people.latitude[first], people.latitude[partners])
    together = np.corrcoef(people.level[first], people.level[partners])[0, 1]
    assert together > 0.6
    assert not np.array_equal(people.lifestyle[first], people.lifestyle[partners])


def test_people_live_where_the_bank_has_customers(people: Any) -> None:
    assert RESIDENTS[people.home].min() > 0
    assert np.abs(people.latitude - LATITUDES[people.home]).max() < 0.3
    assert np.abs(people.longitude - LONGITUDES[people.home]).max() < 0.3


def test_most_people_sleep_at_night(people: Any) -> None:
    day_people = ~people.night_worker
    assert 0.01 < people.night_worker.mean() < 0.05
    assert people.wakes[day_people].min() > 5
    assert people.sleeps[day_people].max() < 25.5


def test_nobody_is_awake_for_more_than_seventeen_hours(people: Any) -> None:
    awake = people.sleeps - people.wakes
    assert 15 <= awake.min() <= awake.max() <= 17


def test_asleep_means_outside_the_hours_awake(people: Any, generator: np.random.Generator) -> None:
    person = np.arange(len(people))
    hour = asleep_at(people, person, generator)
    wakes, sleeps = people.wakes, people.sleeps
    assert np.all((hour >= 0) & (hour < 24))
    for shift in (0, 24):
        assert not np.any((wakes < hour + shift) & (hour + shift < sleeps))


def test_night_workers_sleep_by_day(people: Any, generator: np.random.Generator) -> None:
    person = np.flatnonzero(people.night_worker)
    hour = asleep_at(people, person, generator)
    assert np.all((hour > 7) & (hour < 16))


def test_tastes_are_running_shares(generator: np.random.Generator) -> None:
    tastes = draw_tastes(generator)
    assert tastes.shape[:2] == (LIFESTYLES, 3)
    assert np.all(np.diff(tastes, axis=2) >= 0)
    assert np.allclose(tastes[:, :, -1], 1)


def test_a_new_phone_replaces_the_old_one(people: Any, generator: np.random.Generator) -> None:
    changing = np.flatnonzero(~people.has_tablet)
    before = own_device(people, changing, people.new_phone[changing] - 1, generator)
    after = own_device(people, changing, people.new_phone[changing], generator)
    assert np.array_equal(before + 1, after)


def test_devices_belong_to_one_person(people: Any, generator: np.random.Generator) -> None:
    person = np.tile(np.arange(len(people)), 4)
    time = np.repeat(FIRST_DAY + np.array([0, 90, 180, 360]), len(people)) * DAY_SECONDS
    device = own_device(people, person, time, generator)
    owners = {(int(d), int(p)) for d, p in zip(device, person, strict=True)}
    assert len(owners) == len({d for d, _ in owners})


def test_tablets_are_used_by_those_who_have_one(
    people: Any, generator: np.random.Generator
) -> None:
    person = np.arange(len(people))
    device = own_device(people, person, np.zeros(len(people), dtype=np.int64), generator)
    on_tablet = device % 3 == 2
    assert not np.any(on_tablet & ~people.has_tablet)
    assert on_tablet[people.has_tablet].mean() == pytest.approx(0.25, abs=0.05)


def test_people_are_at_home_or_somewhere_fixed(people: Any) -> None:
    person = np.arange(50)
    at_home = lives_at(people, person, people.home[person])
    assert np.array_equal(at_home[0], people.latitude[person])
    elsewhere = np.full(50, 5)
    assert np.array_equal(
        lives_at(people, person, elsewhere)[1], lives_at(people, person, elsewhere)[1]
    )
