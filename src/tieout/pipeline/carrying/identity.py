"""A break of carried rows stays the break that it was, with what was known of it."""

from typing import Final

import polars as pl

from tieout.model.buckets import Bucket
from tieout.pipeline.carrying.join import Carried
from tieout.pipeline.inputs import Input
from tieout.reconcile.breaks import break_numbers

# What is said of a row when nothing else is known; what was proven before is worth more. Days that
# pass and feeds that arrive change the others of these by themselves.
_WEAK: Final = tuple(map(str, (Bucket.MISSING_LEFT, Bucket.MISSING_RIGHT, Bucket.UNKNOWN)))
_PASSING: Final = (
    *_WEAK,
    *map(str, (Bucket.TIMING, Bucket.CUT_OFF, Bucket.LATE_FEED, Bucket.AMBIGUOUS)),
)
_FOUND: Final = " (found by run "


def identified(
    breaks: pl.DataFrame,
    carried: Carried | None,
    inputs: tuple[Input, Input],
    *,
    reconciliation: str,
) -> tuple[pl.DataFrame, pl.Series]:
    """Breaks with the evidence that still holds of them, and the occurrence number of each.

    breaks: BREAK_SCHEMA in order. A break that an earlier run had keeps its number. What proved its
    cause may stand in rows that tied out then and did not come again: where this run knows less,
    the bucket and the equation of that run stay.
    """
    claims = pl.DataFrame(schema={"at": pl.UInt32, "break_id": pl.String, "number": pl.Int64})
    if carried is None or carried.run is None:
        return breaks, break_numbers(breaks, reconciliation, claims)[0]
    items = pl.concat(
        [
            read.carried.select("side", "row", "break_id", number="break_number")
            for read in inputs
            if read.carried is not None
        ]
    )
    for side in ("left", "right"):
        rows = breaks.with_row_index("at").select("at", pl.col(f"{side}_rows").list.max())
        of_side = items.filter(pl.col("side") == side)
        found = rows.join(of_side, left_on=f"{side}_rows", right_on="row", how="inner")
        claims = claims.vstack(found.select(claims.columns).cast(claims.schema))
    claims = claims.unique(["at", "break_id"], keep="first").sort("at", "number")
    numbers, kept = break_numbers(breaks, reconciliation, claims)
    known = claims.join(carried.breaks, on="break_id").unique("at", keep="first")
    return _with_evidence(breaks, known, kept, inputs, carried.run.name), numbers


def _with_evidence(
    breaks: pl.DataFrame,
    known: pl.DataFrame,
    kept: pl.Series,
    inputs: tuple[Input, Input],
    run: str,
) -> pl.DataFrame:
    earlier = (
        breaks.with_row_index("at")
        .select("at")
        .join(known, on="at", how="left", maintain_order="left")
    )
    only_carried = pl.all_horizontal(
        (pl.col(f"{side}_rows").list.min() > read.staged.rows).fill_null(value=True)
        for side, read in zip(("left", "right"), inputs, strict=True)
    )
    told = pl.col("bucket_then").is_not_null() & ~pl.col("bucket_then").is_in(_PASSING)
    holds = pl.col("kept") & only_carried & pl.col("bucket").is_in(_WEAK) & told
    marked = breaks.with_columns(
        kept,
        bucket_then=earlier["bucket"],
        bucket_confidence_then=earlier["bucket_confidence"],
        evidence_then=pl.when(earlier["evidence"].str.contains(_FOUND, literal=True))
        .then(earlier["evidence"])
        .otherwise(pl.format(f"{{}}{_FOUND}{{}})", earlier["evidence"], pl.lit(run))),
    )
    names = ("bucket", "bucket_confidence", "evidence")
    return marked.with_columns(
        pl.when(holds).then(f"{name}_then").otherwise(name).alias(name) for name in names
    ).select(breaks.columns)
