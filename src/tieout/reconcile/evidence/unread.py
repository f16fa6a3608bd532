"""Rows whose counterpart is there and could not be read: nothing is missing."""

import polars as pl

from tieout.model.buckets import Bucket
from tieout.reconcile.evidence.wording import days_text, with_code
from tieout.reconcile.evidence.work import OTHER, SIDES, Work, bucket_literal

_CONFIDENCE = 0.3
_ROWS_NAMED = 3


def explain_unread(work: Work) -> None:
    """Add a break for each row whose key stands in rejected rows of the other side.

    What these rows would have said is not known, so the bucket is not either.
    """
    for side in SIDES:
        other = OTHER[side]
        unread = work.residue.unread_right if other == "right" else work.residue.unread_left
        if unread.is_empty():
            continue
        named = (
            unread.filter(pl.col("key") != "")
            .unique()
            .sort("row")
            .group_by("key")
            .agg(
                pl.col("row").head(_ROWS_NAMED).cast(pl.String).str.join(", ").alias("places"),
                pl.len().alias("many"),
            )
        )
        rows = work.rest(side).join(named, on="key", how="inner", maintain_order="left")
        if rows.is_empty():
            continue
        dated = pl.when(pl.col("date").is_not_null()).then(pl.format(" on {}", days_text("date")))
        said = pl.format(
            f"{side} {{}}{{}}", with_code("amount_text", "currency"), dated.otherwise(pl.lit(""))
        )
        which = (
            pl.when(pl.col("many") == 1)
            .then(pl.format(f"{other} row {{}} has its key and", "places"))
            .otherwise(pl.format(f"{{}} {other} rows ({{}}) have its key and", "many", "places"))
        )
        work.add_singles(
            side,
            rows.select(
                "index",
                pl.format("{}; {} could not be read: see rejects.csv", said, which).alias(
                    "evidence"
                ),
                bucket_literal(Bucket.UNKNOWN),
                confidence=pl.lit(_CONFIDENCE),
            ),
        )
