"""Texts as arrays of numbers, so that they are saved without pickles and without padding."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def packed(texts: Sequence[str | None]) -> dict[str, NDArray[np.generic]]:
    """`bytes`: the texts in UTF-8 end to end; `lengths`: of each in bytes, -1 where missing."""
    encoded = [None if text is None else text.encode() for text in texts]
    joined = b"".join(text for text in encoded if text is not None)
    lengths = [-1 if text is None else len(text) for text in encoded]
    return {
        "bytes": np.frombuffer(joined, dtype=np.uint8),
        "lengths": np.array(lengths, dtype=np.int64),
    }


def unpacked(arrays: Mapping[str, object]) -> list[str | None]:
    """The texts that `packed` took."""
    joined = np.asarray(arrays["bytes"], dtype=np.uint8).tobytes()
    texts: list[str | None] = []
    start = 0
    for length in np.asarray(arrays["lengths"], dtype=np.int64).tolist():
        if length < 0:
            texts.append(None)
            continue
        texts.append(joined[start : start + length].decode())
        start += length
    return texts


def texts_of(value: object) -> tuple[str, ...]:
    """The texts of a list read from JSON; empty for anything else."""
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()
