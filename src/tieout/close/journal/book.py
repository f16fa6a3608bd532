"""A journal as its tests see it: lines, and one row for each entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from tieout.close.ledger.accounts import account_type
from tieout.close.ledger.model import empty_accounts
from tieout.detect.behaviour.journal import manual_origin
from tieout.reconcile.calendars import BusinessCalendar

_MACHINE: Final = r"^(?:sys|system|batch|auto|interface|job|robot|bot|svc|service)(?:\b|[._-])"


@dataclass(frozen=True)
class Book:
    """lines: LINE_SCHEMA with the `entry_index` of each; entries: one row each, in that order.

    known: what the source says, by column of LINE_SCHEMA, and `sides` where its signs are debits
    and credits. accounts: ACCOUNT_SCHEMA. holidays: for working days.
    """

    lines: pl.DataFrame
    entries: pl.DataFrame
    known: frozenset[str]
    accounts: pl.DataFrame
    holidays: str | None = None
    scale: int = 2

    @property
    def unit(self) -> int:
        """Units of one whole of the currency."""
        return int(10**self.scale)

    def types(self) -> Mapping[str, str]:
        """The type of each account that is known or can be told."""
        said = {
            account: account_type(account, name, kind)
            for account, name, kind in self.accounts.select("account", "name", "type").iter_rows()
        }
        for account in self.lines["account"].unique():
            said.setdefault(account, account_type(account, account))
        return said


def open_book(
    lines: pl.DataFrame,
    *,
    known: frozenset[str],
    accounts: pl.DataFrame | None = None,
    holidays: str | None = None,
    scale: int = 2,
) -> Book:
    """Gather the lines of each entry.

    Columns of `entries`: entry, row (the first), count (lines), effective, posted_at, posted (its
    day, the effective day where none is known), approved_at, prepared_by, approved_by, origin,
    description, document, counterparty, currency; amount (sum of debits; of absolute amounts
    where there are no sides), net (debits less credits); debit, credit (accounts of the largest
    lines of each side), pair; debits, credits (all accounts of a side); is_manual, by_hand (a
    person keyed it in), workday (whether the posting day is one).
    """
    index = (
        lines.select("entry")
        .unique(maintain_order=True)
        .with_columns(entry_index=pl.int_range(0, pl.len(), dtype=pl.Int64))
    )
    ordered = lines.join(index, on="entry", how="left", maintain_order="left")
    entries = _entries(ordered, has_sides="sides" in known)
    return Book(
        lines=ordered,
        entries=_with_days(entries, holidays),
        known=known,
        accounts=empty_accounts() if accounts is None else accounts,
        holidays=holidays,
        scale=scale,
    )


def _entries(lines: pl.DataFrame, *, has_sides: bool) -> pl.DataFrame:
    same = ("effective", "posted_at", "approved_at", "prepared_by", "approved_by", "origin",
            "description", "document", "counterparty", "currency")  # fmt: skip
    is_debit = pl.col("amount") > 0
    # Largest first, so that the first account of a side is that of its largest line.
    ranked = lines.sort("entry_index", pl.col("amount").abs(), descending=[False, True],
                        maintain_order=True)  # fmt: skip
    sides = ranked.group_by("entry_index", maintain_order=True).agg(
        debit=pl.col("account").filter(is_debit).first(),
        credit=pl.col("account").filter(pl.col("amount") < 0).first(),
        debits=pl.col("account").filter(is_debit).unique(maintain_order=True),
        credits=pl.col("account").filter(pl.col("amount") < 0).unique(maintain_order=True),
    )
    debits = pl.col("amount").clip(lower_bound=0).sum()
    whole = lines.group_by("entry_index", maintain_order=True).agg(
        pl.col("entry").first(),
        pl.col("row").min(),
        pl.len().alias("count"),
        *(pl.col(name).first() for name in same),
        net=pl.col("amount").sum(),
        amount=debits if has_sides else pl.col("amount").abs().sum(),
    )
    entries = whole.join(sides, on="entry_index", how="left", maintain_order="left")
    lowered = pl.col("prepared_by").str.to_lowercase()
    return entries.with_columns(
        pl.col("debit", "credit").fill_null(""),
        pair=pl.format("{} / {}", pl.col("debit").fill_null("-"), pl.col("credit").fill_null("-")),
        is_manual=manual_origin("origin").fill_null(value=False),
        by_hand=(pl.col("prepared_by") != "") & ~lowered.str.contains(_MACHINE),
        posted=pl.coalesce(pl.col("posted_at").dt.date(), pl.col("effective")),
    )


def _with_days(entries: pl.DataFrame, holidays: str | None) -> pl.DataFrame:
    """The posting day as a workday, and which workday after its effective month it is."""
    calendar = BusinessCalendar.of(holidays)
    posted = entries["posted"].fill_null(pl.date(1970, 1, 1)).cast(pl.Int32).cast(pl.Int64)
    month_end = entries["effective"].dt.month_end().fill_null(pl.date(1970, 1, 1))
    ends = month_end.cast(pl.Int32).cast(pl.Int64)
    days = posted.to_numpy()
    is_workday = calendar.ordinals(days + 1) > calendar.ordinals(days)
    # 1 is the first workday after the month; weekends belong to the day before.
    after = calendar.ordinals(days + 1) - calendar.ordinals(ends.to_numpy() + 1)
    return entries.with_columns(
        workday=pl.Series(is_workday), close_workday=pl.Series(after, dtype=pl.Int64)
    )
