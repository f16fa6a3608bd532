"""Without a key, candidates are looked for in bands of amounts."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.facts import Side
from tieout.reconcile.passes.tolerance import Limits, near_pairs
from tieout.reconcile.spec import AmountTolerance

Run = Callable[..., Any]
Records = Callable[..., pl.DataFrame]


def near(**amount: Any) -> dict[str, Any]:
    """A tolerance pass on the currency alone."""
    return {"tolerance": {"on": ["currency"], "days": None, "amount": amount}}


KEYLESS = st.lists(st.integers(-40, 40), max_size=7, unique=True)


@settings(max_examples=20, deadline=None)
@given(left=KEYLESS, right=KEYLESS, width=st.integers(0, 12))
def test_bands_of_amounts_lose_no_candidate(
    engine: DuckDBEngine, left: list[int], right: list[int], width: int
) -> None:
    tables = {
        side: engine.publish(
            pl.DataFrame(
                [(row, "", amount, "EUR", None) for row, amount in enumerate(amounts, 1)],
                schema={
                    "row": pl.Int64,
                    "key": pl.String,
                    "amount": pl.Int64,
                    "currency": pl.String,
                    "date": pl.Int32,
                },
                orient="row",
            )
        )
        for side, amounts in ((Side.LEFT, left), (Side.RIGHT, right))
    }
    limits = Limits(AmountTolerance(absolute=Decimal(width)), 0)
    found = engine.fetch(
        near_pairs(tables[Side.LEFT], tables[Side.RIGHT], on=["currency"], limits=limits)
    )
    expected = {
        (row, other)
        for row, amount in enumerate(left, 1)
        for other, counter in enumerate(right, 1)
        if abs(amount - counter) <= width
    }
    pairs = found.select("left_row", "right_row").rows()
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == expected


def test_bands_keep_apart_amounts_that_a_float_cannot(run: Run, records: Records) -> None:
    left = records("amount\n90071992547409.93\n90071992547419.95")
    right = records("amount\n90071992547409.94\n90071992547419.93")
    found = run(left, right, near(absolute="0.02"))
    assert found.pairs == [(1, 1), (2, 2)]


def test_bands_are_as_wide_as_the_widest_limit(run: Run, records: Records) -> None:
    left = records("amount currency\n10.00 EUR\n1000.00 JPY")
    right = records("amount currency\n10.01 EUR\n1005.00 JPY")
    found = run(left, right, near(absolute="0.01", by_currency={"JPY": "5"}))
    assert found.pairs == [(1, 1), (2, 2)]


def test_a_percentage_needs_no_bands(run: Run, records: Records) -> None:
    left = records("amount\n100.00\n2000.00")
    right = records("amount\n2020.00\n100.50")
    assert run(left, right, near(percent="1")).pairs == [(1, 2), (2, 1)]
