"""Rows that are on one side only: still due, or missing."""

import polars as pl

from tieout.model.buckets import Bucket
from tieout.reconcile.calendars import NO_DATE
from tieout.reconcile.evidence.wording import days_text, with_code
from tieout.reconcile.evidence.work import OTHER, SIDES, Work, dates_of

_DUE, _PAST_DUE, _UNDATED = 0.8, 0.9, 0.7
_MISSING = {"left": Bucket.MISSING_RIGHT, "right": Bucket.MISSING_LEFT}


def explain_misses(work: Work) -> None:
    """Add a break for each row that is left: `timing` until it is due, then missing."""
    last = work.day_last()
    for side in SIDES:
        rows, other = work.rest(side), OTHER[side]
        if rows.is_empty():
            continue
        due = work.calendar.add(dates_of(rows, "date"), work.spec.settlement_days)
        end = pl.lit(None if last == NO_DATE else last, pl.Int64)
        rows = rows.with_columns(
            pl.Series("due", due, dtype=pl.Int64),
            end=end,
        )
        dated = pl.col("date").is_not_null()
        waiting = dated & (pl.col("due") >= pl.col("end"))
        keyed = (
            pl.when(pl.col("key") != "")
            .then(pl.format(f"no {other} row is left with key {{}}", "key_text"))
            .otherwise(pl.lit(f"no {other} row is left that agrees"))
        )
        said = pl.format(
            f"{side} {{}} on {{}}", with_code("amount_text", "currency"), days_text("date")
        )
        ends = pl.format("the data run to {}", days_text("end"))
        lacks = "" if last == NO_DATE else " without a date"
        undated = pl.format(f"{side} {{}}{lacks}", with_code("amount_text", "currency"))
        evidence = (
            pl.when(waiting)
            .then(pl.format("{}, in transit: due by {}, {}", said, days_text("due"), ends))
            .when(dated)
            .then(pl.format("{}, {}; due by {}, {}", said, keyed, days_text("due"), ends))
            .otherwise(pl.format("{}, {}", undated, keyed))
        )
        confidence = pl.when(waiting).then(_DUE).when(dated).then(_PAST_DUE).otherwise(_UNDATED)
        timing, missing = pl.lit(str(Bucket.TIMING)), pl.lit(str(_MISSING[side]))
        work.add_singles(
            side,
            rows.select(
                "index",
                evidence.alias("evidence"),
                confidence.alias("confidence"),
                pl.when(waiting).then(timing).otherwise(missing).alias("bucket"),
            ),
        )
