"""Codes of labels, looked up once a label where a column keeps each label once."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl


def codes_by_label(
    column: "pl.Series", code_of: Callable[[str | None], int]
) -> NDArray[np.int64] | None:
    """The code of each row of a Categorical column; None for a column of another type.

    >>> import polars as pl
    >>> column = pl.Series(["b", None, "a", "b"], dtype=pl.Categorical)
    >>> codes_by_label(column, {"a": 0, "b": 1, None: 2}.__getitem__).tolist()
    [1, 2, 0, 1]
    """
    import polars as pl

    if not isinstance(column.dtype, pl.Categorical):
        return None
    physical = column.to_physical()
    numbers = physical.cast(pl.Int64)
    # The number -1, of what is missing, picks the last entry.
    rows = (numbers.fill_null(-1) if numbers.null_count() else numbers).to_numpy()
    # Marking what occurs takes a fifth of looking for it by hashing.
    occurs = np.zeros(int(rows.max(initial=-1)) + 2, dtype=np.bool_)
    occurs[rows] = True
    places = np.flatnonzero(occurs[:-1])
    labels = pl.Series(places, dtype=physical.dtype).cat.to(column.dtype).cast(pl.String)
    codes = np.full(len(occurs), code_of(None), dtype=np.int64)
    codes[places] = [code_of(label) for label in labels.to_list()]
    found: NDArray[np.int64] = codes[rows]
    return found
