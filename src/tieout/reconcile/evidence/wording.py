"""Amounts and dates as people write them, for whole columns at once."""

from collections.abc import Sequence

import polars as pl

from tieout.model.figures import money_text
from tieout.model.money import minor_unit

ROWS_NAMED_MAX = 12


def days_text(column: str) -> pl.Expr:
    """Epoch days as 2024-03-05, "no date" where there is none."""
    return pl.col(column).cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d").fill_null("no date")


def with_code(amount: pl.Series | str, currency: pl.Series | str) -> pl.Expr:
    """A text of an amount and its currency code, the amount alone where none is known.

    >>> rows = pl.DataFrame({"amount": ["1.00", "2.00"], "currency": ["EUR", ""]})
    >>> rows.select(with_code("amount", "currency")).to_series().to_list()
    ['1.00 EUR', '2.00']
    """
    text, code = (
        pl.col(each) if isinstance(each, str) else pl.lit(each) for each in (amount, currency)
    )
    return pl.concat_str(text, pl.when(code != "").then(" " + code).otherwise(pl.lit("")))


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
