"""Reference numbers: close neighbours, and typos that are nobody else's number.

Numbers have nine digits and leave gaps of one to five, so neighbours differ in one or two
digits while two numbers of three do not exist and are free for typos.
"""

import numpy as np

from tieout.practice.breaks.arrays import Flags, Ints
from tieout.practice.breaks.digits import (
    POWERS_OF_TEN,
    drop_digit,
    insert_digit,
    replace_digit,
    swap_digits,
)

SPACING = 3
DIGITS = 9


def number_at(position: Ints, first_number: int) -> Ints:
    """The reference number at each position of the sequence."""
    jitter = ((position * 2_654_435_761) >> 7) % SPACING
    return first_number + position * SPACING + jitter


def exists(number: Ints, first_number: int) -> Flags:
    """Where a number is one of the sequence, however long the sequence becomes."""
    position = (number - first_number) // SPACING
    found: Flags = number_at(np.maximum(position, 0), first_number) == number
    return found & (position >= 0)


def far_number(number: Ints) -> Ints:
    """A number that differs in every digit, and for which no other number stands."""
    far = np.zeros_like(number)
    for power in POWERS_OF_TEN[:DIGITS]:
        far += (number // power % 10 + 5) % 10 * power
    return far


class Typist:
    """Mistypes references, never twice into the same number."""

    def __init__(self, first_number: int) -> None:
        self._first_number = first_number
        self._used = np.empty(0, dtype=np.int64)

    def mistype(self, number: Ints, generator: np.random.Generator) -> Ints:
        """Numbers at edit distance 1 or 2: a digit changed, swapped, dropped or inserted."""
        typed = np.zeros_like(number)
        waiting = np.arange(len(number))
        while len(waiting):
            attempt = _attempt(number[waiting], generator)
            _, first_seen = np.unique(attempt, return_index=True)
            fresh = np.zeros(len(waiting), dtype=np.bool_)
            fresh[first_seen] = True
            fresh &= ~exists(attempt, self._first_number) & (attempt != number[waiting])
            fresh &= ~np.isin(attempt, self._used)
            typed[waiting[fresh]] = attempt[fresh]
            self._used = np.concatenate([self._used, attempt[fresh]])
            waiting = waiting[~fresh]
        return typed


def _attempt(number: Ints, generator: np.random.Generator) -> Ints:
    size = len(number)
    # Never the leading digit: a number stays in its range, clear of far numbers.
    place, again = generator.integers(0, DIGITS - 2, (2, size))
    digit = generator.integers(0, 10, size)
    kind = generator.integers(0, 4, size)
    typed = np.select(
        [kind == 0, kind == 1, kind == 2],
        [
            replace_digit(number, place, digit),
            drop_digit(number, place),
            insert_digit(number, place, digit),
        ],
        swap_digits(number, place),
    )
    # A swap is two edits already, so only the others may be followed by a second typo.
    twice = (kind < 3) & (generator.random(size) < 0.3)
    return np.where(twice, replace_digit(typed, again, generator.integers(0, 10, size)), typed)
