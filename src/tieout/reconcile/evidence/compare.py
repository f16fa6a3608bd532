"""Rows of both sides beside each other, one to one or as sums."""

import numpy as np
import polars as pl

from tieout.model.figures import money_text
from tieout.reconcile.evidence.wording import minor_units
from tieout.reconcile.evidence.work import SIDES, Ints, SideName, Work

_FIRST = ("key_text", "currency", "time", "ordinal", "party", "account", "original_currency")


def pairs_of(work: Work, index_left: Ints, index_right: Ints) -> pl.DataFrame:
    """One row for each pair of indexes: every column with suffix _left and _right.

    Beside the records' columns: index, lines (1) and `shown`, the amount as text.
    """
    indexes: dict[SideName, Ints] = {"left": index_left, "right": index_right}
    parts = []
    for side in SIDES:
        part = work.rows[side][indexes[side]].with_columns(lines=pl.lit(1, pl.Int64))
        part = part.with_columns(shown=pl.lit(f"{side} ") + pl.col("amount_text"))
        parts.append(part.rename({name: f"{name}_{side}" for name in part.columns}))
    return pl.concat(parts, how="horizontal")


def sums_of(work: Work, groups: pl.DataFrame) -> pl.DataFrame:
    """Sums of groups, in the columns of `pairs_of`; dates and texts are those of the first row.

    groups: left, right (lists of indexes, neither empty, one currency).
    """
    parts = []
    for side in SIDES:
        names = [*_FIRST, *(f"criteria_{name}" for name in work.criteria)]
        members = groups.select(side).with_row_index("group").explode(side)
        rows = pl.concat(
            [members.select("group"), work.rows[side][members[side].to_numpy()]], how="horizontal"
        )
        one_original = (pl.col("original_currency").n_unique() == 1) & (
            pl.col("original_amount").null_count() == 0
        )
        part = rows.group_by("group", maintain_order=True).agg(
            *(pl.col(name).first() for name in names),
            pl.col("amount").sum(),
            pl.col("date").min(),
            pl.when(one_original).then(pl.col("original_amount").sum()).alias("original_amount"),
            pl.len().cast(pl.Int64).alias("lines"),
            pl.col("comment").str.join(" "),
        )
        part = part.with_columns(amount_text=money_text(part["amount"], work.scale))
        part = part.with_columns(_shown_sums(side)).drop("group")
        parts.append(part.rename({name: f"{name}_{side}" for name in part.columns}))
    return pl.concat([groups.select("left", "right"), *parts], how="horizontal")


def units_of(compared: pl.DataFrame, scale: int) -> Ints:
    """The larger of the minor units of both sides' currencies."""
    left, right = (minor_units(compared[f"currency_{side}"], scale).to_numpy() for side in SIDES)
    units: Ints = np.maximum(left, right)
    return units


def _shown_sums(side: str) -> pl.Expr:
    text = pl.lit(f"{side} ") + pl.col("amount_text")
    several = pl.format("{} (sum of {} rows)", text, "lines")
    return pl.when(pl.col("lines") > 1).then(several).otherwise(text).alias("shown")
