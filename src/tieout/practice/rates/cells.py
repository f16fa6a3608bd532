"""Dimensions of a payment attempt. A cell is one combination of a value of each."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Flags, Floats, Ints

DIMENSIONS: Final = {
    "channel": ("pos", "online", "app", "phone"),
    "product": ("purchase", "subscription", "instalments", "top_up"),
    "acquirer": ("A1", "A2", "A3"),
    "card_type": ("debit", "credit", "prepaid"),
}
CELLS: Final = 144
# Row i holds the position of each cell's value in the i-th dimension.
_CODES: Final[Ints] = np.indices([len(values) for values in DIMENSIONS.values()]).reshape(4, CELLS)
_PRODUCTS: Final = np.array(
    [
        [0.92, 0.0, 0.06, 0.02],
        [0.52, 0.25, 0.15, 0.08],
        [0.45, 0.22, 0.08, 0.25],
        [0.8, 0.1, 0.1, 0.0],
    ]
)
_ACQUIRERS: Final = np.array(
    [[0.52, 0.3, 0.18], [0.38, 0.36, 0.26], [0.36, 0.34, 0.3], [0.5, 0.3, 0.2]]
)
_CARD_TYPES: Final = np.array(
    [[0.56, 0.32, 0.12], [0.42, 0.45, 0.13], [0.46, 0.4, 0.14], [0.3, 0.68, 0.02]]
)


def values_of(dimension: str) -> Ints:
    """Position of each cell's value in a dimension."""
    codes: Ints = _CODES[list(DIMENSIONS).index(dimension)]
    return codes


CHANNEL_OF: Final = values_of("channel")


def shares_within_channel() -> Floats:
    """How often each cell occurs among the events of its channel; they add up to 1 in each."""
    shares: Floats = (
        _PRODUCTS[CHANNEL_OF, values_of("product")]
        * _ACQUIRERS[CHANNEL_OF, values_of("acquirer")]
        * _CARD_TYPES[CHANNEL_OF, values_of("card_type")]
    )
    return shares


@dataclass(frozen=True)
class Condition:
    """Some cells: those that have each of the named values. No pair means all of them."""

    pairs: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return " & ".join(f"{dimension}={value}" for dimension, value in self.pairs)

    @property
    def cells(self) -> Flags:
        """A flag for each cell."""
        within = np.ones(CELLS, dtype=np.bool_)
        for dimension, value in self.pairs:
            within &= values_of(dimension) == DIMENSIONS[dimension].index(value)
        return within


def where(**pairs: str) -> Condition:
    """A condition by its values.

    >>> str(where(acquirer="A2", card_type="debit"))
    'acquirer=A2 & card_type=debit'
    """
    return Condition(tuple(pairs.items()))
