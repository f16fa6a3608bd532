"""How alike two texts are: one small protocol, whatever measures it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Similarity(Protocol):
    """A measure of likeness that learns from a collection of texts and then compares any two."""

    name: str

    def fit(self, texts: Sequence[str], background: Sequence[str] = ()) -> "Similarity":
        """Learn what is common in these texts and in those of the data. Answers with itself."""
        ...

    def between(self, left: Sequence[str], right: Sequence[str]) -> FloatArray:
        """Likeness of each left to each right text: left x right, 1.0 for the same words.

        0.0 or below where they have nothing in common. Each pair depends on its own two texts
        only, never on the others of the call.
        """
        ...
