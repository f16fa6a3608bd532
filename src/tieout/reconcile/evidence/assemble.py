"""Breaks in the shape of BREAK_SCHEMA."""

import numpy as np
import polars as pl

from tieout.model.errors import ConservationError
from tieout.reconcile.evidence.candidates import candidates_of
from tieout.reconcile.evidence.work import SIDES, SideName, Work
from tieout.reconcile.records import BREAK_SCHEMA


def assemble(work: Work) -> pl.DataFrame:
    """All breaks of a run, by their first row. Raises ConservationError if a row got lost."""
    if not work.found:
        return pl.DataFrame(schema=BREAK_SCHEMA)
    found = pl.concat(work.found)
    _check(work, found)
    left, right = (_totals(work, found, side) for side in SIDES)
    breaks = pl.concat([found, left, right], how="horizontal").with_columns(
        candidates_of(work, found).alias("candidates")
    )
    has_left, has_right = (pl.col(f"{side}_rows").list.len() > 0 for side in SIDES)
    difference = pl.col("amount_left").fill_null(0) - pl.col("amount_right").fill_null(0)
    return (
        breaks.with_columns(
            pl.when(has_left & has_right)
            .then(pl.lit("both"))
            .when(has_left)
            .then(pl.lit("left"))
            .otherwise(pl.lit("right"))
            .alias("side"),
            pl.coalesce("key_left", "key_right").alias("key"),
            pl.coalesce("currency_left", "currency_right").alias("currency"),
            difference.alias("difference"),
            pl.col("confidence").alias("bucket_confidence"),
        )
        .sort(pl.col("left_rows").list.first(), pl.col("right_rows").list.first(), nulls_last=True)
        .select(pl.col(name).cast(kind) for name, kind in BREAK_SCHEMA.items())
    )


def _totals(work: Work, found: pl.DataFrame, side: SideName) -> pl.DataFrame:
    """What each break's rows of one side add up to; null where it has none."""
    members = found.select(pl.col(side).alias("index")).with_row_index("number")
    single = members.filter(pl.col("index").list.len() == 1).with_columns(
        pl.col("index").list.first()
    )
    several = members.filter(pl.col("index").list.len() > 1).explode("index")
    names = ["row", "key_text", "currency", "amount", "date"]
    columns = [
        pl.col("row").sort().alias(f"{side}_rows"),
        pl.col("key_text").first().alias(f"key_{side}"),
        pl.col("currency").first().alias(f"currency_{side}"),
        pl.col("amount").sum().alias(f"amount_{side}"),
        pl.col("date").min().alias(f"date_{side}"),
    ]
    rows = work.rows[side].select(names)
    ones = pl.concat([single.select("number"), rows[single["index"].to_numpy()]], how="horizontal")
    many = pl.concat(
        [several.select("number"), rows[several["index"].to_numpy()]], how="horizontal"
    )
    ones = ones.select(
        "number",
        pl.concat_list("row").alias(f"{side}_rows"),
        *(
            pl.col(name).alias(f"{short}_{side}")
            for name, short in zip(names[1:], ("key", "currency", "amount", "date"), strict=True)
        ),
    )
    grouped = many.group_by("number", maintain_order=True).agg(columns)
    totals = pl.concat([ones, grouped.select(ones.columns)])
    none = pl.lit([], dtype=pl.List(pl.Int64))
    return (
        members.select("number")
        .join(totals, on="number", how="left", maintain_order="left")
        .with_columns(pl.col(f"{side}_rows").fill_null(none))
        .drop("number")
    )


def _check(work: Work, found: pl.DataFrame) -> None:
    for side in SIDES:
        indexes = found[side].explode().drop_nulls().to_numpy()
        counted = np.bincount(indexes.astype(np.int64), minlength=work.rows[side].height)
        if (counted != 1).any():
            lost, twice = int((counted == 0).sum()), int((counted > 1).sum())
            raise ConservationError(
                f"evidence: {lost} unmatched {side} rows are in no break, {twice} in several"
            )
