"""Decimal digits of whole numbers; place 0 is the last digit."""

import numpy as np

from tieout.practice.breaks.arrays import Ints

POWERS_OF_TEN: Ints = np.array([10**place for place in range(18)], dtype=np.int64)


def digit_at(number: Ints, place: Ints) -> Ints:
    """The digit of each number at its place."""
    digit: Ints = number // POWERS_OF_TEN[place] % 10
    return digit


def swap_digits(number: Ints, place: Ints) -> Ints:
    """Swap the digit at a place with the one before it.

    >>> swap_digits(np.array([1234]), np.array([1])).tolist()
    [1324]
    """
    rise = digit_at(number, place + 1) - digit_at(number, place)
    return number - rise * 9 * POWERS_OF_TEN[place]


def replace_digit(number: Ints, place: Ints, digit: Ints) -> Ints:
    """Put another digit at a place."""
    return number + (digit - digit_at(number, place)) * POWERS_OF_TEN[place]


def drop_digit(number: Ints, place: Ints) -> Ints:
    """Leave out the digit at a place.

    >>> drop_digit(np.array([1234]), np.array([1])).tolist()
    [124]
    """
    power = POWERS_OF_TEN[place]
    return number // (power * 10) * power + number % power


def insert_digit(number: Ints, place: Ints, digit: Ints) -> Ints:
    """Put one more digit in, which then stands at that place.

    >>> insert_digit(np.array([1234]), np.array([1]), np.array([7])).tolist()
    [12374]
    """
    power = POWERS_OF_TEN[place]
    return (number // power * 10 + digit) * power + number % power
