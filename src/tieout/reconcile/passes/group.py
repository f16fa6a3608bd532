"""Several rows against one: the sums of a shared key agree."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.reconcile.passes.outcome import GROUP_SCHEMA, PassOutcome, identified, no_groups
from tieout.reconcile.passes.tolerance import Limits
from tieout.reconcile.spec import GroupPass


def group_pass(
    left: ir.Table,
    right: ir.Table,
    rule: GroupPass,
    *,
    on: Sequence[str],
    limits: Limits,
    engine: Engine,
) -> PassOutcome:
    """Match all rows of one key when their sums agree and the shape is permitted."""
    sums = _sums(left, on).join(_sums(right, on), list(on), rname="{name}_right")
    currency = sums["currency"] if "currency" in on else ibis.literal("")
    close = limits.within_amount(sums["total"], sums["total_right"], currency)
    sums = sums.filter(
        close & _shape_permitted(sums, rule) & (sums["rows"] + sums["rows_right"] <= rule.size_max)
    )
    if limits.days is not None and limits.ordinals is not None:
        sums = _within_days(sums, limits)
    matched = engine.materialise(sums.mutate(group=ibis.row_number()))
    if engine.fetch(matched.count().as_table()).item() == 0:
        return PassOutcome(name="group")
    return PassOutcome(name="group", groups=_groups(left, right, matched, on=on, engine=engine))


def _sums(table: ir.Table, on: Sequence[str]) -> ir.Table:
    table = identified(table, on)
    return table.group_by(list(on)).agg(
        rows=ibis._.count(),
        total=table["amount"].sum().cast("int64"),
        dated=table["date"].count(),
        date_first=table["date"].min(),
        date_last=table["date"].max(),
    )


def _shape_permitted(sums: ir.Table, rule: GroupPass) -> ir.BooleanValue:
    many_left, many_right = sums["rows"] > 1, sums["rows_right"] > 1
    shapes = {
        "one_to_many": ~many_left & many_right,
        "many_to_one": many_left & ~many_right,
        "many_to_many": many_left & many_right,
    }
    permitted = ibis.literal(value=False)
    for shape in rule.shapes:
        permitted = permitted | shapes[shape]
    return permitted


def _within_days(sums: ir.Table, limits: Limits) -> ir.Table:
    """Every right date within the window of every left date."""
    assert limits.days is not None  # noqa: S101 - checked by the caller
    known = ibis.memtable(limits.ordinals)
    for column in ("date_first", "date_last", "date_first_right", "date_last_right"):
        looked_up = known.rename({f"{column}_known": "date", f"{column}_ordinal": "ordinal"})
        sums = sums.join(looked_up, sums[column] == looked_up[f"{column}_known"])
    # A row without a date is in no window.
    sums = sums.filter(
        (sums["dated"] == sums["rows"]) & (sums["dated_right"] == sums["rows_right"])
    )
    earliest = sums["date_first_right_ordinal"] - sums["date_last_ordinal"]
    latest = sums["date_last_right_ordinal"] - sums["date_first_ordinal"]
    return sums.filter((earliest >= -limits.days.before) & (latest <= limits.days.after))


def _groups(
    left: ir.Table, right: ir.Table, matched: ir.Table, *, on: Sequence[str], engine: Engine
) -> pl.DataFrame:
    members = [
        engine.fetch(
            side.join(matched.select("group", *on), list(on)).select(
                "group", "row", "amount", "currency"
            )
        )
        .sort("group", "row")
        .group_by("group", maintain_order=True)
        .agg(pl.col("row"), pl.col("amount").sum(), pl.col("currency").first())
        for side in (left, right)
    ]
    both = members[0].join(members[1], on="group", suffix="_right")
    many_left, many_right = pl.col("row").list.len() > 1, pl.col("row_right").list.len() > 1
    kind = (
        pl.when(many_left & many_right)
        .then(pl.lit("many_to_many"))
        .when(many_left)
        .then(pl.lit("many_to_one"))
        .otherwise(pl.lit("one_to_many"))
    )
    groups = both.select(
        kind.alias("kind"),
        pl.col("row").alias("left_rows"),
        pl.col("row_right").alias("right_rows"),
        (pl.col("amount") - pl.col("amount_right")).alias("difference"),
        pl.col("currency"),
    ).sort(pl.col("left_rows").list.first())
    return no_groups().vstack(groups.select(list(GROUP_SCHEMA)))
