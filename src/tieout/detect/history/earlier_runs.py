"""Breaks of a reconciliation judged by the breaks of its earlier runs."""

from typing import Final

import polars as pl

from tieout.detect.history.judge import judge_history
from tieout.detect.history.observations import Observations
from tieout.detect.history.severity import SeverityTable, severities

_JUDGED: Final = ("score", "p_value", "anomalous", "reasons", "severity")
_SERIES: Final = ("side", "bucket", "currency")
_RECURRING_MIN: Final = 3


def judge_breaks(
    breaks: pl.DataFrame, history: pl.DataFrame, *, table: SeverityTable | None = None
) -> pl.DataFrame:
    """The breaks with score, p_value, anomalous, reasons and severity filled in.

    breaks, history: the columns of breaks.parquet; history holds the breaks of earlier runs of
    the same reconciliation, one run after another. A break that several runs had counts once, and
    one that is among `breaks` is no history. Where keys come again, as accounts do, a break is
    judged by its key's past; where each names a single record, by that of its side, bucket and
    currency. `incident_id` is left as it is.
    """
    if breaks.is_empty():
        return breaks
    earlier = history.unique("break_id", keep="first", maintain_order=True)
    earlier = earlier.filter(~pl.col("break_id").is_in(breaks["break_id"].implode()))
    named = ["break_id", "key", *_SERIES, "difference", "date_left", "date_right"]
    both = pl.concat(
        [
            earlier.select(named).with_columns(current=pl.lit(value=False)),
            breaks.select(named).with_columns(current=pl.lit(value=True)),
        ],
        how="vertical_relaxed",
    )
    scale = breaks.schema["difference"].scale  # type: ignore[attr-defined]
    frame = _observed(both, scale)
    judged = judge_history(
        Observations(frame, attributes=("side", "bucket"), dated=True, decimals=scale)
    ).frame
    columns = judged.select("score", "p_value", "anomalous", "reasons")
    found = breaks.with_columns(columns.get_columns())
    sized = found.select(
        pl.col("difference").abs().cast(pl.Float64).alias("amount"),
        pl.col("currency").fill_null(""),
        "anomalous",
        "age_days",
    )
    usual = frame.select(pl.col("quantity").abs().alias("amount"), "currency")
    return found.with_columns(severities(sized, usual, table)).select(breaks.columns)


def _observed(both: pl.DataFrame, scale: int) -> pl.DataFrame:
    """Breaks in the shape that is judged; rows without a date stand on the day before the first."""
    day = pl.coalesce(pl.min_horizontal("date_left", "date_right").cast(pl.Int32), pl.lit(None))
    first = both.select(day.min()).item()
    series = pl.concat_str([pl.col(name).fill_null("") for name in _SERIES], separator=" | ")
    key = pl.col("key").fill_null("") + " | " + pl.col("currency").fill_null("")
    return both.select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("row"),
        "current",
        (key if _recurs(both) else series).alias("key"),
        day.fill_null((first or 0) - 1).cast(pl.Int32).alias("at"),
        pl.col("difference").cast(pl.Float64).fill_null(0.0).alias("quantity"),
        (pl.col("difference").cast(pl.Decimal(38, scale)) * 10**scale)
        .cast(pl.Int64)
        .fill_null(0)
        .alias("units"),
        pl.lit(value=True).alias("is_break"),
        pl.col("currency").fill_null(""),
        pl.col("side").cast(pl.String).fill_null("").alias("attribute_0"),
        pl.col("bucket").cast(pl.String).fill_null("").alias("attribute_1"),
    )


def _recurs(both: pl.DataFrame) -> bool:
    """Whether half of the current breaks have a key that broke three times before."""
    counts = both.group_by("key").agg(
        (~pl.col("current")).sum().alias("before"), pl.col("current").sum().alias("now")
    )
    now = counts.filter(pl.col("now") > 0)
    again = now.filter(pl.col("before") >= _RECURRING_MIN)["now"].sum()
    return 2 * int(again) >= int(now["now"].sum()) > 0
