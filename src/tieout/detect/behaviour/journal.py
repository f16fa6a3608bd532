"""Features of journal lines that need no past: of the line and of its entry."""

import numpy as np
import polars as pl

from tieout.detect.behaviour.family import Feature
from tieout.detect.behaviour.timeline import by_role, decimals, whole
from tieout.model.table import Table, TableRole

ROUND_MAX = 6

FEATURES = (
    Feature("trailing_zeros", "digits", "zeros at the end of the whole amount: 12,000.00 has 3"),
    Feature("entry_lines", "rows", "lines of the journal entry"),
    Feature("entry_difference", "amount", "debits less credits over the whole entry"),
    Feature("is_same_person", "", "who prepared the line approved it as well"),
    Feature("days_posted_late", "days", "days from the effective date to the posting"),
    Feature("is_posted_after_period", "", "posted in a later month than it is effective in"),
    Feature("posted_weekday", "", "weekday of the posting, Monday 1 to Sunday 7"),
    Feature("is_posted_on_weekend", "", "posted on a Saturday or Sunday"),
    Feature("is_manual", "", "the origin says that a person keyed it in"),
)
_MANUAL = ("man", "manual", "user", "hand", "keyed", "adjust", "spreadsheet", "upload")


def of_lines(table: Table) -> pl.DataFrame:
    """The features above that the table has the roles for, a row for each of its rows."""
    frame = by_role(table, tuple(table.roles))
    columns: list[pl.Series] = []
    if "amount" in frame.columns:
        columns.append(_trailing_zeros(frame["amount"]))
    if TableRole.ENTRY in frame.columns:
        columns += _of_entry(frame)
    people = {TableRole.PREPARED_BY, TableRole.APPROVED_BY}
    if people <= set(table.roles):
        names = [pl.col(role).str.strip_chars().str.to_lowercase() for role in sorted(people)]
        columns.append(frame.select((names[0] == names[1]).alias("is_same_person")).to_series())
    columns += _of_posting(frame)
    if TableRole.ORIGIN in frame.columns:
        columns.append(frame.select(manual_origin("origin").alias("is_manual")).to_series())
    return pl.DataFrame(columns or None, height=table.height)


def manual_origin(column: str) -> pl.Expr:
    """Whether an origin is one that a person keys in, by the word that it begins with."""
    words = pl.col(column).str.strip_chars().str.to_lowercase()
    return words.str.contains(rf"^(?:{'|'.join(_MANUAL)})")


def _trailing_zeros(amounts: pl.Series) -> pl.Series:
    values = amounts.to_numpy()
    minor = np.abs(whole(values, decimals(values)))
    units, rest = np.divmod(minor, 10 ** decimals(values))
    zeros = np.zeros(len(values), np.int8)
    for digits in range(1, ROUND_MAX + 1):
        zeros += (units % 10**digits == 0) & (rest == 0) & (units > 0)
    return pl.Series("trailing_zeros", zeros).set(amounts.is_null(), None)


def _of_entry(frame: pl.DataFrame) -> list[pl.Series]:
    lines = frame.select(pl.len().over("entry").alias("entry_lines")).to_series()
    lines = lines.set(frame["entry"].is_null(), None)
    if "amount" not in frame.columns:
        return [lines]
    values = frame["amount"].to_numpy()
    # Amounts without a sign say nothing of balance.
    if not (values < 0.0).any():
        return [lines]
    places = decimals(values)
    minor = frame.select("entry").with_columns(pl.Series("minor", whole(values, places)))
    total = minor.select(pl.col("minor").sum().over("entry")).to_series()
    difference = (total / 10.0**places).set(frame["entry"].is_null(), None)
    return [lines, difference.alias("entry_difference")]


def _of_posting(frame: pl.DataFrame) -> list[pl.Series]:
    if TableRole.POSTED_AT not in frame.columns:
        return []
    posted = pl.col("posted_at")
    weekday = posted.dt.weekday()
    columns = [weekday.alias("posted_weekday"), (weekday > 5).alias("is_posted_on_weekend")]
    if TableRole.TIME in frame.columns:
        effective = pl.col("time")
        late = (posted.dt.date() - effective.dt.date()).dt.total_days()
        after = posted.dt.truncate("1mo") > effective.dt.truncate("1mo")
        columns += [
            late.cast(pl.Int32).alias("days_posted_late"),
            after.alias("is_posted_after_period"),
        ]
    return frame.select(columns).get_columns()
