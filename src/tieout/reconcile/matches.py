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
    pairs = [
        _pairs_plan(outcome.pairs, number, scale, equal_amounts=outcome.equal_amounts)
        for number, outcome in enumerate(outcomes)
        if outcome.pairs is not None
    ]
    groups = _groups_frame(outcomes)
    table = engine.publish(groups)
    narrow = [*pairs, _groups_plan(table, scale)]
    first, *others = narrow
    # The order makes the file the same bytes at any number of threads. Only narrow rows are
    # sorted; what is the same in every row of a pass, and the lists, are put in afterwards.
    ordered = (first.union(*others) if others else first).order_by("first_row")
    members = table.select("first_row", "kind", "left_rows", "right_rows")
    whole = ordered.left_join(members, "first_row") if not groups.is_empty() else ordered
    plan = _as_contract(whole, outcomes, has_groups=not groups.is_empty())
    return engine.write_parquet(plan, path, keep_order=True)


def _pairs_plan(pairs: ir.Table, number: int, scale: int, *, equal_amounts: bool) -> ir.Table:
    # Computing nothing where nothing can differ saves a second in ten million rows.
    nothing = ibis.literal(0, "int64").cast(f"decimal(38,{scale})")
    return pairs.select(
        first_row=pairs["left_row"],
        right_row=pairs["right_row"],
        number=ibis.literal(number, "int8"),
        difference=nothing if equal_amounts else exact_decimal(pairs["difference"], scale),
        currency=pairs["currency"],
    )


def _groups_frame(outcomes: Sequence[PassOutcome]) -> pl.DataFrame:
    return pl.concat(
        outcome.groups.select(
            pl.col("left_rows").list.first().alias("first_row"),
            pl.lit(number, dtype=pl.Int8).alias("number"),
            pl.all(),
        )
        for number, outcome in enumerate(outcomes)
    )


def _groups_plan(groups: ir.Table, scale: int) -> ir.Table:
    return groups.select(
        first_row=groups["first_row"],
        right_row=ibis.null("int64"),
        number=groups["number"],
        difference=exact_decimal(groups["difference"], scale),
        currency=groups["currency"],
    )


def _by_pass(matches: ir.Table, texts: Sequence[str]) -> ir.Value:
    number = matches["number"]
    return ibis.cases(
        *((number == at, ibis.literal(text)) for at, text in enumerate(texts)), else_=""
    )


def _as_contract(
    matches: ir.Table, outcomes: Sequence[PassOutcome], *, has_groups: bool
) -> ir.Table:
    names = [outcome.name for outcome in outcomes]
    why = [EXPLANATIONS.get(name.split("_", maxsplit=1)[0], "") for name in names]
    kind: ir.Value = ibis.literal(MatchKind.ONE_TO_ONE.value)
    left_rows = ibis.array([matches["first_row"]])
    right_rows = ibis.array([matches["right_row"]])
    if has_groups:
        lone = matches["right_row"].notnull()
        kind = ibis.ifelse(lone, kind, matches["kind"])
        left_rows = ibis.ifelse(lone, left_rows, matches["left_rows"])
        right_rows = ibis.ifelse(lone, right_rows, matches["right_rows"])
    return matches.select(
        match_id=ibis.literal("M") + matches["first_row"].cast("string"),
        kind=kind,
        **{"pass": _by_pass(matches, names)},
        left_rows=left_rows,
        right_rows=right_rows,
        difference=matches["difference"],
        currency=matches["currency"],
        # A literal 1.0 would be a decimal to the engine.
        confidence=ibis.literal(1, "int8").cast("float64"),
        explanation=_by_pass(matches, why),
    )


def exact_decimal(units: ir.IntegerValue, scale: int) -> ir.DecimalValue:
    """Integer units of 10**-scale as a decimal, without a float or a rounding in between."""
    if scale == 0:
        return units.cast("decimal(38,0)")
    # 10**-scale is exact as a decimal with `scale` decimals, and so is the product.
    factor = ibis.literal("0." + "0" * (scale - 1) + "1").cast(f"decimal(18,{scale})")
    return (units * factor).cast(f"decimal(38,{scale})")
