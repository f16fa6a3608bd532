"""Breaks in the shape of BREAK_SCHEMA."""

import numpy as np
import polars as pl
import pyarrow as pa

from tieout.model.errors import ConservationError
from tieout.reconcile.calendars import NO_DATE
from tieout.reconcile.evidence.candidates import candidates_of
from tieout.reconcile.evidence.work import SIDES, Ints, SideName, Work, dates_of
from tieout.reconcile.records import BREAK_SCHEMA

_NO_ROW = np.iinfo(np.int64).max


def assemble(work: Work) -> pl.DataFrame:
    """All breaks of a run, by their first row. Raises ConservationError if a row got lost."""
    if not work.found:
        return pl.DataFrame(schema=BREAK_SCHEMA)
    found = pl.concat(work.found)
    _check(work, found)
    first_rows = [_least(work.rows[side]["row"].to_numpy(), found[side]) for side in SIDES]
    found = found[np.lexsort((first_rows[1], first_rows[0]))]
    left, right = (_totals(work, found[side], side) for side in SIDES)
    breaks = pl.concat([found, left, right], how="horizontal").with_columns(
        candidates_of(work, found).alias("candidates")
    )
    has_left, has_right = (pl.col(side).list.len() > 0 for side in SIDES)
    difference = pl.col("amount_left").fill_null(0) - pl.col("amount_right").fill_null(0)
    return breaks.with_columns(
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
    ).select(pl.col(name).cast(kind) for name, kind in BREAK_SCHEMA.items())


def _totals(work: Work, members: pl.Series, side: SideName) -> pl.DataFrame:
    """What each break's rows of one side add up to; null where it has none."""
    rows = work.rows[side]
    present = members.list.len().to_numpy() > 0
    amount = np.zeros(len(members), np.int64)
    amount[present] = np.add.reduceat(*_slices(rows["amount"].to_numpy(), members))
    days = dates_of(rows, "date")
    date = _least(np.where(days == NO_DATE, _NO_ROW, days), members)
    some, dated = pl.Series(present), pl.Series(date != _NO_ROW)
    first = members.list.first()
    return pl.DataFrame(
        {
            f"{side}_rows": _row_lists(rows["row"].to_numpy(), members),
            f"key_{side}": rows["key_text"].gather(first),
            f"currency_{side}": rows["currency"].gather(first),
            f"amount_{side}": amount,
            f"date_{side}": np.where(date == _NO_ROW, 0, date),
        }
    ).with_columns(
        pl.when(some).then(f"amount_{side}").alias(f"amount_{side}"),
        pl.when(dated).then(f"date_{side}").alias(f"date_{side}"),
    )


def _row_lists(rows: Ints, members: pl.Series) -> pl.Series:
    """Row numbers of each break's members, in order."""
    sizes = members.list.len().to_numpy().astype(np.int64)
    values = rows[members.explode().drop_nulls().to_numpy()]
    if (sizes > 1).any():
        values = values[np.lexsort((values, np.repeat(np.arange(len(sizes)), sizes)))]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    # Arrow would import pandas to make arrays of these itself.
    parts = (pl.Series(each, dtype=pl.Int64).to_arrow() for each in (offsets, values))
    lists = pa.LargeListArray.from_arrays(*parts)
    return pl.Series(lists)


def _least(values: Ints, members: pl.Series) -> Ints:
    """The least value of each break's members, the largest number where it has none."""
    least = np.full(len(members), _NO_ROW, np.int64)
    present = members.list.len().to_numpy() > 0
    least[present] = np.minimum.reduceat(*_slices(values, members))
    return least


def _slices(values: Ints, members: pl.Series) -> tuple[Ints, Ints]:
    """Values of all members in a row, and where each break begins that has any."""
    sizes = members.list.len().to_numpy().astype(np.int64)
    sizes = sizes[sizes > 0]
    return values[members.explode().drop_nulls().to_numpy()], np.cumsum(sizes) - sizes


def _check(work: Work, found: pl.DataFrame) -> None:
    for side in SIDES:
        indexes = found[side].explode().drop_nulls().to_numpy()
        counted = np.bincount(indexes.astype(np.int64), minlength=work.rows[side].height)
        if (counted != 1).any():
            lost, twice = int((counted == 0).sum()), int((counted > 1).sum())
            raise ConservationError(
                f"evidence: {lost} unmatched {side} rows are in no break, {twice} in several"
            )
