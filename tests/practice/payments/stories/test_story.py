from typing import Any

import numpy as np
import pytest

from tieout.practice.payments.categories import RECURRING, codes
from tieout.practice.payments.period import FIRST_DAY
from tieout.practice.payments.rows import KINDS, Rows
from tieout.practice.payments.stories.story import Plot, at_home, draw_from, scaled
from tieout.practice.payments.visits import draw_visits
from tieout.practice.payments.world import World, draw_world


@pytest.fixture(scope="module")
def many() -> World:
    return draw_world(rows=60_000, seed=9)


@pytest.fixture(scope="module")
def visits(many: World) -> Rows:
    days = np.arange(FIRST_DAY + 180, FIRST_DAY + 190)
    return draw_visits(many, days, np.full(10, 300), np.random.default_rng(4))


def plot_of(many: World, visits: Rows, *sizes: int) -> Plot:
    bases = visits.take(np.arange(len(sizes)))
    return Plot(many, np.random.default_rng(1), bases, np.array(sizes), 10_000_000)


def test_payments_know_their_story_and_step(many: World, visits: Rows) -> None:
    plot = plot_of(many, visits, 2, 1, 3)
    assert plot.story.tolist() == [0, 0, 1, 2, 2, 2]
    assert plot.step.tolist() == [0, 1, 0, 0, 1, 2]


def test_gaps_add_up_within_a_story(many: World, visits: Rows) -> None:
    plot = plot_of(many, visits, 2, 1, 3)
    gaps = np.array([9, 5, 9, 9, 20, 7])
    assert plot.within_story(gaps).tolist() == [0, 5, 0, 0, 20, 27]


def test_a_story_s_value_is_given_to_all_its_payments(many: World, visits: Rows) -> None:
    assert plot_of(many, visits, 2, 1).once(np.array([7, 8])).tolist() == [7, 7, 8]


def test_categories_follow_their_weights(many: World, visits: Rows) -> None:
    plot = plot_of(many, visits, *([20] * 100))
    chosen = draw_from(codes("cash", "fuel"), np.array([3.0, 1.0]), plot)
    assert (chosen == codes("cash")[0]).mean() == pytest.approx(0.75, abs=0.05)


def test_stories_begin_in_people_s_own_town(many: World, visits: Rows) -> None:
    fits = at_home(many, visits)
    assert np.array_equal(visits.city[fits], many.people.home[visits.person[fits]])
    assert 0.8 < fits.mean() < 1
    charged = Rows(**{**vars(visits), "channel": np.full(len(visits), RECURRING)})
    assert not at_home(many, charged).any()


def test_scaled_amounts_are_never_nothing() -> None:
    assert scaled(np.array([1, 1_000]), np.array([0.1, 1.5])).tolist() == [1, 1_500]


def test_strangers_devices_are_nobody_s(practice: Any) -> None:
    """A device that appears in one story only belongs to no customer."""
    for kind in KINDS:
        planted = practice.planted(kind).drop_nulls("device_id")
        for device, cards in planted.group_by("device_id").agg("card_id").iter_rows():
            assert len(set(cards)) == 1, device
