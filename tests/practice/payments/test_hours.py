from typing import Any

import numpy as np
import pytest

from tieout.practice.payments.categories import codes
from tieout.practice.payments.hours import draw_hours
from tieout.practice.payments.people import draw_people
from tieout.practice.payments.period import FIRST_DAY

TUESDAY, SATURDAY = FIRST_DAY + 6, FIRST_DAY + 3
SIZE = 20_000


@pytest.fixture
def people(generator: np.random.Generator) -> Any:
    return draw_people(rows=200_000, generator=generator)


def hours(people: Any, who: Any, category: str, day: int = TUESDAY) -> Any:
    generator = np.random.default_rng(8)
    person = generator.choice(np.flatnonzero(who), SIZE)
    code = np.full(SIZE, codes(category)[0])
    return draw_hours(people, person, code, np.full(SIZE, day), generator)


def test_coffee_is_had_in_the_morning_and_shopping_done_after_work(people: Any) -> None:
    day_people = ~people.night_worker
    coffee, groceries = (hours(people, day_people, name) for name in ("coffee", "groceries"))
    assert ((coffee > 7) & (coffee < 10)).mean() > 0.4
    assert ((groceries > 16) & (groceries < 20)).mean() > 0.3


def test_shops_are_not_visited_at_night(people: Any) -> None:
    groceries = hours(people, ~people.night_worker, "groceries")
    assert np.all((groceries > 5) & (groceries < 25.5))


def test_hardly_anybody_orders_at_night(people: Any) -> None:
    orders = hours(people, ~people.night_worker, "marketplace") % 24
    assert 0 < ((orders > 1) & (orders < 5)).mean() < 0.004


def test_night_workers_order_at_night(people: Any) -> None:
    orders = hours(people, people.night_worker, "marketplace") % 24
    assert (orders < 6).mean() > 0.15


def test_night_workers_shop_before_shops_close(people: Any) -> None:
    groceries = hours(people, people.night_worker, "groceries")
    assert np.all((groceries > 13) & (groceries <= 21))


def test_some_stay_out_late_on_saturdays(people: Any) -> None:
    saturday = hours(people, people.goes_out, "bar", SATURDAY)
    tuesday = hours(people, people.goes_out, "bar", TUESDAY)
    assert (saturday > 24.5).mean() > 0.05
    assert (tuesday > 24.5).mean() < 0.03
    assert saturday.max() < 28


def test_hours_of_nobody_are_none(people: Any, generator: np.random.Generator) -> None:
    nobody = np.empty(0, dtype=np.int64)
    assert len(draw_hours(people, nobody, nobody, nobody, generator)) == 0
