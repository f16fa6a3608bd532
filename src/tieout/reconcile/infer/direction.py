"""A column whose values say which amounts are negative, learnt from rows that belong together."""

from dataclasses import replace

import polars as pl

from tieout.reconcile.infer.joined import Joined
from tieout.reconcile.infer.model import Choice
from tieout.reconcile.infer.profile import Column, Kind
from tieout.reconcile.infer.readings import Reading

_VALUES_MAX = 20
_ROWS_MIN = 3
_AGREEING_MIN = 0.5
_PURE_MIN = 0.95


def learn_direction(
    joined: Joined, left: Reading, right: Reading
) -> tuple[Reading, Reading, tuple[Choice, ...]]:
    """The readings, one of them signed by a column where the rows of both sides show that one.

    Amounts of a side that are never negative ("sale 10.00", "refund 4.00") agree with the other
    side's but for the sign, and the values of one column tell which. Columns that say debit or
    credit in known words are read as such before.
    """
    if joined.left_groups is not None:
        return left, right, ()
    mine, theirs = left.units.gather(joined.left), right.units.gather(joined.right)
    sized = ((mine.abs() == theirs.abs()) & (mine != 0)).fill_null(value=False)
    opposite = (sized & (mine != theirs)).fill_null(value=False)
    same = int(sized.sum()) - int(opposite.sum())
    if int(sized.sum()) < _AGREEING_MIN * len(joined) or min(same, int(opposite.sum())) < _ROWS_MIN:
        return left, right, ()
    signed = _signed(left, joined.left, sized, opposite)
    if signed is not None:
        return signed[0], right, (signed[1],)
    signed = _signed(right, joined.right, sized, opposite)
    return (left, signed[0], (signed[1],)) if signed is not None else (left, right, ())


def _signed(
    reading: Reading, positions: pl.Series, sized: pl.Series, opposite: pl.Series
) -> tuple[Reading, Choice] | None:
    units = reading.units.drop_nulls()
    if reading.amount.column is None or reading.amount.direction or (units < 0).any():
        return None
    for column in reading.profile.of_kind(Kind.TEXT):
        negative = _negative(column, positions, sized, opposite)
        if negative:
            amount = reading.amount.model_copy(
                update={"direction": column.name, "negative": negative}
            )
            why = (
                f"Amounts agree but for their sign; they are negative where {column.name!r} says "
                f"{', '.join(negative)}, in {int(opposite.sum()):,} joined rows."
            )
            found = replace(reading, amount=amount)
            return found, Choice("sign", found.label, why, 0.9)
    return None


def _negative(
    column: Column, positions: pl.Series, sized: pl.Series, opposite: pl.Series
) -> tuple[str, ...]:
    """Values that stand beside opposite amounts only, where every value is of one kind."""
    if not 2 <= column.distinct <= _VALUES_MAX:
        return ()
    said = column.values.str.to_uppercase().gather(positions).fill_null("")
    shares = (
        pl.DataFrame({"value": said, "opposite": opposite})
        .filter(sized)
        .group_by("value")
        .agg(pl.len().alias("rows"), pl.col("opposite").sum())
        .sort("value")
    )
    turned = shares.filter(pl.col("opposite") >= _PURE_MIN * pl.col("rows"))
    kept = shares.filter(pl.col("opposite") <= (1 - _PURE_MIN) * pl.col("rows"))
    if turned.height + kept.height < shares.height or turned.is_empty() or kept.is_empty():
        return ()
    return tuple(value for value in turned["value"] if value)
