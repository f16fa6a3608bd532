"""Which columns are numbers worth comparing, and the matrix of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.model.table import Kind, Table

if TYPE_CHECKING:
    import polars as pl

BoolArray: TypeAlias = NDArray[np.bool_]
CLOCK_CORRELATION: Final = 0.95
_CLOCK_ROWS_MIN: Final = 100


def number_matrix(table: Table, names: Sequence[str]) -> FloatArray:
    """Rows x columns as float64: NaN where a value or the whole column is missing or infinite."""
    present = [name for name in names if name in table.frame.columns]
    values = np.full((table.height, len(names)), np.nan)
    if present:
        found = _row_of(table.frame, present)
        found = table.frame.select(present).to_numpy() if found is None else found
        values[:, [names.index(name) for name in present]] = found
    values[~np.isfinite(values)] = np.nan
    return values


def _row_of(frame: "pl.DataFrame", names: Sequence[str]) -> FloatArray | None:
    """A row alone in one look, without a plan; None for several rows, or for other than numbers."""
    if frame.height != 1:
        return None
    record = dict(zip(frame.columns, frame.row(0), strict=True))
    values = [record[name] for name in names]
    if not all(value is None or isinstance(value, int | float) for value in values):
        return None
    return np.array([[np.nan if value is None else float(value) for value in values]])


def usable_columns(table: Table) -> tuple[str, ...]:
    """Number columns that can say something: not constant, not empty, not a clock.

    A clock is a number that only grows along the rows, and evenly: seconds since the start, a
    counter. It says when a row was written, so that whatever comes after history would be new.
    """
    names = table.names(Kind.NUMBER)
    values = number_matrix(table, names)
    return tuple(
        name
        for name, column, varies in zip(names, values.T, varying(values), strict=True)
        if varies and not _is_clock(column)
    )


def varying(values: FloatArray) -> BoolArray:
    """Which columns of rows x columns hold two different values; NaN is none."""
    lowest = np.where(np.isnan(values), np.inf, values).min(axis=0, initial=np.inf)
    highest = np.where(np.isnan(values), -np.inf, values).max(axis=0, initial=-np.inf)
    return np.asarray(lowest < highest)


def _is_clock(column: FloatArray) -> bool:
    if len(column) < _CLOCK_ROWS_MIN or np.isnan(column).any() or (np.diff(column) < 0).any():
        return False
    order = np.arange(float(len(column)))
    return bool(np.corrcoef(order, column)[0, 1] >= CLOCK_CORRELATION)
