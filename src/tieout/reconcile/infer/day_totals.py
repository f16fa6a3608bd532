"""Rows of a day against one row that sums them up, as takings against what is paid in."""

import polars as pl

from tieout.reconcile.infer.choose_rest import AmountChoice
from tieout.reconcile.infer.profile import Column, Profile, sample_days

_DAYS_MIN = 5
_AGREEING_MIN = 0.6


def day_totals(
    sides: tuple[Profile, Profile], amount: AmountChoice, dates: tuple[Column, Column]
) -> str:
    """Why rows without a key are matched by the totals of their days, or "" where few days agree.

    On a day that counts, one side has one row and the other has several. Sums tell nothing where a
    side is known by a sample only.
    """
    if any(side.side.share < 1.0 for side in sides):
        return ""
    left, right = (
        pl.DataFrame({"day": sample_days(date), "units": reading.units})
        .drop_nulls()
        .group_by("day")
        .agg(pl.col("units").sum(), pl.len().alias("rows"))
        for date, reading in zip(dates, (amount.left, amount.right), strict=True)
    )
    days = left.join(right, on="day", suffix="_right").filter(
        (pl.col("rows") == 1) != (pl.col("rows_right") == 1)
    )
    agreeing = int((days["units"] == amount.sign * days["units_right"]).sum())
    if agreeing < max(_DAYS_MIN, _AGREEING_MIN * days.height):
        return ""
    return (
        f"On {agreeing:,} of {days.height:,} days on which one side has one row and the other "
        "several, these sum up to it: they are matched by day."
    )
