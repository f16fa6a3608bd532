"""How unlike two cases are, feature by feature."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.resolve.precedents.embedding import Vectors, embedded
from tieout.resolve.precedents.model import Likeness

Floats = NDArray[np.float32]
FEATURES: Final = ("size", "age", "counterparty", "side", "currency", "sign", "words")
# What a difference of one means before anything was learnt, e.g. of a tenfold amount.
WEIGHTS_AT_FIRST: Final = (2.0, 0.5, 1.0, 1.0, 0.5, 1.0, 1.0)


@dataclass(frozen=True)
class Measured:
    """Cases as arrays. numbers: size and the logarithm of the age. codes: what is same or not."""

    numbers: Vectors
    codes: NDArray[np.int64]
    words: Vectors

    @classmethod
    def of(cls, cases: Sequence[Likeness]) -> "Measured":
        """The arrays of cases, numbers and vectors in half precision."""
        ages = [np.log10(1.0 + max(case.age_days, 0.0)) for case in cases]
        numbers = np.array([[case.size for case in cases], ages], np.float16).T
        codes = np.array(
            [
                [_code(case.counterparty), _code(case.side), _code(case.currency), case.sign]
                for case in cases
            ],
            np.int64,
        ).reshape(-1, 4)
        return cls(numbers.reshape(-1, 2), codes, embedded([case.words for case in cases]))

    def __len__(self) -> int:
        return len(self.numbers)

    def unlike(self, other: "Measured") -> Floats:
        """How unlike each of these is to each of the others: feature x these x others.

        Amounts and ages differ by orders of magnitude, names are equal or not, words by 1 - cosine.
        """
        found = np.empty((len(FEATURES), len(self), len(other)), np.float32)
        for feature in range(2):
            mine = self.numbers[:, feature].astype(np.float32)
            theirs = other.numbers[:, feature].astype(np.float32)
            found[feature] = np.abs(mine[:, None] - theirs[None, :])
        for feature in range(4):
            found[2 + feature] = self.codes[:, feature, None] != other.codes[None, :, feature]
        mine, theirs = self.words.astype(np.float32), other.words.astype(np.float32)
        both = np.abs(mine).sum(1)[:, None] * np.abs(theirs).sum(1)[None, :] > 0
        # Where one says nothing, words tell nothing.
        found[6] = np.where(both, 1.0 - mine @ theirs.T, 0.0)
        return found

    def taken(self, rows: NDArray[np.int64]) -> "Measured":
        """Some of them."""
        return Measured(self.numbers[rows], self.codes[rows], self.words[rows])


def _code(text: str) -> int:
    """A number that is the same in every process."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
