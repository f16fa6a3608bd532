"""Rows of one side that cancel each other: an entry and what took it back."""

from collections.abc import Sequence

import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.model.facts import MatchKind
from tieout.reconcile.passes.outcome import GROUP_SCHEMA, PassOutcome, identified, no_groups
from tieout.reconcile.spec import NettingPass


def netting_pass(
    left: ir.Table, right: ir.Table, rule: NettingPass, *, on: Sequence[str], engine: Engine
) -> PassOutcome:
    """Match all rows of a key that one side has alone, when they add up to nothing.

    A key that is open on the other side too is left alone: what was taken back there is not known.
    """
    groups = [no_groups()]
    for side, mine, theirs in (("left", left, right), ("right", right, left)):
        if side not in rule.sides:
            continue
        alone = identified(mine, on).anti_join(identified(theirs, on).select(*on), list(on))
        rows = engine.fetch(alone.select("row", "amount", "currency", "date", *_extra(on)))
        groups.append(_cancelling(rows, rule, on=on, side=side))
    return PassOutcome(name="netting", groups=pl.concat(groups))


def _extra(on: Sequence[str]) -> list[str]:
    return [name for name in on if name not in {"amount", "currency", "date"}]


def _cancelling(
    rows: pl.DataFrame, rule: NettingPass, *, on: Sequence[str], side: str
) -> pl.DataFrame:
    cancels = (pl.len() >= 2) & (pl.len() <= rule.size_max)
    cancels &= (pl.col("amount").cast(pl.Int128).sum() == 0) & (pl.col("amount") != 0).any()
    if rule.days_max is not None:
        span = pl.col("date").max() - pl.col("date").min()
        cancels &= pl.col("date").is_not_null().all() & (span <= rule.days_max)
    found = (
        rows.sort("row")
        .filter(cancels.over(on))
        .group_by(on, maintain_order=True)
        .agg(pl.col("row").alias("rows"), pl.col("currency").first().alias("currency of it"))
        .with_columns(pl.lit([], dtype=pl.List(pl.Int64)).alias("none"))
    )
    own, other = ("rows", "none") if side == "left" else ("none", "rows")
    return found.select(
        pl.lit(MatchKind.NETTING.value).alias("kind"),
        pl.col(own).alias("left_rows"),
        pl.col(other).alias("right_rows"),
        pl.lit(0, pl.Int64).alias("difference"),
        pl.col("currency of it").alias("currency"),
    ).select(pl.col(name).cast(kind) for name, kind in GROUP_SCHEMA.items())
