"""Journal lines as the table that detectors judge."""

import polars as pl

from tieout.close.journal.book import Book
from tieout.detect.entries import with_entry_columns
from tieout.model.table import Kind, Table, TableRole
from tieout.sources.typed.facts import column_facts

_ROLES = {
    TableRole.ENTRY: "entry",
    TableRole.TIME: "effective",
    TableRole.POSTED_AT: "posted_at",
    TableRole.ACCOUNT: "account",
    TableRole.AMOUNT: "amount",
    TableRole.PREPARED_BY: "prepared_by",
    TableRole.APPROVED_BY: "approved_by",
    TableRole.ORIGIN: "origin",
    TableRole.DESCRIPTION: "description",
    TableRole.COUNTERPARTY: "counterparty",
}


def line_table(book: Book) -> Table:
    """The lines with what their entries tell: contra account, side, posting day."""
    names = [name for name in _ROLES.values() if name in book.known]
    frame = book.lines.select(names)
    moments = [name for name in ("effective", "posted_at") if name in names]
    frame = frame.with_columns(
        pl.col(moments).cast(pl.Datetime("us")),
        pl.col(pl.String).replace("", None),
        (pl.col("amount") / book.unit).cast(pl.Float64),
    )
    kinds = {
        name: Kind.NUMBER if name == "amount" else Kind.TIME if name in moments else Kind.CATEGORY
        for name in names
    }
    table = Table(
        frame=frame,
        rows=book.lines["row"].to_numpy(),
        columns=tuple(column_facts(frame[name], kinds[name]) for name in names),
        roles={role: name for role, name in _ROLES.items() if name in names},
    )
    return with_entry_columns(table)
