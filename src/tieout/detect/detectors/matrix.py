"""The number columns of a table as arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.detectors.encoding import CodeArray, Vocabulary, require
from tieout.model.table import Kind, Table


def number_names(table: Table, chosen: Sequence[str] | None) -> tuple[str, ...]:
    """The chosen columns, or all numbers that are no identifiers.

    Raises ValueError when a chosen column is missing.
    """
    if chosen is None:
        return table.names(Kind.NUMBER)
    require(table, chosen)
    return tuple(chosen)


def number_matrix(table: Table, names: Sequence[str]) -> FloatArray:
    """Shape (rows, columns); NaN where missing or not finite. Raises ValueError as above."""
    require(table, names)
    result = np.empty((table.height, len(names)))
    for place, name in enumerate(names):
        result[:, place] = number_column(table, name)
    return result


def number_column(table: Table, name: str) -> FloatArray:
    """One column; NaN where missing or not finite."""
    import polars as pl

    require(table, (name,))
    column = table.frame[name].cast(pl.Float64).to_numpy()
    result: FloatArray = np.where(np.isfinite(column), column, np.nan)
    return result


def moments(table: Table, name: str) -> NDArray[np.int64]:
    """Microseconds since 1970 of a time column; the least int64 where missing."""
    import polars as pl

    require(table, (name,))
    column = table.frame[name].cast(pl.Datetime("us")).to_physical()
    result: NDArray[np.int64] = column.fill_null(NO_MOMENT).to_numpy()
    return result


NO_MOMENT = -(1 << 63)


def group_codes(table: Table, name: str | None, vocabulary: Vocabulary) -> CodeArray:
    """The group of each row; all in group 0 where there is no grouping column."""
    if name is None:
        return np.zeros(table.height, dtype=np.int32)
    require(table, (name,))
    return vocabulary.encode(table.frame[name])


def sample_rows(rows: int, rows_max: int, seed: int) -> NDArray[np.int64]:
    """Positions of all rows, or of so many drawn at random, ascending."""
    if rows <= rows_max:
        return np.arange(rows)
    drawn = np.random.default_rng(seed).choice(rows, rows_max, replace=False)
    return np.sort(drawn)
