"""What two amounts alone say about why they differ. Units of 10**-scale, never floats."""

import numpy as np

from tieout.reconcile.evidence.work import Flags, Ints

_DIGITS_MAX = 18
_PARTIAL_PERCENT = 1


def is_sign_flip(left: Ints, right: Ints) -> Flags:
    """left = -right, and not zero."""
    opposite: Flags = (left == -right) & (left != 0)
    return opposite


def is_rounding(left: Ints, right: Ints, *, unit: Ints, lines: Ints) -> Flags:
    """The difference is at most one minor unit for each line."""
    small: Flags = (left != right) & (np.abs(left - right) <= unit * lines)
    return small


def is_partial(left: Ints, right: Ints) -> Flags:
    """Same sign, the smaller amount between 1 % and 99 % of the larger."""
    small, large = _sizes(left, right)
    step = large // 100 * _PARTIAL_PERCENT
    return same_sign(left, right) & (small >= step) & (large - small >= step) & (small < large)


def same_sign(left: Ints, right: Ints) -> Flags:
    """Both positive or both negative."""
    same: Flags = np.sign(left) * np.sign(right) > 0
    return same


def swapped_place(left: Ints, right: Ints, *, unit: Ints) -> Ints:
    """Power of ten of the lower of two swapped adjacent digits; -1 where none are.

    Digits are those of the minor units, and both numbers must have as many.

    >>> one = np.array([1])
    >>> swapped_place(np.array([123400]), np.array([132400]), unit=one).tolist()
    [3]
    """
    whole = (left % unit == 0) & (right % unit == 0)
    divisor = np.where(whole, unit, 1)
    first, second = np.abs(left) // divisor, np.abs(right) // divisor
    small = np.minimum(first, second)
    place = np.full(len(left), -1, np.int64)
    candidates = same_sign(left, right) & (first != second) & ((first - second) % 9 == 0)
    for power in range(_DIGITS_MAX - 1):
        low, high = 10**power, 10 ** (power + 1)
        open_rows = candidates & (small >= high) & (place < 0)
        if not open_rows.any():
            break
        upper, lower = first // high % 10, first // low % 10
        fits = first - second == (upper - lower) * 9 * low
        place[open_rows & fits & (upper != lower)] = power
    return place


def shifted_places(left: Ints, right: Ints) -> Ints:
    """How often one amount is ten times the other: 2 for a ratio of 100, 0 where it is none.

    >>> shifted_places(np.array([1200, -5]), np.array([12, 50])).tolist()
    [2, 0]
    """
    small, large = _sizes(left, right)
    places = np.zeros(len(left), np.int64)
    usable = same_sign(left, right)
    for power in range(1, _DIGITS_MAX):
        ratio = 10**power
        open_rows = usable & (large >= ratio)
        if not open_rows.any():
            break
        places[open_rows & (large % ratio == 0) & (large // ratio == small)] = power
    return places


def _sizes(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    first, second = np.abs(left), np.abs(right)
    return np.minimum(first, second), np.maximum(first, second)
