from dataclasses import replace

import numpy as np
import pytest

from tieout.practice.breaks.arrays import Flags, Ints
from tieout.practice.breaks.items import (
    Draw,
    Taste,
    both_ways,
    converted,
    draw_items,
    minor_unit,
    settled,
)
from tieout.practice.breaks.numbers import Typist
from tieout.practice.breaks.rows import CLEAN, Block, Rows, paired
from tieout.practice.breaks.world import CARD, EUR, JPY, PAIRS, draw_world

WORLD = draw_world(rows=10_000, seed=1)
SIZE = 4_000


def draw(seed: int = 1) -> Draw:
    return Draw(WORLD, np.random.default_rng(seed), Typist(WORLD.first_number))


def items(taste: Taste, *, seed: int = 1) -> Rows:
    days = WORLD.period.business[np.arange(SIZE) % len(WORLD.period.business)]
    return draw_items(draw(seed), days, np.arange(SIZE), taste)


def test_items_have_the_days_and_numbers_asked_for() -> None:
    drawn = items(Taste())
    assert drawn.number.tolist() == list(range(SIZE))
    assert (np.floor(drawn.order) == drawn.day).all()


@pytest.mark.parametrize("amount_min", [100, 2_000, 20_000])
def test_amounts_are_at_least_the_smallest_wanted(amount_min: int) -> None:
    drawn = items(Taste(amount_min=amount_min, original_share=0))
    assert np.abs(drawn.amount).min() >= amount_min


def test_amounts_have_either_sign_unless_positive_is_wanted() -> None:
    assert 0.65 < (items(Taste()).amount > 0).mean() < 0.75
    assert (items(Taste(positive=True)).amount > 0).all()


def test_originals_have_the_sign_of_their_amount() -> None:
    drawn = items(Taste())
    with_original = drawn.pair >= 0
    assert (np.sign(drawn.original) == np.sign(drawn.amount))[with_original].all()
    assert (drawn.original[~with_original] == 0).all()


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_as_many_have_an_original_amount_as_wanted(share: float) -> None:
    assert abs((items(Taste(original_share=share)).pair >= 0).mean() - share) < 0.03


def test_an_original_amount_decides_the_account_currency() -> None:
    drawn = items(Taste(original_share=1.0))
    account = np.array([pair.account for pair in PAIRS])
    assert (drawn.currency == account[drawn.pair]).all()
    assert (drawn.account // 2 == drawn.currency).all()


def test_there_is_no_yen_where_none_is_wanted() -> None:
    assert (items(Taste()).currency == JPY).any()
    assert not (items(Taste(yen=False)).currency == JPY).any()


def test_a_channel_is_kept() -> None:
    assert set(items(Taste(channel=CARD)).channel.tolist()) == {CARD}


def test_few_parties_have_most_of_the_business() -> None:
    party = items(Taste()).party
    assert (party < 375).mean() > 0.45


def test_conversion_rounds_half_up_to_the_minor_unit() -> None:
    """1.01 at 0.5 is 0.505; 1.01 at 50 is 50.5 yen."""
    original = np.array([101, 101])
    rate = np.array([500_000, 50_000_000])
    currency = np.array([EUR, JPY])
    assert converted(original, rate, currency).tolist() == [51, 5_100]


def test_the_minor_unit_of_yen_is_a_yen() -> None:
    assert minor_unit(np.array([EUR, JPY])).tolist() == [1, 100]


def test_it_draws_again_what_is_bad() -> None:
    source = draw()

    def draw_pair(days: Ints, numbers: Ints) -> tuple[Rows, Rows]:
        left = draw_items(source, days, numbers)
        return left, left

    def is_bad(left: Rows, right: Rows) -> Flags:
        return left.amount < 0

    days = np.full(500, WORLD.period.start)
    left, right = settled(draw_pair, is_bad, days, np.arange(500))
    assert (left.amount > 0).all()
    assert left.number.tolist() == list(range(500))
    assert np.array_equal(left.amount, right.amount)


def test_it_gives_up_when_everything_is_bad() -> None:
    source = draw()

    def draw_pair(days: Ints, numbers: Ints) -> tuple[Rows, Rows]:
        left = draw_items(source, days, numbers)
        return left, left

    days = np.full(2, WORLD.period.start)
    with pytest.raises(RuntimeError, match="one cause alone"):
        settled(draw_pair, lambda left, _: left.amount != 0, days, np.arange(2))


def test_both_ways_turns_about_half_of_the_sides_around() -> None:
    def build(source: Draw, days: Ints, numbers: Ints) -> Block:
        left = draw_items(source, days, numbers[:, 0])
        return paired(left, replace(left, amount=left.amount * 0), CLEAN)

    days = np.full(1_000, WORLD.period.start)
    block = both_ways(draw(), days, np.arange(1_000)[:, None], build)
    assert len(block.left) == len(block.right) == 1_000
    assert 400 < (block.left.amount == 0).sum() < 600
    assert ((block.left.amount == 0) != (block.right.amount == 0)).all()
