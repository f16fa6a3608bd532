"""Sums that a report opens with."""

from decimal import Decimal

import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.export.run_report import CurrencyTotal, PassCount
from tieout.model.facts import MatchKind
from tieout.model.money import to_decimal
from tieout.reconcile.passes.outcome import PassOutcome
from tieout.reconcile.records import Residue


def currency_totals(
    left: ir.Table, right: ir.Table, residue: Residue, *, engine: Engine
) -> tuple[CurrencyTotal, ...]:
    """Sums by currency of all readable rows, and of the left rows that tie out."""
    sums_left, sums_right = _sums(left, engine), _sums(right, engine)
    open_left: dict[str, int] = dict(
        residue.left.group_by("currency")
        .agg(pl.col("amount").cast(pl.Int128).sum().cast(pl.String))
        .with_columns(pl.col("amount").cast(pl.Int128))
        .iter_rows()
    )
    scale = residue.scale
    return tuple(
        CurrencyTotal(
            currency=currency,
            amount_left=to_decimal(sums_left.get(currency, 0), scale),
            amount_right=to_decimal(sums_right.get(currency, 0), scale),
            amount_matched=to_decimal(
                sums_left.get(currency, 0) - open_left.get(currency, 0), scale
            ),
        )
        for currency in sorted(sums_left.keys() | sums_right.keys())
    )


def pass_counts(outcomes: list[PassOutcome], *, engine: Engine) -> tuple[PassCount, ...]:
    """What each pass matched, by shape."""
    counts = []
    for outcome in outcomes:
        if outcome.pairs is not None:
            pairs = int(engine.fetch(outcome.pairs.count().as_table()).item())
            kind = MatchKind.ONE_TO_ONE
            counts.append(PassCount(outcome.name, kind, pairs, pairs, pairs))
        grouped = outcome.groups.group_by("kind").agg(
            pl.len(), pl.col("left_rows").list.len().sum(), pl.col("right_rows").list.len().sum()
        )
        for shape, matches, rows_left, rows_right in grouped.sort("kind").iter_rows():
            counts.append(PassCount(outcome.name, MatchKind(shape), matches, rows_left, rows_right))
    return tuple(counts)


def _sums(table: ir.Table, engine: Engine) -> dict[str, int]:
    # A sum of 64-bit integers has as many bits on one engine, and more on the other.
    amount = table["amount"].cast("decimal(38,0)")
    sums = engine.fetch(table.group_by("currency").agg(total=amount.sum().cast("string")))
    return {currency: int(Decimal(total or 0)) for currency, total in sums.iter_rows()}
