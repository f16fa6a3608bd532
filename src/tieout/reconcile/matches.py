"""Matches as the contract has them."""

from collections.abc import Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.model.facts import MatchKind
from tieout.reconcile.passes.outcome import PassOutcome

EXPLANATIONS = {
    "exact": "equal in every compared field",
    "tolerance": "equal key fields, amount and date within tolerance",
    "group": "the sums of the rows of one key agree",
}


def write_matches(
    outcomes: Sequence[PassOutcome], path: Path, *, scale: int, engine: Engine
) -> int:
    """Write matches.parquet, a row a match in the order of the first left row; answers how many.

    Columns: match_id, kind, pass, left_rows and right_rows (list[int64], data rows from 1),
    difference (decimal, left - right), currency, confidence (0-1), explanation.
    """
    plans = [
        _pairs_plan(outcome.pairs, outcome, scale)
        for outcome in outcomes
        if outcome.pairs is not None
    ]
    plans += [
        _groups_plan(outcome, scale, engine)
        for outcome in outcomes
        if not outcome.groups.is_empty()
    ]
    if not plans:
        plans = [_groups_plan(outcomes[0], scale, engine)]
    first, *others = plans
    matches = first.union(*others) if others else first
    # The order makes the file the same bytes at any number of threads.
    matches = matches.order_by("first_row")
    return engine.write_parquet(_as_contract(matches), path, keep_order=True)


def _pairs_plan(pairs: ir.Table, outcome: PassOutcome, scale: int) -> ir.Table:
    # Computing nothing where nothing can differ saves a second in ten million rows.
    nothing = ibis.literal(0, "int64").cast(f"decimal(38,{scale})")
    return pairs.select(
        first_row=pairs["left_row"],
        kind=ibis.literal(MatchKind.ONE_TO_ONE.value),
        pass_name=ibis.literal(outcome.name),
        left_rows=ibis.array([pairs["left_row"]]),
        right_rows=ibis.array([pairs["right_row"]]),
        difference=nothing if outcome.equal_amounts else exact_decimal(pairs["difference"], scale),
        currency=pairs["currency"],
        explanation=ibis.literal(_explanation(outcome.name)),
    )


def _groups_plan(outcome: PassOutcome, scale: int, engine: Engine) -> ir.Table:
    rows = outcome.groups.with_columns(pl.col("left_rows").list.first().alias("first_row"))
    groups = engine.publish(rows)
    return groups.select(
        first_row=groups["first_row"],
        kind=groups["kind"],
        pass_name=ibis.literal(outcome.name),
        left_rows=groups["left_rows"],
        right_rows=groups["right_rows"],
        difference=exact_decimal(groups["difference"], scale),
        currency=groups["currency"],
        explanation=ibis.literal(_explanation(outcome.name)),
    )


def _explanation(name: str) -> str:
    return EXPLANATIONS.get(name.split("_", maxsplit=1)[0], "")


def _as_contract(matches: ir.Table) -> ir.Table:
    return matches.select(
        match_id=ibis.literal("M") + matches["first_row"].cast("string"),
        kind=matches["kind"],
        **{"pass": matches["pass_name"]},
        left_rows=matches["left_rows"],
        right_rows=matches["right_rows"],
        difference=matches["difference"],
        currency=matches["currency"],
        # A literal 1.0 would be a decimal to the engine.
        confidence=ibis.literal(1, "int8").cast("float64"),
        explanation=matches["explanation"],
    )


def exact_decimal(units: ir.IntegerValue, scale: int) -> ir.DecimalValue:
    """Integer units of 10**-scale as a decimal, without a float or a rounding in between."""
    if scale == 0:
        return units.cast("decimal(38,0)")
    # 10**-scale is exact as a decimal with `scale` decimals, and so is the product.
    factor = ibis.literal("0." + "0" * (scale - 1) + "1").cast(f"decimal(18,{scale})")
    return (units * factor).cast(f"decimal(38,{scale})")
