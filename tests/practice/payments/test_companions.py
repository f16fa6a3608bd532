import numpy as np
import pytest

from tieout.practice.payments.categories import ATM, ONLINE, RECURRING, codes
from tieout.practice.payments.companions import (
    draw_rounds,
    draw_second_ones,
    draw_subscription_rows,
)
from tieout.practice.payments.period import DAY_SECONDS, FIRST_DAY
from tieout.practice.payments.rows import NO_DEVICE, Rows
from tieout.practice.payments.subscriptions import SERVICES
from tieout.practice.payments.visits import draw_visits
from tieout.practice.payments.world import World, draw_world

DAYS = np.arange(FIRST_DAY + 60, FIRST_DAY + 70)


@pytest.fixture(scope="module")
def many() -> World:
    return draw_world(rows=150_000, seed=9)


@pytest.fixture(scope="module")
def visits(many: World) -> Rows:
    return draw_visits(many, DAYS, np.full(len(DAYS), 800), np.random.default_rng(4))


def test_a_second_one_is_the_same_again(
    many: World, visits: Rows, generator: np.random.Generator
) -> None:
    again = draw_second_ones(many, visits, 300, generator)
    first = {
        (int(p), int(m), int(a)): int(t)
        for p, m, a, t in zip(
            visits.person, visits.merchant, visits.amount, visits.time, strict=True
        )
    }
    assert len(again) == 300
    for person, merchant, amount in zip(again.person, again.merchant, again.amount, strict=True):
        assert (int(person), int(merchant), int(amount)) in first
    assert set(again.kind) == {0}


def test_a_second_one_is_had_where_one_sits_down(
    many: World, visits: Rows, generator: np.random.Generator
) -> None:
    again = draw_second_ones(many, visits, 300, generator)
    assert set(again.category) <= set(codes("coffee", "transport", "bar", "leisure"))


def test_those_with_the_habit_do_it_more_often(
    many: World, visits: Rows, generator: np.random.Generator
) -> None:
    again = draw_second_ones(many, visits, 400, generator)
    assert many.people.buys_twice[again.person].mean() > 0.45
    assert many.people.buys_twice.mean() < 0.25


def test_a_round_goes_on_in_the_same_town_within_half_an_hour(
    many: World, visits: Rows, generator: np.random.Generator
) -> None:
    more = draw_rounds(many, visits, 200, generator)
    assert len(more) == 200
    for person, time, city in zip(more.person, more.time, more.city, strict=True):
        theirs = (visits.person == person) & (visits.city == city)
        gaps = time - visits.time[theirs]
        assert np.any((gaps > 0) & (gaps <= 1_800))


def test_rounds_are_made_in_person(
    many: World, visits: Rows, generator: np.random.Generator
) -> None:
    more = draw_rounds(many, visits, 200, generator)
    assert not np.isin(more.channel, (ONLINE, ATM)).any()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_any_number_can_be_asked_for(many: World, visits: Rows, count: int) -> None:
    generator = np.random.default_rng(1)
    assert len(draw_rounds(many, visits, count, generator)) == count
    assert len(draw_second_ones(many, visits, count, generator)) == count


def test_where_nobody_sits_down_anything_is_repeated(many: World, visits: Rows) -> None:
    shops = visits.take(visits.category == codes("groceries")[0])
    again = draw_second_ones(many, shops, 5, np.random.default_rng(1))
    assert set(again.category) == {codes("groceries")[0]}


def test_subscriptions_are_charged_in_their_services_hour(
    many: World, generator: np.random.Generator
) -> None:
    rows = draw_subscription_rows(many, DAYS, generator)
    service = rows.merchant - len(many.merchants)
    begins = np.array([each.hour for each in SERVICES])[service] * 3_600
    second = rows.time % DAY_SECONDS
    assert np.all((begins.astype(np.int64) <= second) & (second < begins + 900))


def test_subscriptions_are_charged_at_home_without_a_device(
    many: World, generator: np.random.Generator
) -> None:
    rows = draw_subscription_rows(many, DAYS, generator)
    assert len(rows) == sum(len(many.subscriptions.on(int(day))) for day in DAYS) > 0
    assert set(rows.channel) == {RECURRING}
    assert set(rows.device) == {NO_DEVICE}
    assert np.array_equal(rows.city, many.people.home[rows.person])
