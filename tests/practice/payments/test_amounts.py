import numpy as np
import pytest

from tieout.practice.payments.amounts import draw_amounts, written
from tieout.practice.payments.categories import CASH, EUROS, codes
from tieout.practice.payments.cities import CURRENCY_OF
from tieout.practice.payments.world import World, draw_world

SIZE = 20_000


@pytest.fixture(scope="module")
def many() -> World:
    return draw_world(rows=300_000, seed=6)


def living_in(world: World, currency: str, size: int = SIZE) -> np.ndarray:
    pays_in = np.array([CURRENCY_OF[home] == currency for home in world.people.home])
    return np.random.default_rng(1).choice(np.flatnonzero(pays_in), size)


def amounts(world: World, person: np.ndarray, category: str) -> np.ndarray:
    generator = np.random.default_rng(2)
    code = np.full(len(person), codes(category)[0])
    merchant = world.merchants.pick(world.people.home[person], code, generator.random(len(person)))
    return draw_amounts(world, person, code, merchant, generator)


@pytest.mark.parametrize("category", ["groceries", "fuel", "clothing"])
def test_the_median_is_the_category_s(many: World, category: str) -> None:
    cents = amounts(many, living_in(many, "EUR"), category)
    assert np.median(cents) == pytest.approx(100 * EUROS[codes(category)[0]], rel=0.12)


def test_other_currencies_have_other_figures(many: World) -> None:
    crowns = np.median(amounts(many, living_in(many, "CZK"), "groceries"))
    euros = np.median(amounts(many, living_in(many, "EUR"), "groceries"))
    assert crowns / euros == pytest.approx(25, rel=0.3)


def test_a_menu_has_four_prices(many: World) -> None:
    person = living_in(many, "EUR")
    generator = np.random.default_rng(2)
    code = np.full(SIZE, codes("coffee")[0])
    merchant = np.full(SIZE, many.merchants.first[0, codes("coffee")[0]])
    cents = draw_amounts(many, person, code, merchant, generator)
    assert len(np.unique(cents)) == 4
    assert set(cents % 10) == {0}


def test_people_have_a_usual_dish(many: World) -> None:
    person = np.full(SIZE, living_in(many, "EUR", 1)[0])
    merchant = np.full(SIZE, many.merchants.first[0, codes("coffee")[0]])
    code = np.full(SIZE, codes("coffee")[0])
    cents = draw_amounts(many, person, code, merchant, np.random.default_rng(2))
    assert np.unique(cents, return_counts=True)[1].max() > 0.7 * SIZE


@pytest.mark.parametrize(
    ("currency", "note"), [("EUR", 1_000), ("CZK", 20_000), ("PLN", 5_000), ("SEK", 10_000)]
)
def test_machines_give_notes(many: World, currency: str, note: int) -> None:
    cents = amounts(many, living_in(many, currency), "cash")
    assert set(cents % note) == {0}
    assert cents.min() >= note


def test_some_prices_end_in_ninety_nine(many: World) -> None:
    cents = amounts(many, living_in(many, "EUR"), "clothing")
    assert 0.2 < (cents % 100 == 99).mean() < 0.65


def test_nothing_is_free(many: World) -> None:
    one = np.array([living_in(many, "EUR", 1)[0]])
    for category in (int(codes("groceries")[0]), CASH, int(codes("coffee")[0])):
        cents = written(many, one, np.array([category]), np.array([0]), np.array([0.0001]))
        assert cents[0] >= 1
