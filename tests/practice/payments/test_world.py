import numpy as np

from tieout.practice.payments.categories import CATEGORIES, CONTACTLESS, ONLINE
from tieout.practice.payments.cities import LATITUDES
from tieout.practice.payments.people import NOWHERE
from tieout.practice.payments.world import ALL_CATEGORIES, World, draw_world


def test_the_same_seed_draws_the_same_world() -> None:
    one, same, other = (draw_world(rows=2_000, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.people.level, same.people.level)
    assert np.array_equal(one.merchants.price, same.merchants.price)
    assert not np.array_equal(one.weights, other.weights)


def test_services_are_categories_too() -> None:
    assert len(ALL_CATEGORIES) > len(CATEGORIES)
    assert len(set(ALL_CATEGORIES)) == len(ALL_CATEGORIES)
    assert "streaming" in ALL_CATEGORIES


def test_people_are_at_home_unless_they_travel(world: World) -> None:
    trips = world.trips
    assert np.array_equal(world.city_at(trips.person, trips.arrives + 10), trips.city)
    before = trips.of(trips.person, trips.leaves - 10) == NOWHERE
    assert before.all()
    at_home = world.people.home[trips.person]
    assert np.array_equal(world.city_at(trips.person, trips.leaves - 10), at_home)


def test_a_shop_has_its_place_and_an_order_that_of_the_payer(world: World) -> None:
    person, merchant = np.array([0, 0]), np.array([8, 8])
    home = np.repeat(world.people.home[0], 2)
    latitude, _ = world.coordinates(person, np.array([CONTACTLESS, ONLINE]), merchant, home)
    assert latitude[0] == world.merchants.latitude[8]
    assert latitude[1] == world.people.latitude[0]


def test_an_order_from_abroad_has_a_place_abroad(world: World) -> None:
    abroad = np.array([30])
    latitude, _ = world.coordinates(np.array([0]), np.array([ONLINE]), np.array([8]), abroad)
    assert abs(latitude[0] - LATITUDES[30]) < 0.06


def test_devices_of_strangers_have_higher_numbers(world: World) -> None:
    assert world.devices == 3 * len(world.people)
