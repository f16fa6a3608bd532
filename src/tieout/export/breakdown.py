"""Breaks counted and summed for people. Amounts of two currencies are never added up."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

AGE_BANDS: Final = ((1, "0-1"), (7, "2-7"), (30, "8-30"), (90, "31-90"))
AGE_BAND_LAST: Final = "over 90"
AGE_BAND_NONE: Final = "no date"
_INTERVALS: Final = (
    ("1d", "day", 1),
    ("1w", "week", 7),
    ("1mo", "month", 30),
    ("1q", "quarter", 91),
    ("1y", "year", 365),
)
_BINS_MAX: Final = 62
_YEARS_FROM_MEDIAN_MAX: Final = 30


@dataclass(frozen=True, slots=True)
class Worth:
    """Breaks of one currency, summed.

    amount: what they are about, the larger of both sides' absolute amounts of each.
    difference: absolute differences. difference_net: signed ones, left minus right.
    """

    currency: str
    count: int
    amount: Decimal
    difference: Decimal
    difference_net: Decimal


@dataclass(frozen=True, slots=True)
class Slice:
    """Breaks that share a name: a bucket or an age band."""

    name: str
    count: int
    worth: tuple[Worth, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Breaks by the day, week, … they are dated; empty periods are in it with a count of 0.

    strays: breaks dated so far from the others that a slip of the pen or a filler date such as
        9999-12-31 is likely; they are in no bin.
    """

    period: str
    bins: tuple[tuple[date, int], ...]
    undated: int
    strays: int = 0


@dataclass(frozen=True, slots=True)
class LargeBreak:
    """One break with what a person needs to judge it."""

    key: str
    left_rows: tuple[int, ...]
    right_rows: tuple[int, ...]
    amount_left: Decimal | None
    amount_right: Decimal | None
    difference: Decimal | None
    currency: str
    date_left: date | None
    date_right: date | None
    age_days: int | None
    bucket: str
    bucket_confidence: float | None
    evidence: str
    candidates: tuple[str, ...]
    resolution: str


def worth(breaks: "pl.DataFrame") -> tuple[Worth, ...]:
    """Count and sums by currency, the currency with most breaks first."""
    import polars as pl

    return _worth(breaks.select(pl.lit("").alias("name"), *_measures()))[""]


def by_bucket(breaks: "pl.DataFrame") -> tuple[Slice, ...]:
    """Breaks by bucket, the most frequent first; within each the currencies in one order."""
    import polars as pl

    bucket = pl.col("bucket").cast(pl.String).fill_null("unknown").alias("name")
    slices = _slices(breaks.select(bucket, *_measures()))
    return tuple(sorted(slices, key=lambda part: (-part.count, part.name)))


def by_age(breaks: "pl.DataFrame") -> tuple[Slice, ...]:
    """Breaks by band of `age_days`, every band in order; `no date` only where there are such."""
    import polars as pl

    age = pl.col("age_days")
    band: pl.Expr = pl.lit(AGE_BAND_LAST)
    for days_max, name in reversed(AGE_BANDS):
        band = pl.when(age <= days_max).then(pl.lit(name)).otherwise(band)
    named = pl.when(age.is_null()).then(pl.lit(AGE_BAND_NONE)).otherwise(band).alias("name")
    found = {part.name: part for part in _slices(breaks.select(named, *_measures()))}
    names = [*(name for _, name in AGE_BANDS), AGE_BAND_LAST]
    return tuple(found.get(name, Slice(name, 0, ())) for name in names) + tuple(
        part for name, part in found.items() if name == AGE_BAND_NONE
    )


def by_time(breaks: "pl.DataFrame") -> Timeline:
    """Breaks by date (the left one, else the right one), in at most about 60 periods."""
    import polars as pl

    at = pl.col("at")
    dated = breaks.select(
        pl.coalesce("date_left", "date_right").cast(pl.Date).alias("at")
    ).drop_nulls()
    undated = breaks.height - dated.height
    if dated.is_empty():
        return Timeline("day", (), undated)
    day = at.cast(pl.Int32)
    near = dated.filter((day - day.median()).abs() <= 365 * _YEARS_FROM_MEDIAN_MAX)
    if near.is_empty():
        # Half of the dates lie far on either side, so that none is near the middle.
        return Timeline("day", (), undated, dated.height)
    days = near.select(day.max() - day.min() + 1).item()
    every, period, _ = next((i for i in _INTERVALS if days <= i[2] * _BINS_MAX), _INTERVALS[-1])
    binned = near.group_by(at.dt.truncate(every)).agg(pl.len().alias("count"))
    axis = binned.select(pl.date_range(at.min(), at.max(), every).alias("at"))
    filled = axis.join(binned, on="at", how="left").fill_null(0).sort("at")
    return Timeline(period, tuple(filled.iter_rows()), undated, dated.height - near.height)


def largest(breaks: "pl.DataFrame", count_max: int) -> tuple[LargeBreak, ...]:
    """The breaks with the largest absolute differences, then amounts.

    Amounts of two currencies do not compare, so each currency gives its largest, its second
    largest and so on until `count_max` are together. They come by currency, the one with most
    breaks first.
    """
    import polars as pl

    size = pl.col("difference").abs().fill_null(0)
    ranked = (
        breaks.select(
            pl.int_range(pl.len()).alias("at"),
            pl.col("currency").cast(pl.String).fill_null("").alias("currency"),
            size.alias("size"),
            _reach().fill_null(0).alias("reach"),
            "break_id",
        )
        .sort("size", "reach", "break_id", descending=[True, True, False])
        .with_columns(
            pl.int_range(pl.len()).over("currency").alias("rank"),
            pl.len().over("currency").alias("of"),
        )
    )
    order = ranked.sort("rank", "of", "currency", descending=[False, True, False]).head(count_max)
    chosen = order.sort("of", "currency", "rank", descending=[True, False, False])["at"]
    return tuple(_large_break(row) for row in breaks[chosen].iter_rows(named=True))


def _large_break(row: dict[str, object]) -> LargeBreak:
    values = {name: row.get(name) for name in LargeBreak.__dataclass_fields__}
    for name in ("left_rows", "right_rows", "candidates"):
        values[name] = tuple(values[name] or ())  # type: ignore[arg-type]
    for name in ("key", "currency", "evidence", "resolution"):
        values[name] = values[name] or ""
    values["bucket"] = values["bucket"] or "unknown"
    return LargeBreak(**values)  # type: ignore[arg-type]


def _measures() -> tuple["pl.Expr", ...]:
    import polars as pl

    return (
        pl.col("currency").cast(pl.String).fill_null("").alias("currency"),
        _reach().alias("amount"),
        pl.col("difference").alias("difference"),
    )


def _reach() -> "pl.Expr":
    import polars as pl

    return pl.max_horizontal(pl.col("amount_left").abs(), pl.col("amount_right").abs())


def _worth(measured: "pl.DataFrame") -> dict[str, tuple[Worth, ...]]:
    """Worth by the column `name`."""
    import polars as pl

    grouped = (
        measured.group_by("name", "currency")
        .agg(
            pl.len().alias("count"),
            pl.col("amount").sum(),
            pl.col("difference").abs().sum().alias("difference"),
            pl.col("difference").sum().alias("difference_net"),
        )
        .sort("name", "count", "currency", descending=[False, True, False])
    )
    found: dict[str, list[Worth]] = {"": []}
    for name, *sums in grouped.iter_rows():
        found.setdefault(name, []).append(Worth(*sums))
    return {name: tuple(parts) for name, parts in found.items()}


def _slices(measured: "pl.DataFrame") -> list[Slice]:
    worth_by_name = _worth(measured)
    counts: Counter[str] = Counter()
    for part in (part for parts in worth_by_name.values() for part in parts):
        counts[part.currency] += part.count
    return [
        Slice(
            name,
            sum(part.count for part in parts),
            # In one order from row to row, so that an eye finds a currency where it was.
            tuple(sorted(parts, key=lambda part: (-counts[part.currency], part.currency))),
        )
        for name, parts in worth_by_name.items()
        if parts
    ]
