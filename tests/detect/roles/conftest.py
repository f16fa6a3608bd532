"""Tables of a few columns, made up for roles."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from tieout.detect.roles import Profile, infer_roles
from tieout.model.table import ColumnFacts, Kind, Table

ROWS = 200
_KINDS = {pl.Float64: Kind.NUMBER, pl.Int64: Kind.NUMBER, pl.Datetime: Kind.TIME}


def numbers(low: float = 0.0, high: float = 1_000.0) -> list[float]:
    """As many numbers as the tables have rows, evenly between two."""
    return [float(value) for value in np.linspace(low, high, ROWS)]


def texts(*values: str) -> list[str]:
    """These values over and over; without any, a value of its own for each row."""
    return [values[n % len(values)] if values else f"u{n}" for n in range(ROWS)]


def moments() -> list[datetime]:
    """A moment for each row, an hour apart."""
    first = datetime.fromisoformat("2024-01-01")
    return [first + timedelta(hours=n) for n in range(ROWS)]


def table_of(**columns: Sequence[Any]) -> Table:
    """A table with these columns; underscores stay as they are."""
    frame = pl.DataFrame(columns)
    facts = []
    for series in frame.iter_columns():
        kind = _KINDS.get(type(series.dtype), Kind.CATEGORY)
        kind = _KINDS.get(series.dtype.base_type(), kind)
        missing = series.null_count()
        distinct = series.n_unique() - (missing > 0)
        own = kind is Kind.CATEGORY and distinct > 0.9 * ROWS
        facts.append(ColumnFacts(series.name, kind, distinct, missing, own))
    return Table(frame, np.arange(1, len(frame) + 1), tuple(facts))


def roles_of(profile: Profile, **columns: Sequence[Any]) -> dict[str, str]:
    """Role by name to column, as inferred."""
    found, _ = infer_roles(table_of(**columns), profile)
    return {role.value: column for role, column in found.items()}
