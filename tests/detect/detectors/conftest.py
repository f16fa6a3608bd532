"""Tables of a few columns, typed by what stands in them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import numpy as np
import polars as pl
import pytest

from tieout.model.table import ColumnFacts, Kind, Table, TableRole


@pytest.fixture
def make_table() -> Callable[..., Table]:
    """A function from columns (text, numbers or moments, None where missing) to a table."""
    return table_of


def table_of(
    columns: Mapping[str, Sequence[object]], roles: Mapping[TableRole, str] | None = None
) -> Table:
    series = [_series(name, values) for name, values in columns.items()]
    frame = pl.DataFrame(series)
    facts = tuple(
        ColumnFacts(one.name, _kind(one), one.n_unique(), one.null_count()) for one in series
    )
    return Table(frame, np.arange(1, frame.height + 1), facts, dict(roles or {}))


def _series(name: str, values: Sequence[object]) -> pl.Series:
    first = next((value for value in values if value is not None), 0.0)
    if isinstance(first, str):
        return pl.Series(name, [None if v is None else str(v) for v in values], dtype=pl.String)
    if isinstance(first, datetime):
        return pl.Series(name, list(values), dtype=pl.Datetime("us"))
    return pl.Series(name, np.array(values, dtype=np.float64)).fill_nan(None)


def _kind(series: pl.Series) -> Kind:
    if series.dtype == pl.String:
        return Kind.CATEGORY
    return Kind.NUMBER if series.dtype == pl.Float64 else Kind.TIME
