"""Imports journals into the ledger's tables: validated, nothing dropped, many rows at a time."""

import hashlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, models, transaction

from tieout.close.ledger.accounts import account_type, read_accounts
from tieout.close.ledger.model import JournalRead
from tieout.close.ledger.read import read_journal
from tieout.close.ledger.validate import Rules, Validated, validate
from tieout.close.tasks.dates import Period as Month
from tieout.model.errors import InputError
from tieout.server.audit.services import record
from tieout.server.closing.certifying import refresh
from tieout.server.closing.models import (
    Account,
    Document,
    JournalEntry,
    JournalLine,
    LedgerException,
    LedgerImport,
    LedgerUser,
    Period,
)

if TYPE_CHECKING:
    import polars as pl

    from tieout.server.accounts.models import User

_BATCH_ROWS: Final = 5_000


@dataclass(frozen=True)
class LedgerFile:
    """What to import. accounts: a chart or trial balance; columns: by our names."""

    location: str
    accounts: str | None = None
    columns: Mapping[str, str] | None = None
    currency: str | None = None


def import_ledger(file: LedgerFile, *, actor: "User | None") -> LedgerImport:
    """Read, validate and store a journal; entries that are there already are not stored again.

    Raises InputError as `read_journal` does, and for an entry whose number is taken by another.
    """
    from tieout.engines.duckdb import DuckDBEngine

    with (
        DuckDBEngine() as engine,
        tempfile.TemporaryDirectory(prefix="tieout-ledger-") as scratch,
    ):
        read = read_journal(
            file.location, engine=engine, workdir=Path(scratch), columns=file.columns
        )
        chart = file.accounts or _beside(file.location)
        accounts = (
            read_accounts(chart, engine=engine, workdir=Path(scratch)) if chart else read.accounts
        )
    with transaction.atomic():
        return _store(file, read, accounts, actor)


def _beside(location: str) -> str | None:
    """accounts.csv next to the journal, as `tieout generate ledger` writes it."""
    path = Path(location).with_name("accounts.csv")
    return str(path) if Path(location).is_file() and path.is_file() else None


def _store(
    file: LedgerFile, read: JournalRead, accounts: "pl.DataFrame", actor: "User | None"
) -> LedgerImport:
    import polars as pl

    lines = read.lines
    if "entry" not in read.known:
        # Row numbers alone would be those of every other file, too.
        lines = lines.with_columns(entry=pl.lit(f"{Path(file.location).stem} ") + pl.col("entry"))
    lines, repeated = _fresh(lines)
    _keep_accounts(accounts)
    known = known_accounts()
    found = validate(
        lines,
        Rules(
            accounts=known if known.height else None,
            locked=[Month.parse(each.name) for each in Period.objects.filter(state="locked")],
            currency=file.currency,
            has_sides="sides" in read.known,
        ),
    )
    held = found.lines.filter(pl.col("held"))
    done = LedgerImport.objects.create(
        file=Path(file.location).name,
        sha256=_fingerprint(file.location),
        rows=read.rows,
        kept=found.lines.height - held.height,
        held=held.height,
        repeated=repeated,
        rejected=read.rejected,
        known=sorted(read.known),
        actor=actor,
    )
    _write(found, done)
    _write_exceptions(found, read, done)
    for period in Period.objects.filter(state=Period.State.OPEN):
        refresh(period)
    after = {name: getattr(done, name) for name in ("file", "sha256", "rows", "kept", "held",
                                                     "repeated", "rejected")}  # fmt: skip
    record(actor=actor, action="ledger.imported", target=("ledger", done.pk), after=after)
    return done


def _fresh(lines: "pl.DataFrame") -> "tuple[pl.DataFrame, int]":
    """Lines of entries that are not stored yet, and how many others there are."""
    import polars as pl

    stored = pl.Series(list(JournalEntry.objects.values_list("number", flat=True)), dtype=pl.String)
    if not len(stored):
        return lines, 0
    fresh = lines.filter(~pl.col("entry").is_in(stored.implode()))
    again = lines.filter(pl.col("entry").is_in(stored.implode()))
    _refuse_changed(again)
    return fresh, again.height


def _refuse_changed(again: "pl.DataFrame") -> None:
    """An entry that is stored and says something else now is not silently the same."""
    import polars as pl

    if not again.height:
        return
    rows = JournalLine.objects.values_list("entry__number", "account__code", "amount")
    sums = pl.DataFrame(
        list(rows), schema={"entry": pl.String, "account": pl.String, "amount": pl.Int64},
        orient="row",
    )  # fmt: skip
    keys = ["entry", "account", "amount"]
    ours = sums.group_by(keys).len()
    theirs = again.select(keys).group_by(keys).len()
    changed = theirs.join(ours, on=[*keys, "len"], how="anti").sort(keys)
    if changed.height:
        raise InputError(
            f"entry {changed['entry'][0]} is in the ledger with other lines; book a correcting "
            "entry in place of changing it"
        )


def _keep_accounts(accounts: "pl.DataFrame") -> None:
    stored = {each.code: each for each in Account.objects.all()}
    fresh = []
    for row in accounts.iter_rows(named=True):
        if row["account"] in stored:
            continue
        kind = account_type(row["account"], row["name"], row["type"])
        fresh.append(
            Account(code=row["account"], name=row["name"], type=kind,
                    opening=row["opening"] or 0, closing=row["closing"])
        )  # fmt: skip
    Account.objects.bulk_create(fresh, batch_size=_BATCH_ROWS)


def known_accounts() -> "pl.DataFrame":
    """Accounts of the chart as ACCOUNT_SCHEMA."""
    import polars as pl

    from tieout.close.ledger.model import ACCOUNT_SCHEMA

    rows = Account.objects.filter(is_known=True).values_list(
        "code", "name", "type", "opening", "closing"
    )
    return pl.DataFrame(list(rows), schema=ACCOUNT_SCHEMA, orient="row")


def _write(found: Validated, source: LedgerImport) -> None:
    lines = found.lines
    entries = lines.unique("entry", keep="first", maintain_order=True)
    documents = _ids(Document, "number", entries["document"])
    users = _ids(LedgerUser, "name", [*entries["prepared_by"], *entries["approved_by"]])
    accounts = _account_ids(lines["account"])
    first = _next_id(JournalEntry)
    numbers = {name: first + at for at, name in enumerate(entries["entry"])}
    insert(
        JournalEntry,
        ("id", "number", "effective", "posted_at", "approved_at", "description", "document_id",
         "prepared_by_id", "approved_by_id", "origin", "counterparty", "held", "source_id"),
        (
            (numbers[row["entry"]], row["entry"], row["effective"], _aware(row["posted_at"]),
             _aware(row["approved_at"]), row["description"], documents.get(row["document"]),
             users.get(row["prepared_by"]), users.get(row["approved_by"]), row["origin"],
             row["counterparty"], row["held"], source.pk)
            for row in entries.iter_rows(named=True)
        ),
    )  # fmt: skip
    first_line = _next_id(JournalLine)
    columns = lines.select("entry", "line", "account", "amount", "currency", "row")
    insert(
        JournalLine,
        ("id", "entry_id", "line", "account_id", "amount", "currency", "row"),
        (
            (first_line + at, numbers[entry], line, accounts[account], amount, currency, row)
            for at, (entry, line, account, amount, currency, row) in enumerate(columns.iter_rows())
        ),
    )


def _write_exceptions(found: Validated, read: JournalRead, source: LedgerImport) -> None:
    rows = [
        LedgerException(
            source=source, kind=row["kind"], severity=row["severity"], entry=row["entry"] or "",
            account=row["account"] or "", row=row["row"], amount=row["amount"], text=row["text"],
        )
        for row in found.exceptions.iter_rows(named=True)
    ]  # fmt: skip
    rows += [
        LedgerException(
            source=source, kind="unreadable", severity="held", row=reject.row,
            text=f"{reject.column}: {reject.value!r}; expected {reject.expected}",
        )
        for reject in read.rejects
    ]  # fmt: skip
    LedgerException.objects.bulk_create(rows, batch_size=_BATCH_ROWS)


def _aware(moment: Any) -> Any:
    return moment.replace(tzinfo=UTC) if moment is not None else None


def _ids(
    model: type[Document] | type[LedgerUser], name: str, values: Iterable[str]
) -> dict[str, int]:
    """Primary keys by name, adding what is not there yet."""
    wanted = {value for value in values if value}
    fresh = sorted(wanted - set(model.objects.values_list(name, flat=True)))
    first = _next_id(model)
    insert(model, ("id", name), ((first + at, value) for at, value in enumerate(fresh)))
    return dict(model.objects.values_list(name, "pk"))


def _account_ids(codes: Iterable[str]) -> dict[str, int]:
    """Primary keys of accounts; one that no chart has is kept and marked as unknown."""
    stored = set(Account.objects.values_list("code", flat=True))
    has_chart = bool(stored)
    Account.objects.bulk_create(
        [
            Account(code=code, type=account_type(code, code), is_known=not has_chart)
            for code in sorted(set(codes) - stored)
        ]
    )
    return dict(Account.objects.values_list("code", "pk"))


def _next_id(model: type[models.Model]) -> int:
    last = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return (last or 0) + 1


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """Add many rows with ids of their own: by COPY on PostgreSQL, by batches on SQLite."""
    table = model._meta.db_table
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM \"{table}\""
            )
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(rows))


def _fingerprint(location: str) -> str:
    path = Path(location)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
