import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.breaks.digits import (
    digit_at,
    drop_digit,
    insert_digit,
    replace_digit,
    swap_digits,
)

NUMBERS = st.integers(100_000, 10**15)
PLACES = st.integers(0, 4)


def one(value: int) -> np.ndarray:
    return np.array([value], dtype=np.int64)


@given(number=NUMBERS, place=PLACES)
def test_it_reads_the_digit_that_the_text_has(number: int, place: int) -> None:
    assert str(digit_at(one(number), one(place))[0]) == str(number)[-1 - place]


@given(number=NUMBERS, place=PLACES)
def test_it_swaps_as_in_the_text(number: int, place: int) -> None:
    text = list(str(number))
    text[-1 - place], text[-2 - place] = text[-2 - place], text[-1 - place]
    assert swap_digits(one(number), one(place))[0] == int("".join(text))


@given(number=NUMBERS, place=PLACES)
def test_a_swap_undone_is_nothing(number: int, place: int) -> None:
    swapped = swap_digits(one(number), one(place))
    assert swap_digits(swapped, one(place))[0] == number


@given(number=NUMBERS, place=PLACES, digit=st.integers(0, 9))
def test_it_replaces_as_in_the_text(number: int, place: int, digit: int) -> None:
    text = list(str(number))
    text[-1 - place] = str(digit)
    assert replace_digit(one(number), one(place), one(digit))[0] == int("".join(text))


@given(number=NUMBERS, place=PLACES)
def test_it_drops_as_in_the_text(number: int, place: int) -> None:
    text = list(str(number))
    del text[len(text) - 1 - place]
    assert drop_digit(one(number), one(place))[0] == int("".join(text))


@given(number=NUMBERS, place=PLACES, digit=st.integers(0, 9))
def test_it_inserts_what_dropping_takes_out_again(number: int, place: int, digit: int) -> None:
    longer = insert_digit(one(number), one(place), one(digit))
    assert digit_at(longer, one(place))[0] == digit
    assert drop_digit(longer, one(place))[0] == number
