"""Movements of accounts by month, and balances at their ends."""

from dataclasses import dataclass

import polars as pl

from tieout.close.journal.book import Book
from tieout.close.ledger.model import BALANCE_TYPES, AccountType
from tieout.close.tasks.dates import Period

_RESULTS = (str(AccountType.REVENUE), str(AccountType.EXPENSE))


@dataclass(frozen=True)
class Months:
    """table: a row for each account and month from the first to the last, also without entries.

    Its columns: account, name, type, month (first day), movement, debits, credits, entries,
    balance (at the end, with the opening balance). Entries that close a year are not movements of
    result accounts, but count in balances. lines: what was counted, with `is_closing`.
    """

    table: pl.DataFrame
    lines: pl.DataFrame

    def of(self, period: Period) -> pl.DataFrame:
        """The rows of one month."""
        return self.table.filter(pl.col("month") == period.first_day)

    @property
    def periods(self) -> tuple[Period, ...]:
        """Months in order."""
        return tuple(Period.of(day) for day in self.table["month"].unique().sort())


def months(book: Book, *, until: Period | None = None) -> Months:
    """Count up the lines of a book by account and month; until: the last month to count."""
    lines = _with_kind(book)
    if until is not None:
        lines = lines.filter(pl.col("effective") <= until.last_day)
    named = _accounts(book)
    counted = (
        lines.with_columns(month=pl.col("effective").dt.truncate("1mo"))
        .filter(pl.col("month").is_not_null())
        .group_by("account", "month")
        .agg(
            movement=pl.col("amount").filter(~pl.col("is_closing")).sum(),
            debits=pl.col("amount").filter(~pl.col("is_closing")).clip(lower_bound=0).sum(),
            credits=(-pl.col("amount").filter(~pl.col("is_closing"))).clip(lower_bound=0).sum(),
            entries=pl.col("entry_index").n_unique(),
            change=pl.col("amount").sum(),
        )
    )
    table = _filled(counted, named, until)
    balance = pl.col("opening") + pl.col("change").cum_sum().over("account")
    table = table.sort("account", "month").with_columns(balance=balance)
    return Months(table.drop("change", "opening"), lines)


def _filled(counted: pl.DataFrame, named: pl.DataFrame, until: Period | None) -> pl.DataFrame:
    days = sorted(counted["month"].unique())
    if days:
        first, last = Period.of(days[0]), until or Period.of(days[-1])
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        days = [first.later(number).first_day for number in range(count)]
    elif until:
        days = [until.first_day]
    every = named.join(pl.DataFrame({"month": days}, schema={"month": pl.Date}), how="cross")
    sums = ["movement", "debits", "credits", "entries", "change"]
    return every.join(counted, on=["account", "month"], how="left").with_columns(
        pl.col(sums).fill_null(0).cast(pl.Int64)
    )


def _accounts(book: Book) -> pl.DataFrame:
    """Accounts of the chart and of the lines, with type and opening balance."""
    types = book.types()
    chart = book.accounts.select("account", "name", pl.col("opening").fill_null(0))
    used = book.lines.select("account").unique().join(chart, on="account", how="anti")
    more = used.with_columns(name=pl.col("account"), opening=pl.lit(0, pl.Int64))
    every = pl.concat([chart, more]).sort("account")
    kinds = [types.get(account, "") for account in every["account"]]
    return every.with_columns(type=pl.Series(kinds, dtype=pl.String))


def _with_kind(book: Book) -> pl.DataFrame:
    """Lines with `is_closing`: an entry over most result accounts and one of equity."""
    types = book.types()
    kinds = pl.DataFrame(
        {"account": list(types), "type": list(types.values())},
        schema={"account": pl.String, "type": pl.String},
    )
    lines = book.lines.join(kinds, on="account", how="left", maintain_order="left")
    results = sum(kind in _RESULTS for kind in types.values())
    least = max(3, results // 2)
    is_closing = (
        pl.col("account").filter(pl.col("type").is_in(_RESULTS)).n_unique().over("entry_index")
        >= least
    ) & (pl.col("type") == str(AccountType.EQUITY)).any().over("entry_index")
    return lines.with_columns(is_closing=is_closing.fill_null(value=False))


def is_balance(kind: str) -> bool:
    """Whether an account of this type has a balance that goes on from year to year."""
    return kind in {str(each) for each in BALANCE_TYPES}
