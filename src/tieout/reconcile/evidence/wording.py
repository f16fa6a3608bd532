"""Amounts and dates as people write them, for whole columns at once."""

from collections.abc import Sequence

import polars as pl

from tieout.model.money import minor_unit

ROWS_NAMED_MAX = 12


def money_text(units: pl.Series, scale: int) -> pl.Series:
    """Amounts in units of 10**-scale as text, thousands separated.

    >>> money_text(pl.Series([-1234567, 5, None]), 2).to_list()
    ['-12,345.67', '0.05', None]
    """
    size = units.cast(pl.Int64).abs()
    whole = size // 10**scale
    largest = whole.max()
    groups = (len(str(largest)) + 2) // 3 if isinstance(largest, int) else 1
    parts = [
        (whole // 1000**power % 1000).cast(pl.String).str.zfill(3)
        for power in reversed(range(groups))
    ]
    joined = pl.concat_str(parts, separator=",").str.strip_chars_start("0,")
    text = pl.when(joined == "").then(pl.lit("0")).otherwise(joined)
    if scale:
        text = text + "." + (size % 10**scale).cast(pl.String).str.zfill(scale)
    signed = pl.when(units < 0).then("-" + text).otherwise(text)
    return pl.select(signed.alias(units.name)).to_series()


def days_text(column: str) -> pl.Expr:
    """Epoch days as 2024-03-05, "no date" where there is none."""
    return pl.col(column).cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d").fill_null("no date")


def with_money(frame: pl.DataFrame, scale: int, **columns: str) -> pl.DataFrame:
    """The frame with text columns, each named to the amount column it shows."""
    return frame.with_columns(
        money_text(frame[amount], scale).alias(text) for text, amount in columns.items()
    )


def minor_units(currency: pl.Series, scale: int) -> pl.Series:
    """The smallest amount of each row's currency, in units of 10**-scale."""
    known = currency.unique().drop_nulls().to_list()
    sizes = {code: minor_unit(code, scale) for code in known}
    default = minor_unit("", scale)
    return currency.replace_strict(sizes, default=default, return_dtype=pl.Int64)


def rows_text(rows: Sequence[int]) -> str:
    """The rows of a group, shortened when there are many.

    >>> rows_text([3, 4]), rows_text([7])
    ('rows 3, 4', 'row 7')
    """
    shown = ", ".join(str(row) for row in rows[:ROWS_NAMED_MAX])
    more = f" and {len(rows) - ROWS_NAMED_MAX} more" if len(rows) > ROWS_NAMED_MAX else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {shown}{more}"
