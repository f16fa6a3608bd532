"""Breaks as the contract has them: identity, age, exact decimals."""

import hashlib
from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from tieout.model.buckets import NEXT_STEP, Bucket

# Judging fills these; a break that nobody has judged yet has no score.
_UNJUDGED: dict[str, pl.DataType | type[pl.DataType]] = {
    "score": pl.Float64,
    "p_value": pl.Float64,
    "anomalous": pl.Boolean,
    "reasons": pl.List(pl.String),
    "incident_id": pl.String,
    "severity": pl.String,
}
_IDENTITY = ("side", "key", "amount_left", "amount_right", "currency", "date_left", "date_right")


def finish_breaks(
    found: pl.DataFrame,
    *,
    reconciliation: str,
    scale: int,
    as_of: date | None,
    next_steps: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """The columns of breaks.parquet, ordered by first left row, then first right row.

    found: BREAK_SCHEMA. next_steps: of a workspace's own buckets; they come before the predefined.
    break_id is the md5 of what the break is (reconciliation, side, key,
    amounts, currency, dates, occurrence number among equals), so it is the same in every run.
    age_days counts from the earlier date to `as_of`.
    """
    breaks = found.with_columns(
        pl.col("left_rows").list.first().alias("_left"),
        pl.col("right_rows").list.first().alias("_right"),
    ).sort("_left", "_right", nulls_last=True)
    breaks = breaks.with_columns(_identities(breaks, reconciliation))
    earliest = pl.min_horizontal("date_left", "date_right")
    today = pl.lit((as_of - date(1970, 1, 1)).days if as_of else None, dtype=pl.Int32)
    amounts = [
        _decimal(pl.col(name), scale).alias(name)
        for name in ("amount_left", "amount_right", "difference")
    ]
    steps = {bucket.value: text for bucket, text in NEXT_STEP.items()} | dict(next_steps or {})
    return breaks.select(
        "break_id",
        "side",
        "left_rows",
        "right_rows",
        "key",
        *amounts,
        "currency",
        pl.col("date_left").cast(pl.Date),
        pl.col("date_right").cast(pl.Date),
        (today - earliest).clip(lower_bound=0).alias("age_days"),
        "bucket",
        "bucket_confidence",
        "evidence",
        "candidates",
        *(pl.lit(None, dtype=kind).alias(name) for name, kind in _UNJUDGED.items()),
        pl.col("bucket")
        .replace_strict(steps, default=NEXT_STEP[Bucket.UNKNOWN], return_dtype=pl.String)
        .alias("resolution"),
        pl.lit(None, dtype=pl.String).alias("proposal"),
    )


def _identities(breaks: pl.DataFrame, reconciliation: str) -> pl.Series:
    parts = breaks.select(
        pl.concat_str(
            *(pl.col(name).cast(pl.String).fill_null("") for name in _IDENTITY), separator="\x1f"
        ).alias("part")
    )
    return pl.Series(
        "break_id",
        [
            hashlib.md5(
                f"{reconciliation}\x1f{part}\x1f{number}".encode(), usedforsecurity=False
            ).hexdigest()
            for part, number in zip(
                parts["part"].to_list(), _occurrences(parts["part"]).to_list(), strict=True
            )
        ],
        dtype=pl.String,
    )


def _occurrences(parts: pl.Series) -> pl.Series:
    """Of each break, how many before it are the same in all that identifies them: mostly none."""
    repeated = np.flatnonzero(parts.is_duplicated().to_numpy())
    numbers = pl.zeros(len(parts), dtype=pl.Int64, eager=True)
    if not len(repeated):
        return numbers
    among = parts[repeated].to_frame().select(pl.int_range(pl.len()).over(parts.name))
    return numbers.scatter(repeated, among.to_series())


def _decimal(units: pl.Expr, scale: int) -> pl.Expr:
    whole = units.cast(pl.Decimal(38, 0))
    if scale == 0:
        return whole
    factor = pl.lit("0." + "0" * (scale - 1) + "1").cast(pl.Decimal(38, scale))
    return (whole * factor).cast(pl.Decimal(38, scale))
