"""Payments as columns."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tieout.practice.breaks.arrays import Floats, Ints

KINDS: Final = (
    "HIGH_AMOUNT",
    "ODD_HOUR",
    "DUPLICATE",
    "BURST",
    "IMPOSSIBLE_TRAVEL",
    "NEW_COUNTRY",
)
NO_DEVICE: Final = -1


@dataclass(frozen=True)
class Rows:
    """Payments in no order.

    person: who holds the card. time: seconds since 1970 on the bank's clock. category: a
    position in the list of all categories. merchant: its number. city: where it took place.
    amount: in units of 0.01 of the person's currency. device: its number, NO_DEVICE for none.
    kind: 0 for an ordinary row, else the position in KINDS plus one.
    """

    person: Ints
    time: Ints
    category: Ints
    channel: Ints
    merchant: Ints
    amount: Ints
    city: Ints
    latitude: Floats
    longitude: Floats
    device: Ints
    kind: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.person)

    def take(self, index: Any) -> "Rows":
        """The rows at some positions, or where a flag is set."""
        return Rows(**{f.name: getattr(self, f.name)[index] for f in fields(self)})


def join_rows(parts: Sequence[Rows]) -> Rows:
    """One after the other."""
    return Rows(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Rows)}
    )
