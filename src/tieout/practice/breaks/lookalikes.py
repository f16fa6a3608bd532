"""Recognises accidents: a difference made for one cause that another would explain too."""

import numpy as np

from tieout.practice.breaks.arrays import Flags, Ints
from tieout.practice.breaks.digits import swap_digits
from tieout.practice.breaks.items import minor_unit
from tieout.practice.breaks.rows import Rows
from tieout.practice.breaks.world import Schedule

_PLACES_MAX = 12
# Rates move a little over a percent in ten days; a larger difference is no other day's rate.
_RATE_MOVE_PERCENT_MAX = 5


def looks_like_rounding(left: Rows, right: Rows) -> Flags:
    """At most five minor units apart."""
    near: Flags = np.abs(left.amount - right.amount) <= 5 * minor_unit(left.currency)
    return near


def looks_like_fee(left: Rows, right: Rows, schedules: tuple[Schedule, ...]) -> Flags:
    """Net and gross, either way, of one of the schedules."""
    low = np.minimum(np.abs(left.amount), np.abs(right.amount))
    high = np.maximum(np.abs(left.amount), np.abs(right.amount))
    fits = np.zeros(len(left), dtype=np.bool_)
    for schedule in schedules:
        fits |= schedule.explains(low, high)
    return fits


def looks_like_rate(left: Rows, right: Rows) -> Flags:
    """Has an original amount, and is close enough to be at another day's rate."""
    apart = np.abs(left.amount - right.amount) * 100
    near: Flags = apart <= np.abs(left.amount) * _RATE_MOVE_PERCENT_MAX
    return near & (left.pair >= 0)


def looks_transposed(left: Rows, right: Rows) -> Flags:
    """Two adjacent digits swapped, or a power of ten apart."""
    unit = minor_unit(left.currency)
    one, other = np.abs(left.amount) // unit, np.abs(right.amount) // unit
    return is_swap(one, other) | is_shift(one, other)


def is_swap(one: Ints, other: Ints) -> Flags:
    """Where swapping two adjacent different digits of one number gives the other."""
    found = np.zeros(len(one), dtype=np.bool_)
    for place in range(_PLACES_MAX):
        swapped = swap_digits(one, np.full(len(one), place, dtype=np.int64))
        found |= (swapped == other) & (one != other)
    return found


def is_shift(one: Ints, other: Ints) -> Flags:
    """Where one number is ten, a hundred or a thousand times the other."""
    found = np.zeros(len(one), dtype=np.bool_)
    for factor in (10, 100, 1000):
        found |= (one * factor == other) | (other * factor == one)
    return found
