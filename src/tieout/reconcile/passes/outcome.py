"""What a pass hands on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import ibis.expr.types as ir
import polars as pl

# A group of rows that a pass could pair in more than one equally good way.
WITHHELD_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "left_rows": pl.List(pl.Int64),
    "right_rows": pl.List(pl.Int64),
    "reason": pl.String,
}
# Matches other than one to one, a row a match.
GROUP_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "kind": pl.String,
    "left_rows": pl.List(pl.Int64),
    "right_rows": pl.List(pl.Int64),
    "difference": pl.Int64,
    "currency": pl.String,
}


def identified(table: ir.Table, on: Sequence[str]) -> ir.Table:
    """The rows in which every part of the key that a pass is `on` says something."""
    for name in on:
        if name == "key" or name.startswith("key_"):
            table = table.filter(table[name] != "")
    return table


def no_groups() -> pl.DataFrame:
    """An empty frame of matched groups."""
    return pl.DataFrame(schema=GROUP_SCHEMA)


def nothing_withheld() -> pl.DataFrame:
    """An empty frame of ambiguous groups."""
    return pl.DataFrame(schema=WITHHELD_SCHEMA)


@dataclass(frozen=True)
class PassOutcome:
    """What one pass found.

    name: of the pass, as shown to people.
    pairs: one-to-one matches: left_row, right_row, currency, difference (left - right, int64
        units), in the order of left_row; each row at most once; None for none.
    groups: GROUP_SCHEMA.
    equal_amounts: every pair has a difference of 0.
    withheld: WITHHELD_SCHEMA; these rows stay unmatched in later passes too.
    """

    name: str
    pairs: ir.Table | None = None
    groups: pl.DataFrame = field(default_factory=no_groups)
    withheld: pl.DataFrame = field(default_factory=nothing_withheld)
    equal_amounts: bool = False
