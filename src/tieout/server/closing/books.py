"""The ledger's tables as frames that the close library reads."""

from typing import TYPE_CHECKING

from django.db import connection

from tieout.close.journal.book import Book, open_book
from tieout.close.ledger.model import LINE_SCHEMA
from tieout.server.closing.chart import known_accounts
from tieout.server.closing.models import JournalEntry, LedgerImport

if TYPE_CHECKING:
    import polars as pl

_LINES = """
SELECT line.row, entry.number, line.line, entry.effective, entry.posted_at, entry.approved_at,
       account.code, line.amount, line.currency, entry.description, document.number,
       preparer.name, approver.name, entry.origin, entry.counterparty, entry.held
FROM closing_journalline AS line
JOIN closing_journalentry AS entry ON entry.id = line.entry_id
JOIN closing_account AS account ON account.id = line.account_id
LEFT JOIN closing_document AS document ON document.id = entry.document_id
LEFT JOIN closing_ledgeruser AS preparer ON preparer.id = entry.prepared_by_id
LEFT JOIN closing_ledgeruser AS approver ON approver.id = entry.approved_by_id
ORDER BY line.id
"""


def stored_lines(*, with_held: bool) -> "pl.DataFrame":
    """All lines as LINE_SCHEMA; held ones where asked."""
    import polars as pl

    with connection.cursor() as cursor:
        cursor.execute(_LINES)
        rows = cursor.fetchall()
    names = [*LINE_SCHEMA, "held"]
    # SQLite keeps days and moments as text, PostgreSQL as what they are.
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    series = []
    for name, values in zip(names, columns, strict=True):
        kind = LINE_SCHEMA.get(name, pl.Boolean())
        if kind in {pl.Date(), pl.Datetime("us")}:
            series.append(_moments(name, values, kind))
        else:
            series.append(pl.Series(name, list(values), dtype=kind, strict=False))
    frame = pl.DataFrame(series).with_columns(pl.col(pl.String).fill_null(""))
    return frame.drop("held") if with_held else frame.filter(~pl.col("held")).drop("held")


def _moments(name: str, values: tuple[object, ...], kind: "pl.DataType") -> "pl.Series":
    import polars as pl

    if kind == pl.Date():
        return (
            pl.Series(name, [str(each) if each else None for each in values])
            .cast(pl.String)
            .str.to_date()
        )
    texts = [str(each)[:19].replace("T", " ") if each else None for each in values]
    made = pl.Series(name, texts, dtype=pl.String)
    return made.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")


def open_books(*, with_held: bool = False, holidays: str = "") -> Book:
    """The whole ledger as a book."""
    known: set[str] = {"row", "amount", "entry"}
    for listed in LedgerImport.objects.values_list("known", flat=True):
        known |= set(listed)
    return open_book(
        stored_lines(with_held=with_held),
        known=frozenset(known),
        accounts=known_accounts(),
        holidays=holidays or None,
    )


def has_ledger() -> bool:
    """Whether any entry was imported."""
    return JournalEntry.objects.exists()
