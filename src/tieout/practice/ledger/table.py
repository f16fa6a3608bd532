"""Journal lines as the file shows them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.practice.breaks.tables import decimals
from tieout.practice.ledger.chart import CHART, NAMES
from tieout.practice.ledger.entries import KINDS, NORMAL, Entry

CURRENCY: Final = "EUR"
COLUMNS: Final = (
    "entry_id",
    "line",
    "posted_at",
    "effective_date",
    "account",
    "account_name",
    "debit",
    "credit",
    "currency",
    "description",
    "document",
    "prepared_by",
    "approved_by",
    "origin",
    "counterparty",
)
_CODES: Final = {NORMAL: 0, **{kind: code for code, kind in enumerate(KINDS, start=1)}}


def journal_table(
    entries: Sequence[Entry], *, first_number: int
) -> tuple[pl.DataFrame, NDArray[np.int8]]:
    """Lines in the order of COLUMNS, and the code of each; entries count from a number."""
    sizes = np.array([len(entry.lines) for entry in entries], dtype=np.int64)
    entry_of = np.repeat(np.arange(len(entries)), sizes)
    first_line = np.repeat(np.cumsum(sizes) - sizes, sizes)
    lines = [line for entry in entries for line in entry.lines]
    account = np.array([account for account, _ in lines], dtype=np.int64)
    amount = np.array([amount for _, amount in lines], dtype=np.int64)
    codes = np.array([_CODES[entry.kind] for entry in entries], dtype=np.int8)
    frame = _entry_columns(entries, first_number).select(
        pl.all().gather(pl.lit(pl.Series(entry_of)))
    )
    frame = frame.with_columns(
        line=pl.Series(np.arange(len(lines)) - first_line + 1),
        account=pl.Series(account),
        account_name=pl.Series([NAMES[number] for number in account.tolist()]),
        debit=decimals(np.maximum(amount, 0)),
        credit=decimals(np.maximum(-amount, 0)),
        currency=pl.lit(CURRENCY),
    )
    return frame.select(COLUMNS), codes[entry_of]


def _entry_columns(entries: Sequence[Entry], first_number: int) -> pl.DataFrame:
    """What is the same on all lines of an entry."""
    number = np.arange(first_number, first_number + len(entries))
    postings = [entry.posting for entry in entries]
    second = pl.Series([posting.second for posting in postings], dtype=pl.Int64)
    posted_on = pl.Series([posting.day for posting in postings], dtype=pl.Date)
    return pl.DataFrame(
        {
            "entry_id": "JE" + pl.Series(number).cast(pl.String).str.zfill(8),
            "posted_at": posted_on.cast(pl.Datetime("us"))
            + pl.Series(second * 1_000_000).cast(pl.Duration("us")),
            "effective_date": pl.Series([entry.effective for entry in entries], dtype=pl.Date),
            "description": [entry.description for entry in entries],
            "document": [entry.document for entry in entries],
            "prepared_by": [posting.prepared_by for posting in postings],
            "approved_by": _or_null([posting.approved_by for posting in postings]),
            "origin": [posting.origin for posting in postings],
            "counterparty": _or_null([entry.counterparty for entry in entries]),
        }
    )


def _or_null(words: list[str]) -> pl.Series:
    return pl.Series([word or None for word in words], dtype=pl.String)


def written(minor: int) -> str:
    """An amount in units of 0.01 with two digits.

    >>> written(123_405), written(-7)
    ('1234.05', '-0.07')
    """
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def accounts_csv(opening: dict[int, int], closing: dict[int, int]) -> bytes:
    """The chart of accounts, with balances before the first and after the last entry."""
    lines = ["account,account_name,type,normal_side,opening_balance,closing_balance"]
    for account in CHART:
        first, last = written(opening[account.number]), written(closing[account.number])
        lines.append(
            f"{account.number},{account.name},{account.type},{account.normal_side},{first},{last}"
        )
    return ("\n".join(lines) + "\n").encode()
