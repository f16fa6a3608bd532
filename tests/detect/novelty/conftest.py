"""Tables of numbers for the tests of novelty."""

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tieout.model.table import ColumnFacts, Kind, Table

NumberTable = Callable[[Mapping[str, NDArray[np.float64]]], Table]


@pytest.fixture(scope="session")
def number_table() -> NumberTable:
    """Columns of numbers, NaN where missing, become a table."""

    def made(columns: Mapping[str, NDArray[np.float64]]) -> Table:
        frame = pl.DataFrame(dict(columns)).cast(pl.Float64).fill_nan(None)
        facts = tuple(
            ColumnFacts(name, Kind.NUMBER, frame[name].n_unique(), frame[name].null_count())
            for name in frame.columns
        )
        return Table(frame, np.arange(1, frame.height + 1), facts)

    return made


@pytest.fixture(scope="session")
def correlated() -> Callable[[int, int], NDArray[np.float64]]:
    """Rows of four columns: a pair that go together, a wild one and a skewed one."""

    def made(rows: int, seed: int) -> NDArray[np.float64]:
        random = np.random.default_rng(seed)
        first = random.normal(size=rows)
        second = first + 0.1 * random.normal(size=rows)
        wild = random.standard_t(2.0, size=rows)
        skewed = np.exp(random.normal(size=rows))
        return np.column_stack([first, second, wild, skewed])

    return made
