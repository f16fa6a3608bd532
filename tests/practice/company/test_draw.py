import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.company.draw import SUPPLY, TRADE, Bands, Draw


def test_one_seed_draws_the_same_again() -> None:
    first, second = Draw.of(7), Draw.of(7)
    assert [first.amount() for _ in range(50)] == [second.amount() for _ in range(50)]


def test_another_seed_draws_something_else() -> None:
    first, second = Draw.of(7), Draw.of(8)
    assert [first.amount() for _ in range(50)] != [second.amount() for _ in range(50)]


@given(seed=st.integers(0, 1_000), low=st.integers(-50, 50), width=st.integers(0, 50))
def test_a_whole_number_lies_within_its_limits(seed: int, low: int, width: int) -> None:
    assert low <= Draw.of(seed).whole(low, low + width) <= low + width


def test_both_limits_are_drawn() -> None:
    draw = Draw.of(1)
    assert {draw.whole(3, 5) for _ in range(100)} == {3, 4, 5}


@given(st.integers(0, 1_000), st.lists(st.integers(), max_size=30))
def test_a_shuffle_keeps_every_thing(seed: int, things: list[int]) -> None:
    assert sorted(Draw.of(seed).shuffled(things)) == sorted(things)


def test_some_are_different_ones() -> None:
    assert len(set(Draw.of(1).some(range(20), 8))) == 8


def test_a_choice_is_one_of_them() -> None:
    draw = Draw.of(1)
    assert {draw.choose("abc") for _ in range(100)} == {"a", "b", "c"}


def test_one_in_one_is_always_true() -> None:
    assert Draw.of(1).one_in(1)
    assert {Draw.of(seed).one_in(2) for seed in range(20)} == {True, False}


@pytest.mark.parametrize("bands", [TRADE, SUPPLY])
def test_amounts_lie_in_the_bands_in_about_their_shares(bands: Bands) -> None:
    draw = Draw.of(1)
    amounts = [draw.amount(bands) for _ in range(2_000)]
    for low, high, share in bands:
        found = sum(low <= amount < high for amount in amounts)
        assert found == pytest.approx(20 * share, rel=0.2)


def test_shares_of_trade_add_up_to_a_hundred() -> None:
    assert sum(share for _, _, share in TRADE) == 100
    assert sum(share for _, _, share in SUPPLY) == 100
