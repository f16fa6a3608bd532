"""The column that says which lines of a journal are one entry, found because entries balance."""

from collections.abc import Collection
from typing import Final

import polars as pl

from tieout.model.table import Kind, Table

ENTRIES_MIN: Final = 5
_BALANCED_MIN: Final = 0.9
_NOTHING: Final = 0.005


def balancing_column(
    table: Table, columns: Collection[str], *, amount: str | None, sides: tuple[str, str] | None
) -> str | None:
    """Of some columns of labels, the one by whose values nearly all lines sum to zero.

    amount: the column of signed amounts; sides: those of debits and credits, in its place. Where
    several balance (a batch of entries does as well), it is the one with most values. None where
    no column does.
    """
    if sides is not None:
        signed = pl.col(sides[0]).fill_null(0.0) - pl.col(sides[1]).fill_null(0.0)
    elif amount is not None:
        signed = pl.col(amount).fill_null(0.0)
    else:
        return None
    found = []
    for facts in table.columns:
        if facts.kind is not Kind.CATEGORY or facts.name not in columns:
            continue
        if not ENTRIES_MIN <= facts.distinct <= table.height / 2:
            continue
        sums = (
            table.frame.select(name=pl.col(facts.name), signed=signed)
            .drop_nulls("name")
            .group_by("name")
            .agg(
                pl.len().alias("lines"),
                total=pl.col("signed").sum().abs() < _NOTHING,
                moved=(pl.col("signed") != 0.0).any(),
            )
            .filter("moved")
        )
        balanced = int((sums["total"] & (sums["lines"] > 1)).sum())
        if sums.height >= ENTRIES_MIN and balanced >= _BALANCED_MIN * sums.height:
            found.append((facts.distinct, facts.name))
    return max(found, key=lambda each: each[0])[1] if found else None
