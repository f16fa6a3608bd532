"""What two amounts say about their difference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.reconcile.evidence.amounts import (
    is_partial,
    is_rounding,
    is_sign_flip,
    same_sign,
    shifted_places,
    swapped_place,
)

_AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)
ONE = np.array([1])


def _one(value: int) -> np.ndarray:
    return np.array([value], np.int64)


@pytest.mark.parametrize(
    ("left", "right", "flipped"),
    [(100, -100, True), (0, 0, False), (100, 100, False), (5, -6, False)],
)
def test_a_sign_flip_is_the_exact_opposite(left: int, right: int, flipped: bool) -> None:
    assert is_sign_flip(_one(left), _one(right)).tolist() == [flipped]


@pytest.mark.parametrize(
    ("left", "right", "unit", "lines", "rounded"),
    [
        (100, 101, 1, 1, True),
        (100, 102, 1, 1, False),
        (100, 102, 1, 2, True),
        (100, 100, 1, 1, False),
        (5_000, 5_100, 100, 1, True),  # yen at two decimals
        (5_000, 5_200, 100, 1, False),
    ],
)
def test_rounding_is_a_minor_unit_for_each_line(
    left: int, right: int, unit: int, lines: int, rounded: bool
) -> None:
    found = is_rounding(_one(left), _one(right), unit=_one(unit), lines=_one(lines))

    assert found.tolist() == [rounded]


@pytest.mark.parametrize(
    ("left", "right", "partial"),
    [
        (10_000, 5_000, True),
        (-10_000, -5_000, True),
        (10_000, -5_000, False),
        (10_000, 9_950, False),  # less than 1 % open
        (10_000, 50, False),  # less than 1 % paid
        (10_000, 10_000, False),
        (10_000, 0, False),
    ],
)
def test_a_part_is_between_one_and_ninety_nine_percent(
    left: int, right: int, partial: bool
) -> None:
    assert is_partial(_one(left), _one(right)).tolist() == [partial]


@pytest.mark.parametrize(
    ("left", "right", "place"),
    [
        (123_400, 132_400, 3),
        (12, 21, 0),
        (-12, -21, 0),
        (12, -21, -1),
        (100, 10, -1),  # the swap would shorten the number
        (1_234, 4_231, -1),  # not neighbours
        (1_232, 1_241, -1),  # divisible by 9, but no swap
        (1_212, 2_121, -1),  # two swaps
    ],
)
def test_a_transposition_swaps_two_neighbours(left: int, right: int, place: int) -> None:
    assert swapped_place(_one(left), _one(right), unit=ONE).tolist() == [place]


def test_digits_are_those_of_the_minor_unit() -> None:
    # 1,200 and 2,100 yen at two decimals.
    assert swapped_place(_one(120_000), _one(210_000), unit=_one(100)).tolist() == [2]


@pytest.mark.parametrize(
    ("left", "right", "places"),
    [
        (1_200, 12, 2),
        (12, 120, 1),
        (-12, -120, 1),
        (12, -120, 0),
        (12, 12, 0),
        (0, 10, 0),
        (12, 121, 0),
    ],
)
def test_a_shifted_point_is_a_power_of_ten(left: int, right: int, places: int) -> None:
    assert shifted_places(_one(left), _one(right)).tolist() == [places]


@given(amount=_AMOUNTS, place=st.integers(min_value=0, max_value=13))
def test_every_swap_of_unequal_neighbours_is_found(amount: int, place: int) -> None:
    digits = list(str(abs(amount)))
    if place + 1 >= len(digits) or digits[-1 - place] == digits[-2 - place]:
        return
    digits[-1 - place], digits[-2 - place] = digits[-2 - place], digits[-1 - place]
    if digits[0] == "0":
        return
    other = int("".join(digits)) * (1 if amount > 0 else -1)

    found = swapped_place(_one(amount), _one(other), unit=ONE)[0]

    assert found == place


@given(left=_AMOUNTS, right=_AMOUNTS)
def test_no_form_cares_which_side_is_left(left: int, right: int) -> None:
    one, two = _one(left), _one(right)

    assert is_sign_flip(one, two) == is_sign_flip(two, one)
    assert is_partial(one, two) == is_partial(two, one)
    assert same_sign(one, two) == same_sign(two, one)
    assert swapped_place(one, two, unit=ONE) == swapped_place(two, one, unit=ONE)
    assert shifted_places(one, two) == shifted_places(two, one)
    assert is_rounding(one, two, unit=ONE, lines=ONE) == is_rounding(two, one, unit=ONE, lines=ONE)
