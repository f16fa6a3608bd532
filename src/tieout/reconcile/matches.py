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
    "keyless": "no key; amount, date and words make this the likely pair",
    "carried": "an open item and its counterpart: equal key, currency and amount, dates within "
    "the settlement lag",
    "netting": "rows of one side that add up to nothing",
}
_SIDES = ("left", "right")


def write_matches(
    outcomes: Sequence[PassOutcome],
    path: Path,
    *,
    scale: int,
    engine: Engine,
    last_rows: tuple[int, int] | None = None,
) -> int:
    """Write matches.parquet, a row a match, and answer how many there are.

    One-to-one matches come first, then the others, both in the order of their first left row;
    rows of the right side that cancel each other come last, by their first row.

    last_rows: of both files, where rows that were carried forward come after them; explanations
    say so.

    Columns: match_id, kind, pass, left_rows and right_rows (list[int64], data rows from 1),
    difference (decimal, left - right), currency, confidence (0-1), explanation.
    """
    plans = (
        [_pairs_plan(outcomes, scale, engine, last_rows)]
        if any(each.pairs is not None for each in outcomes)
        else []
    )
    groups = pl.concat(
        _with_confidence(outcome.groups).with_columns(
            pl.lit(outcome.name).alias("pass"), _why(outcome.name, last_rows)
        )
        for outcome in outcomes
    )
    if not groups.is_empty() or not plans:
        firsts = [pl.col(f"{side}_rows").list.first() for side in ("left", "right")]
        ordered = groups.sort(firsts, nulls_last=True)
        plans.append(_groups_plan(engine.publish(ordered.with_columns(match_names())), scale))
    plan = plans[0].union(*plans[1:]) if len(plans) > 1 else plans[0]
    return engine.write_parquet(plan, path, keep_order=True)


def _pairs_plan(
    outcomes: Sequence[PassOutcome],
    scale: int,
    engine: Engine,
    last_rows: tuple[int, int] | None,
) -> ir.Table:
    nothing = ibis.literal(0, "int64")
    pairs = _in_one(outcomes, engine)
    names = [outcome.name for outcome in outcomes]
    why = _by_number(pairs["number"], [_explanation(name) for name in names])
    return pairs.select(
        match_id=ibis.literal("M") + pairs["left_row"].cast("string"),
        kind=ibis.literal(MatchKind.ONE_TO_ONE.value),
        **{"pass": _by_number(pairs["number"], names)},
        left_rows=ibis.array([pairs["left_row"]]),
        right_rows=ibis.array([pairs["right_row"]]),
        # Computing nothing where nothing can differ saves a second in ten million rows.
        difference=nothing.cast(f"decimal(38,{scale})")
        if all(outcome.equal_amounts for outcome in outcomes if outcome.pairs is not None)
        else exact_decimal(pairs["difference"], scale),
        currency=pairs["currency"],
        confidence=_certain(),
        explanation=why if last_rows is None else why + _pair_carried(pairs, last_rows),
    )


def _in_one(outcomes: Sequence[PassOutcome], engine: Engine) -> ir.Table:
    """The pairs of all passes in the order of their left rows, `number` telling the pass."""
    passes = [
        outcome.pairs.select(
            "left_row",
            "right_row",
            "currency",
            difference=ibis.literal(0, "int64")
            if outcome.equal_amounts
            else outcome.pairs["difference"],
            number=ibis.literal(number, "int8"),
        )
        for number, outcome in enumerate(outcomes)
        if outcome.pairs is not None
    ]
    if len(passes) == 1:
        return passes[0]
    # Narrow rows are sorted by themselves: in an engine they cost thrice as much.
    frames = [
        engine.fetch(each).with_columns(pl.col("currency").cast(pl.Categorical)) for each in passes
    ]
    return engine.publish(pl.concat(frames).sort("left_row"))


def _groups_plan(groups: ir.Table, scale: int) -> ir.Table:
    return groups.select(
        match_id=groups["match_id"],
        kind=groups["kind"],
        **{"pass": groups["pass"]},
        left_rows=groups["left_rows"],
        right_rows=groups["right_rows"],
        difference=exact_decimal(groups["difference"], scale),
        currency=groups["currency"],
        confidence=groups["confidence"],
        explanation=groups["explanation"],
    )


def _with_confidence(groups: pl.DataFrame) -> pl.DataFrame:
    """A pass that weighs says how sure it is of each match; the others are certain."""
    if "confidence" in groups.columns:
        return groups
    return groups.with_columns(confidence=pl.lit(1.0))


def _certain() -> ir.Value:
    # A literal 1.0 would be a decimal to the engine.
    return ibis.literal(1, "int8").cast("float64")


def _by_number(number: ir.Value, texts: Sequence[str]) -> ir.Value:
    choices = [(number == at, ibis.literal(text)) for at, text in enumerate(texts)]
    return ibis.cases(*choices, else_="")


def _explanation(name: str) -> str:
    return EXPLANATIONS.get(name.split("_", maxsplit=1)[0], "")


def _why(name: str, last_rows: tuple[int, int] | None) -> pl.Expr:
    why = pl.lit(_explanation(name))
    if last_rows is not None:
        left, right = (
            (pl.col(f"{side}_rows").list.max() > last).fill_null(value=False)
            for side, last in zip(_SIDES, last_rows, strict=True)
        )
        why += (
            pl.when(left & right)
            .then(pl.lit(_CARRIED["both"]))
            .when(left)
            .then(pl.lit(_CARRIED["left"]))
            .when(right)
            .then(pl.lit(_CARRIED["right"]))
            .otherwise(pl.lit(""))
        )
    return why.alias("explanation")


_CARRIED = {side: f"; {side} carried forward, see carried.csv" for side in (*_SIDES, "both")}


def _pair_carried(pairs: ir.Table, last_rows: tuple[int, int]) -> ir.StringValue:
    left, right = (
        pairs[f"{side}_row"] > last for side, last in zip(_SIDES, last_rows, strict=True)
    )
    choices = [
        (left & right, ibis.literal(_CARRIED["both"])),
        (left, ibis.literal(_CARRIED["left"])),
        (right, ibis.literal(_CARRIED["right"])),
    ]
    return ibis.cases(*choices, else_="")


def match_names() -> pl.Expr:
    """What a match is called: by its first left row; one that has none by its first right row."""
    left, right = (pl.col(f"{side}_rows").list.first().cast(pl.String) for side in _SIDES)
    return pl.coalesce(pl.lit("M") + left, pl.lit("MR") + right).alias("match_id")


def exact_decimal(units: ir.IntegerValue, scale: int) -> ir.DecimalValue:
    """Integer units of 10**-scale as a decimal, without a float or a rounding in between."""
    if scale == 0:
        return units.cast("decimal(38,0)")
    # 10**-scale is exact as a decimal with `scale` decimals, and so is the product.
    factor = ibis.literal("0." + "0" * (scale - 1) + "1").cast(f"decimal(18,{scale})")
    return (units * factor).cast(f"decimal(38,{scale})")
