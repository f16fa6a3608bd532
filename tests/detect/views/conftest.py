"""Tables for the tests of views."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tieout.model.table import ColumnFacts, Kind, Table

Values = NDArray[np.float64] | Sequence[str | None]
Tables = Callable[[Mapping[str, Values]], Table]


@pytest.fixture(scope="session")
def table_of() -> Tables:
    """Arrays become number columns (NaN is missing), lists of text become categories."""

    def build(columns: Mapping[str, Values]) -> Table:
        series: list[pl.Series] = []
        facts: list[ColumnFacts] = []
        for name, values in columns.items():
            number = isinstance(values, np.ndarray)
            kind = Kind.NUMBER if number else Kind.CATEGORY
            one = pl.Series(name, values, dtype=pl.Float64 if number else pl.String)
            one = one.fill_nan(None) if number else one
            series.append(one)
            facts.append(ColumnFacts(name, kind, one.n_unique(), one.null_count()))
        frame = pl.DataFrame(series)
        return Table(frame, np.arange(1, frame.height + 1), tuple(facts))

    return build


@pytest.fixture(scope="session")
def sales() -> Callable[..., dict[str, Values]]:
    """Sales of products whose unit price each product has for itself, give or take a tenth."""

    def build(
        rows: int = 6_000, *, products: int = 60, sellers: int = 25, seed: int = 0
    ) -> dict[str, Values]:
        random = np.random.default_rng(seed)
        product = random.integers(0, products, rows)
        seller = random.integers(0, sellers, rows)
        price = np.exp(np.random.default_rng(99).normal(3.0, 1.5, products))
        quantity = random.poisson(np.exp(random.normal(4.0, 1.0, rows))).astype(np.float64) + 1.0
        value = quantity * price[product] * np.exp(0.1 * random.standard_t(5, rows))
        return {
            "product": [f"p{code}" for code in product],
            "seller": [f"s{code}" for code in seller],
            "quantity": quantity,
            "value": np.asarray(np.round(value, 2), dtype=np.float64),
        }

    return build
