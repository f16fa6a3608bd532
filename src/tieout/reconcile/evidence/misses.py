"""Rows that are on one side only: still due, or missing."""

import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.figures import money_text
from tieout.reconcile.calendars import NO_DATE
from tieout.reconcile.evidence.wording import days_text, with_code
from tieout.reconcile.evidence.work import OTHER, SIDES, SideName, Work, dates_of

_DUE, _PAST_DUE, _UNDATED = 0.8, 0.9, 0.7
_MISSING = {"left": Bucket.MISSING_RIGHT, "right": Bucket.MISSING_LEFT}


def explain_misses(work: Work) -> None:
    """Add a break for each row that is left: `timing` until it is due, then missing.

    Lines of one total are one break.
    """
    last = work.day_last()
    for side in SIDES:
        rows, other = _open(work, side), OTHER[side]
        if rows.is_empty():
            continue
        due = work.calendar.add(dates_of(rows, "date_last"), work.spec.settlement_days)
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
            f"{side} {{}}{{}} on {{}}",
            with_code("amount_text", "currency"),
            "summed",
            days_text("date"),
        )
        ends = pl.format("the data run to {}", days_text("end"))
        lacks = "" if last == NO_DATE else " without a date"
        undated = pl.format(
            f"{side} {{}}{{}}{lacks}", with_code("amount_text", "currency"), "summed"
        )
        evidence = (
            pl.when(waiting)
            .then(pl.format("{}, in transit: due by {}, {}", said, days_text("due"), ends))
            .when(dated)
            .then(pl.format("{}, {}; due by {}, {}", said, keyed, days_text("due"), ends))
            .otherwise(pl.format("{}, {}", undated, keyed))
        )
        confidence = pl.when(waiting).then(_DUE).when(dated).then(_PAST_DUE).otherwise(_UNDATED)
        timing, missing = pl.lit(str(Bucket.TIMING)), pl.lit(str(_MISSING[side]))
        work.add_groups(
            rows.select(
                pl.col("members").alias(side),
                pl.lit([], dtype=pl.List(pl.Int64)).alias(other),
                evidence.alias("evidence"),
                confidence.alias("confidence"),
                pl.when(waiting).then(timing).otherwise(missing).alias("bucket"),
            )
        )


def _open(work: Work, side: SideName) -> pl.DataFrame:
    """What is left of a side, a row a break: members (list of indexes), key, key_text, currency,
    amount_text, summed (of how many rows), date, date_last."""
    rows = work.rest(side).with_columns(date_last=pl.col("date"))
    by = ["key", "currency"]
    alone = rows.with_columns(members=pl.concat_list("index"), summed=pl.lit(""))
    shown = [*by, "key_text", "amount_text", "summed", "date", "date_last", "members"]
    if side not in work.residue.lines:
        return alone.select(shown)
    together = (
        rows.filter(pl.col("key") != "")
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("key_text").first(),
            pl.col("amount").sum(),
            pl.col("date").min(),
            pl.col("date_last").max(),
            members=pl.col("index"),
        )
    )
    count = pl.col("members").list.len()
    said = pl.when(count > 1).then(pl.format(" (sum of {} rows)", count)).otherwise(pl.lit(""))
    amount_text = money_text(together["amount"], work.scale)
    together = together.with_columns(amount_text=amount_text, summed=said)
    return pl.concat([alone.filter(pl.col("key") == "").select(shown), together.select(shown)])
