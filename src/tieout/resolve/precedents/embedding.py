"""Words as vectors that need no model, no fitting and no download."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.explain.words.tokens import canonical, tokens

DIMENSIONS: Final = 128
Vectors = NDArray[np.float16]


def embedded(texts: Sequence[str]) -> Vectors:
    """A unit vector for each text: its words, signed and hashed (Weinberger et al. 2009).

    Long numbers are alike: references would drown the words. A text without words is all zero.
    """
    found = np.zeros((len(texts), DIMENSIONS), np.float32)
    for row, text in enumerate(texts):
        for word in tokens(canonical(text)):
            place, sign = _place(word)
            found[row, place] += sign
    length = np.linalg.norm(found, axis=1, keepdims=True)
    vectors: Vectors = (found / np.maximum(length, 1e-9)).astype(np.float16)
    return vectors


@lru_cache(maxsize=65_536)
def _place(word: str) -> tuple[int, float]:
    digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
    number = int.from_bytes(digest, "big")
    return number % DIMENSIONS, 1.0 if number & 0x8000_0000 else -1.0
