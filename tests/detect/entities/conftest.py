"""Small tables with roles, written column by column."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.model.table import ColumnFacts, Kind, Table, TableRole

NUMBERS = {"amount", "latitude", "longitude", "debit", "credit"}
TIMES = {"time", "posted_at"}

MakeTable = Callable[..., Table]


def make_table(**columns: Sequence[Any]) -> Table:
    """A table whose columns play the roles they are named by. Times are ISO texts."""
    series = [_series(name, values) for name, values in columns.items()]
    frame = pl.DataFrame(series)
    facts = tuple(
        ColumnFacts(name, _kind(name), frame[name].n_unique(), frame[name].null_count())
        for name in columns
    )
    roles = {TableRole(name): name for name in columns if name in set(TableRole)}
    return Table(frame, np.arange(1, frame.height + 1, dtype=np.int64), facts, roles)


def _series(name: str, values: Sequence[Any]) -> pl.Series:
    if name in TIMES:
        moments = [None if value is None else datetime.fromisoformat(value) for value in values]
        return pl.Series(name, moments, dtype=pl.Datetime("us"))
    return pl.Series(name, values, dtype=pl.Float64 if name in NUMBERS else pl.String)


def _kind(name: str) -> Kind:
    if name in TIMES:
        return Kind.TIME
    return Kind.NUMBER if name in NUMBERS else Kind.CATEGORY


@pytest.fixture(name="table", scope="session")
def table_fixture() -> MakeTable:
    """See `make_table`."""
    return make_table
