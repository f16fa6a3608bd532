"""Each run proves that every row is in exactly one match, break or reject.

Rows are those of the input, and open items of an earlier run that were compared with them.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.model.errors import ConservationError
from tieout.model.manifest import SideConservation
from tieout.pipeline.inputs import Input
from tieout.reconcile.passes.outcome import PassOutcome


@dataclass(frozen=True)
class RowSums:
    """Number of rows, sum of their numbers and sum of the squares: lost or doubled rows show."""

    rows: int = 0
    numbers: int = 0
    squares: int = 0

    def __add__(self, other: "RowSums") -> "RowSums":
        return RowSums(
            self.rows + other.rows, self.numbers + other.numbers, self.squares + other.squares
        )


def prove_conservation(
    side: str, read: Input, outcomes: list[PassOutcome], breaks: pl.DataFrame, engine: Engine
) -> SideConservation:
    """Account for every row of a side. Raises ConservationError when the account is off."""
    column = f"{side}_rows"
    typed = _sums_of_table(read.staged.table, "row", engine)
    if read.carried is not None:
        typed += _sums_of_frame(read.carried["row"])
    rows = read.staged.rows + read.rows_carried
    matched = RowSums()
    for outcome in outcomes:
        if outcome.pairs is not None:
            matched += _sums_of_table(outcome.pairs, f"{side}_row", engine)
        matched += _sums_of_frame(outcome.groups[column])
    broken = _sums_of_frame(breaks[column])
    if matched + broken != typed or typed.rows + read.staged.rejected != rows:
        raise ConservationError(
            f"{side}: {rows} rows read, {read.staged.rejected} rejected, "
            f"{matched.rows} matched, {broken.rows} in breaks; row sums {typed}, "
            f"{matched + broken}"
        )
    return SideConservation(
        rows=read.staged.rows,
        matched=matched.rows,
        in_breaks=broken.rows,
        rejected=read.staged.rejected,
        carried=read.rows_carried,
    )


def _sums_of_table(table: ir.Table, column: str, engine: Engine) -> RowSums:
    row = table[column]
    sums = engine.fetch(
        table.agg(
            rows=ibis._.count(),
            numbers=row.sum().cast("string"),
            squares=(row * row).cast("decimal(38,0)").sum().cast("string"),
        )
    )
    return RowSums(*(int(each or 0) for each in sums.row(0)))


def _sums_of_frame(rows: pl.Series) -> RowSums:
    numbers = rows.explode().drop_nulls()
    if numbers.is_empty():
        return RowSums()
    wide = numbers.cast(pl.Int128)
    return RowSums(len(numbers), int(wide.sum()), int((wide * wide).sum()))
