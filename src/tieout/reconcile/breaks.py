"""Breaks as the contract has them: identity, age, exact decimals."""

import hashlib
from collections.abc import Mapping
from datetime import date
from itertools import count

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
    numbers: pl.Series | None = None,
) -> pl.DataFrame:
    """The columns of breaks.parquet, ordered by first left row, then first right row.

    found: BREAK_SCHEMA. next_steps: of a workspace's own buckets; they come before the predefined.
    numbers: occurrence numbers, as `break_numbers` gave them to breaks that are in order already.
    break_id is the md5 of what the break is (reconciliation, side, key,
    amounts, currency, dates, occurrence number among equals), so it is the same in every run.
    age_days counts from the earlier date to `as_of`.
    """
    breaks = in_order(found)
    breaks = breaks.with_columns(_identities(breaks, reconciliation, numbers))
    earliest = pl.min_horizontal("date_left", "date_right")
    today = pl.lit((as_of - date(1970, 1, 1)).days if as_of else None, dtype=pl.Int32)
    amounts = [
        decimal_of(pl.col(name), scale).alias(name)
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


def in_order(found: pl.DataFrame) -> pl.DataFrame:
    """Breaks by their first left row, then by their first right row."""
    firsts = [pl.col(f"{side}_rows").list.first() for side in ("left", "right")]
    return found.sort(firsts, nulls_last=True, maintain_order=True)


def break_numbers(
    breaks: pl.DataFrame, reconciliation: str, claims: pl.DataFrame
) -> tuple[pl.Series, pl.Series]:
    """Occurrence numbers of breaks in order, and which of them are what an earlier run called so.

    claims: at (position in `breaks`), break_id and number that an earlier run gave to what stands
    there now. Where the identity is still the same the number is kept, once; all others of the same
    parts get the lowest numbers that are free, in their order.
    """
    parts = _parts(breaks)
    numbers = _occurrences(parts)
    kept = np.zeros(breaks.height, dtype=bool)
    taken: dict[str, dict[int, int]] = {}
    for at, break_id, number in claims.select("at", "break_id", "number").iter_rows():
        part = parts[at]
        if (
            number not in taken.get(part, {})
            and _identity(reconciliation, part, number) == break_id
        ):
            taken.setdefault(part, {})[number] = at
            kept[at] = True
    if taken:
        given = numbers.to_numpy().copy()
        alike = parts.to_frame("part").with_row_index("at").filter(pl.col("part").is_in([*taken]))
        for (part,), places in alike.group_by("part", maintain_order=True):
            claimed = taken[str(part)]
            free = (number for number in count() if number not in claimed)
            holders = {at: number for number, at in claimed.items()}
            for at in places["at"]:
                given[at] = holders[at] if at in holders else next(free)
        numbers = pl.Series(given)
    return numbers.alias("number"), pl.Series("kept", kept)


def _identities(
    breaks: pl.DataFrame, reconciliation: str, numbers: pl.Series | None = None
) -> pl.Series:
    parts = _parts(breaks)
    told = _occurrences(parts) if numbers is None else numbers
    return pl.Series(
        "break_id",
        [
            _identity(reconciliation, part, number)
            for part, number in zip(parts.to_list(), told.to_list(), strict=True)
        ],
        dtype=pl.String,
    )


def _identity(reconciliation: str, part: str, number: int) -> str:
    text = f"{reconciliation}\x1f{part}\x1f{number}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _parts(breaks: pl.DataFrame) -> pl.Series:
    """All that identifies each break but its occurrence number."""
    columns = (pl.col(name).cast(pl.String).fill_null("") for name in _IDENTITY)
    return breaks.select(pl.concat_str(*columns, separator="\x1f").alias("part"))["part"]


def _occurrences(parts: pl.Series) -> pl.Series:
    """Of each break, how many before it are the same in all that identifies them: mostly none."""
    repeated = np.flatnonzero(parts.is_duplicated().to_numpy())
    numbers = pl.zeros(len(parts), dtype=pl.Int64, eager=True)
    if not len(repeated):
        return numbers
    among = parts[repeated].to_frame().select(pl.int_range(pl.len()).over(parts.name))
    return numbers.scatter(repeated, among.to_series())


def decimal_of(units: pl.Expr, scale: int) -> pl.Expr:
    """Whole units of 10**-scale as an exact decimal."""
    whole = units.cast(pl.Decimal(38, 0))
    if scale == 0:
        return whole
    factor = pl.lit("0." + "0" * (scale - 1) + "1").cast(pl.Decimal(38, scale))
    return (whole * factor).cast(pl.Decimal(38, scale))
