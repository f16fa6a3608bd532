import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.breaks.lookalikes import (
    is_shift,
    is_swap,
    looks_like_fee,
    looks_like_rate,
    looks_like_rounding,
    looks_transposed,
)
from tieout.practice.breaks.rows import Rows
from tieout.practice.breaks.world import CARD, EUR, JPY, Schedule


def row(amount: int, *, currency: int = EUR, pair: int = -1) -> Rows:
    zero = np.zeros(1, dtype=np.int64)
    return Rows(
        number=zero,
        channel=zero,
        party=zero,
        currency=np.array([currency]),
        account=zero,
        day=zero,
        amount=np.array([amount]),
        original=zero,
        pair=np.array([pair]),
        quoted=zero,
        order=np.zeros(1),
    )


@pytest.mark.parametrize(("apart", "near"), [(0, True), (5, True), (6, False)])
def test_rounding_is_a_few_minor_units(apart: int, near: bool) -> None:
    assert looks_like_rounding(row(1_000), row(1_000 + apart))[0] == near


def test_rounding_of_yen_is_in_whole_yen() -> None:
    assert looks_like_rounding(row(100_000, currency=JPY), row(100_500, currency=JPY))[0]
    assert not looks_like_rounding(row(100_000, currency=JPY), row(100_600, currency=JPY))[0]


def test_a_fee_fits_whichever_side_is_net() -> None:
    schedules = (Schedule(29, 30, of_net=False, channel=CARD),)
    assert looks_like_fee(row(9_680), row(10_000), schedules)[0]
    assert looks_like_fee(row(10_000), row(9_680), schedules)[0]
    assert looks_like_fee(row(-9_680), row(-10_000), schedules)[0]
    assert not looks_like_fee(row(9_681), row(10_000), schedules)[0]


def test_another_days_rate_is_near_and_needs_an_original_amount() -> None:
    assert looks_like_rate(row(10_000, pair=0), row(10_500, pair=0))[0]
    assert not looks_like_rate(row(10_000, pair=0), row(10_501, pair=0))[0]
    assert not looks_like_rate(row(10_000), row(10_100))[0]


@pytest.mark.parametrize(
    ("one", "other", "swapped"),
    [
        (1234, 1324, True),
        (1234, 2134, True),
        (1234, 1243, True),
        (1234, 1432, False),
        (1224, 1224, False),
        (1234, 1233, False),
    ],
)
def test_a_swap_is_of_adjacent_digits(one: int, other: int, swapped: bool) -> None:
    assert is_swap(np.array([one]), np.array([other]))[0] == swapped


@given(one=st.integers(1, 10**9), other=st.integers(1, 10**9))
def test_a_swap_works_both_ways_and_leaves_a_multiple_of_nine(one: int, other: int) -> None:
    first, second = np.array([one]), np.array([other])
    assert is_swap(first, second)[0] == is_swap(second, first)[0]
    if is_swap(first, second)[0]:
        assert (one - other) % 9 == 0


@pytest.mark.parametrize(("one", "other"), [(12, 120), (120, 12), (12, 1200), (12, 12_000)])
def test_a_shift_is_a_power_of_ten(one: int, other: int) -> None:
    assert is_shift(np.array([one]), np.array([other]))[0]


def test_equal_numbers_are_no_shift() -> None:
    assert not is_shift(np.array([12]), np.array([12]))[0]


def test_yen_are_transposed_in_whole_yen() -> None:
    """4900 yen are 490000 in units of 0.01."""
    assert looks_transposed(row(490_000, currency=JPY), row(940_000, currency=JPY))[0]
    assert not looks_transposed(row(490_000, currency=JPY), row(490_100, currency=JPY))[0]


def test_transposed_amounts_may_be_negative() -> None:
    assert looks_transposed(row(-1_234), row(-1_324))[0]
