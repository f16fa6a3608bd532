"""The shape in which both sides are compared."""

from dataclasses import dataclass, field, replace

import polars as pl

# Columns of a staged side. Amounts are int64 in units of 10**-scale, dates are epoch days.
# A role that the spec leaves out is null (text: "") in every row.
RECORD_SCHEMA: dict[str, type[pl.DataType]] = {
    "row": pl.Int64,  # data row of the input file, from 1
    "key": pl.String,  # normalised; several key columns joined by " | "
    "key_text": pl.String,  # as the file has it
    "amount": pl.Int64,
    "currency": pl.String,  # upper case
    "date": pl.Int32,
    "time": pl.Int32,  # seconds since midnight
    "comment": pl.String,
    "party": pl.String,
    "account": pl.String,
    "original_amount": pl.Int64,
    "original_currency": pl.String,
}


# Of rows that have no key, those that agree in all of this are copies of each other.
TWIN = ("currency", "amount", "date", "comment", "party")


def no_twins() -> pl.DataFrame:
    """An empty frame of row and TWIN."""
    return pl.DataFrame(schema={name: RECORD_SCHEMA[name] for name in ("row", *TWIN)})


def no_unread() -> pl.DataFrame:
    """An empty frame of row and key."""
    return pl.DataFrame(schema={"row": pl.Int64, "key": pl.String})


def told_without_key(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows without a key that are dated and say in words what they are."""
    filled = rows.with_columns(pl.col("key", "comment", "party", "currency").fill_null(""))
    words = (pl.col("comment") != "") | (pl.col("party") != "")
    return filled.filter((pl.col("key") == "") & pl.col("date").is_not_null() & words)


def _no_comments() -> pl.Series:
    return pl.Series("comment", [], dtype=pl.String)


@dataclass(frozen=True)
class Residue:
    """What the passes left over, with what is needed to say why.

    left, right: unmatched rows, RECORD_SCHEMA plus `criteria_<name>` columns where the spec has
        criteria. Sorted by row.
    kin_left, kin_right: matched rows of that side whose key is also the key of an unmatched row
        of either side: row, key, amount, currency, date.
    days_left, days_right: date, rows, unmatched, amount: all rows of the side by date.
    tied: up to 200,000 one-to-one matches: left_row, right_row, currency, and, with suffix
        _left/_right: amount, date, account, original_amount, original_currency.
    ambiguous: left_rows, right_rows (list[int64]) and reason: groups in which a pass found more
        than one equally good answer. Their rows are in `left` and `right` too.
    scale: decimals of every amount.
    balances: the rows are balances of a day, which nobody pays in part.
    usual_left, usual_right: comments of up to 500 rows that tie out, evenly over the side.
    twins_left, twins_right: matched rows without a key that are equal to an unmatched one of their
        side in all of TWIN: row, and TWIN.
    lines: the sides, left or right, whose rows mostly tie out as lines of one total.
    unread_left, unread_right: row and key of rejected rows, as far as they have one.
    """

    left: pl.DataFrame
    right: pl.DataFrame
    kin_left: pl.DataFrame
    kin_right: pl.DataFrame
    days_left: pl.DataFrame
    days_right: pl.DataFrame
    tied: pl.DataFrame
    ambiguous: pl.DataFrame
    scale: int
    balances: bool = False
    usual_left: pl.Series = field(default_factory=_no_comments)
    usual_right: pl.Series = field(default_factory=_no_comments)
    twins_left: pl.DataFrame = field(default_factory=no_twins)
    twins_right: pl.DataFrame = field(default_factory=no_twins)
    lines: frozenset[str] = frozenset()
    unread_left: pl.DataFrame = field(default_factory=no_unread)
    unread_right: pl.DataFrame = field(default_factory=no_unread)

    def without_evidence(self) -> "Residue":
        """What is still asked for once breaks are explained: whose rows are open, and how much."""
        left, right = (side.select(_KEPT) for side in (self.left, self.right))
        return replace(
            self,
            left=left,
            right=right,
            kin_left=self.kin_left.clear(),
            kin_right=self.kin_right.clear(),
            tied=self.tied.clear(),
        )


_KEPT = ("row", "key_text", "party", "amount", "currency")


# What `explain_residue` answers with, a row a break; each row of the residue is in exactly one.
BREAK_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "side": pl.String,  # left, right, both
    "left_rows": pl.List(pl.Int64),
    "right_rows": pl.List(pl.Int64),
    "key": pl.String,  # as a file has it, the left one where there are two
    "amount_left": pl.Int64,  # sum over left_rows, null without any
    "amount_right": pl.Int64,
    "difference": pl.Int64,  # left - right, a missing side counting as 0
    "currency": pl.String,  # the left one where they differ
    "date_left": pl.Int32,  # earliest of left_rows
    "date_right": pl.Int32,
    "bucket": pl.String,
    "bucket_confidence": pl.Float64,
    "evidence": pl.String,  # the equation
    "candidates": pl.List(pl.String),  # nearest misses, each with the clause it failed
}
