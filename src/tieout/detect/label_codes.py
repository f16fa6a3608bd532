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
    labels = column.drop_nulls().unique()
    places = labels.to_physical().cast(pl.Int64).to_numpy()
    missing = int(places.max(initial=-1)) + 1
    codes = np.full(missing + 1, code_of(None), dtype=np.int64)
    codes[places] = [code_of(label) for label in labels.cast(pl.String).to_list()]
    found: NDArray[np.int64] = codes[column.to_physical().fill_null(missing).to_numpy()]
    return found
