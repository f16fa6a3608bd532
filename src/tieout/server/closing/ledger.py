"""Imports journals into the ledger's tables: validated, nothing dropped, many rows at a time."""

import hashlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, models, transaction

from tieout.close.ledger.accounts import read_accounts
from tieout.close.ledger.model import JournalRead, line_frame
from tieout.close.ledger.plaintext import is_plain_text
from tieout.close.ledger.read import read_journal
from tieout.close.ledger.validate import Kind, Rules, Validated, incomplete, validate
from tieout.close.tasks.dates import Period as Month
from tieout.model.errors import InputError
from tieout.server.audit.services import record
from tieout.server.closing.certifying import refresh
from tieout.server.closing.chart import (
    account_ids,
    keep_accounts,
    known_accounts,
    moved_already,
)
from tieout.server.closing.held import fresh_lines, replace_held
from tieout.server.closing.locking import hold_periods
from tieout.server.closing.models import (
    Document,
    JournalEntry,
    JournalLine,
    LedgerException,
    LedgerImport,
    LedgerUser,
    Period,
)
from tieout.sources.currencies import CURRENCY_CODES

if TYPE_CHECKING:
    import polars as pl

    from tieout.server.accounts.models import User

_BATCH_ROWS: Final = 5_000
_UNREADABLE: Final = "unreadable"
_MAIN_SHARE_MIN: Final = 2 / 3


@dataclass(frozen=True)
class LedgerFile:
    """What to import. accounts: a chart or trial balance; columns: by our names."""

    location: str
    accounts: str | None = None
    columns: Mapping[str, str] | None = None
    currency: str | None = None


def import_ledger(file: LedgerFile, *, actor: "User | None") -> LedgerImport:
    """Read, validate and store a journal; entries that are there already are not stored again.

    A held entry is judged again, so that a corrected file mends it. Raises InputError as
    `read_journal` does, for an entry whose number is taken by another, and where the currency of
    the ledger is not told.
    """
    from tieout.engines.duckdb import DuckDBEngine

    with (
        DuckDBEngine() as engine,
        tempfile.TemporaryDirectory(prefix="tieout-ledger-") as scratch,
    ):
        read = read_journal(
            file.location, engine=engine, workdir=Path(scratch), columns=file.columns
        )
        beside = None if is_plain_text(file.location) else _beside(file.location)
        chart = file.accounts or beside
        accounts = (
            read_accounts(chart, engine=engine, workdir=Path(scratch)) if chart else read.accounts
        )
    with transaction.atomic():
        return _store(file, read, accounts, actor)


def import_accounts(location: str, *, actor: "User | None") -> LedgerImport:
    """Read a chart or trial balance by itself, and hold the ledger's movements against it."""
    from tieout.engines.duckdb import DuckDBEngine

    with (
        DuckDBEngine() as engine,
        tempfile.TemporaryDirectory(prefix="tieout-ledger-") as scratch,
    ):
        accounts = read_accounts(location, engine=engine, workdir=Path(scratch))
    with transaction.atomic():
        wrong = keep_accounts(accounts)
        done = LedgerImport.objects.create(
            file=Path(location).name, sha256=_fingerprint(location), rows=accounts.height,
            kept=accounts.height, held=0, rejected=0, actor=actor,
        )  # fmt: skip
        LedgerException.objects.filter(kind=Kind.INCOMPLETE).delete()
        _keep_exceptions(wrong, done)
        if JournalEntry.objects.exists():
            off = incomplete(line_frame({}, 0), known_accounts(), earlier=moved_already(), scale=2)
            _keep_exceptions(
                [
                    LedgerException(kind=row["kind"], severity="warning", account=row["account"],
                                    amount=row["amount"], text=row["text"])
                    for row in off.iter_rows(named=True)
                ],
                done,
            )  # fmt: skip
        for period in Period.objects.filter(state=Period.State.OPEN):
            refresh(period)
        after = {"file": done.file, "sha256": done.sha256, "accounts": done.rows}
        record(actor=actor, action="accounts.imported", target=("ledger", done.pk), after=after)
    return done


def _beside(location: str) -> str | None:
    """accounts.csv next to the journal, as `tieout generate ledger` writes it."""
    path = Path(location).with_name("accounts.csv")
    return str(path) if Path(location).is_file() and path.is_file() else None


def _store(
    file: LedgerFile, read: JournalRead, accounts: "pl.DataFrame", actor: "User | None"
) -> LedgerImport:
    import polars as pl

    hold_periods()
    lines = read.lines
    if "entry" not in read.known:
        # Row numbers alone would be those of every other file, too.
        lines = lines.with_columns(entry=pl.lit(f"{Path(file.location).stem} ") + pl.col("entry"))
    wrong = keep_accounts(accounts)
    fresh = fresh_lines(lines)
    known = known_accounts()
    currency = _currency_of(lines, file.currency)
    judged = validate(
        fresh.lines,
        Rules(
            accounts=known if known.height else None,
            locked=[Month.parse(each.name) for each in Period.objects.filter(state="locked")],
            currency=currency or None,
            has_sides="sides" in read.known,
            is_numbered="line" in read.known,
            earlier=moved_already(without=fresh.held),
            assertions=read.assertions if not fresh.repeated else (),
        ),
    )
    found, still = replace_held(judged, fresh.held)
    held = found.lines.filter(pl.col("held"))
    done = LedgerImport.objects.create(
        file=Path(file.location).name,
        sha256=_fingerprint(file.location),
        rows=read.rows,
        kept=found.lines.height - held.height,
        held=held.height,
        repeated=fresh.repeated + still,
        rejected=read.rejected,
        known=sorted(read.known),
        currency=currency,
        actor=actor,
    )
    # Whether balances add up is asked of the ledger as it stands, not of each file; and what
    # cannot be read of a file is said once.
    same = LedgerException.objects.filter(kind=_UNREADABLE, source__sha256=done.sha256)
    (same | LedgerException.objects.filter(kind=Kind.INCOMPLETE)).delete()
    _keep_exceptions(wrong, done)
    _write(found, done)
    _write_exceptions(found, read, done)
    for period in Period.objects.filter(state=Period.State.OPEN):
        refresh(period)
    after = {name: getattr(done, name) for name in ("file", "sha256", "rows", "kept", "held",
                                                     "repeated", "rejected")}  # fmt: skip
    record(actor=actor, action="ledger.imported", target=("ledger", done.pk), after=after)
    return done


def _currency_of(lines: "pl.DataFrame", asked: str | None) -> str:
    """The currency that the ledger is kept in: as it was, as asked, or as most lines are.

    Balances are sums over an account's lines, so that a ledger has one; entries in others are
    held. Raises InputError where none is told, and where another is asked for than before.
    """
    before = LedgerImport.objects.exclude(currency="").order_by("-id").first()
    if before is not None:
        if asked and asked != before.currency:
            raise InputError(f"--currency {asked}: the ledger is kept in {before.currency}")
        return before.currency
    if asked:
        return asked
    counts = dict(lines.filter(lines["currency"] != "").group_by("currency").len().iter_rows())
    if not counts:
        return ""
    most = max(counts, key=lambda name: (counts[name], name))
    if counts[most] < _MAIN_SHARE_MIN * sum(counts.values()):
        parts = ", ".join(f"{count:,} in {name}" for name, count in sorted(counts.items()))
        raise InputError(
            f"the journal has lines in several currencies ({parts}), and balances are kept in "
            f"one: name it, as in --currency {most}; entries in others are held"
        )
    return str(most) if most in CURRENCY_CODES else ""


def _write(found: Validated, source: LedgerImport) -> None:
    lines = found.lines
    entries = lines.unique("entry", keep="first", maintain_order=True)
    documents = _ids(Document, "number", entries["document"])
    users = _ids(LedgerUser, "name", [*entries["prepared_by"], *entries["approved_by"]])
    accounts = account_ids(lines["account"])
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
            source=source, kind=_UNREADABLE, severity="held", row=reject.row,
            text=f"{reject.column}: {reject.value!r}; expected {reject.expected}",
        )
        for reject in read.rejects
    ]  # fmt: skip
    LedgerException.objects.bulk_create(rows, batch_size=_BATCH_ROWS)


def _keep_exceptions(found: Sequence[LedgerException], source: LedgerImport) -> None:
    for each in found:
        each.source = source
    LedgerException.objects.bulk_create(found, batch_size=_BATCH_ROWS)


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
