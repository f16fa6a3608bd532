"""Sums that a report opens with."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl

from tieout.engines.duckdb import DuckDBEngine
from tieout.export.run_report import CurrencyTotal, PassCount
from tieout.model.facts import MatchKind
from tieout.pipeline.totals import currency_totals, pass_counts
from tieout.reconcile.passes.outcome import GROUP_SCHEMA, PassOutcome

Records = Callable[..., pl.DataFrame]


class Left:
    """A residue, as far as totals look at it."""

    def __init__(self, left: pl.DataFrame, scale: int = 2) -> None:
        self.left = left
        self.scale = scale


def totals(
    engine: DuckDBEngine, left: pl.DataFrame, right: pl.DataFrame, unmatched: list[int]
) -> tuple[CurrencyTotal, ...]:
    """Totals of two sides of which some left rows are unmatched."""
    residue: Any = Left(left.filter(pl.col("row").is_in(unmatched)))
    return currency_totals(engine.publish(left), engine.publish(right), residue, engine=engine)


def test_sums_are_by_currency_and_exact(engine: DuckDBEngine, records: Records) -> None:
    left = records("amount currency\n0.10 EUR\n0.20 EUR\n5.00 USD")
    right = records("amount currency\n0.30 EUR\n7.00 GBP")
    found = totals(engine, left, right, [3])
    assert found == (
        CurrencyTotal("EUR", Decimal("0.30"), Decimal("0.30"), Decimal("0.30")),
        CurrencyTotal("GBP", Decimal(0), Decimal("7.00"), Decimal(0)),
        CurrencyTotal("USD", Decimal("5.00"), Decimal(0), Decimal(0)),
    )
    assert found[2].difference == Decimal("5.00")


def test_sums_beyond_what_one_amount_can_be_are_exact(
    engine: DuckDBEngine, records: Records
) -> None:
    left = records("amount\n92233720368547758.07\n92233720368547758.07\n0.01")
    found = totals(engine, left, left, [1, 2])
    assert found[0].amount_left == Decimal("184467440737095516.15")
    assert found[0].amount_matched == Decimal("0.01")


def test_no_rows_have_no_totals(engine: DuckDBEngine, records: Records) -> None:
    none = records("amount")
    assert totals(engine, none, none, []) == ()


def test_matches_are_counted_by_pass_and_shape(engine: DuckDBEngine) -> None:
    schema = {"left_row": pl.Int64, "right_row": pl.Int64}
    pairs = engine.publish(pl.DataFrame([(1, 1), (2, 2)], schema=schema, orient="row"))
    groups = pl.DataFrame(
        [
            ("one_to_many", [3], [3, 4], 0, "EUR"),
            ("one_to_many", [4], [5, 6, 7], 0, "EUR"),
            ("many_to_one", [5, 6], [8], 0, "EUR"),
        ],
        schema=GROUP_SCHEMA,
        orient="row",
    )
    outcomes = [PassOutcome("exact", pairs), PassOutcome("group", groups=groups)]
    assert pass_counts(outcomes, engine=engine) == (
        PassCount("exact", MatchKind.ONE_TO_ONE, 2, 2, 2),
        PassCount("group", MatchKind.MANY_TO_ONE, 1, 2, 1),
        PassCount("group", MatchKind.ONE_TO_MANY, 2, 2, 5),
    )
