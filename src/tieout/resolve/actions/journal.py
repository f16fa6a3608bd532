"""Drafts of journal entries as files for the ledger's own import."""

import csv
import hashlib
import io
import json
import os
import tempfile
from pathlib import Path

from pydantic import ValidationError

from tieout.resolve.actions.message import Message, Receipt, done, later, refused
from tieout.resolve.config.channels import JournalFolder
from tieout.resolve.kinds import JournalEntry, WriteOff, read_action

CSV_COLUMNS = ("entry", "day", "account", "debit", "credit", "currency", "memo")


def send(message: Message, settings: JournalFolder, workspace: Path) -> Receipt:
    """Write the payload's `entry` to a file named by its key; one that is there stays as it is."""
    try:
        entry = read_action(message.payload.get("entry"))
    except ValidationError:
        return refused("journal: this is no balanced entry")
    if not isinstance(entry, JournalEntry | WriteOff):
        return refused(f"journal: {entry.kind} is no entry")
    name = hashlib.sha256(message.idempotency_key.encode()).hexdigest()[:24]
    path = workspace / settings.folder / f"entry-{name}.{settings.format}"
    if path.exists():
        return done(f"journal: {path.name} was there already", reference=path.name, repeated=True)
    text = csv_text(entry, name) if settings.format == "csv" else json_text(entry, name)
    try:
        _write_whole(path, text)
    except OSError as error:
        return later(f"journal: {path.name}: {error.strerror}")
    return done(f"journal: {path.name}", reference=path.name)


def csv_text(entry: JournalEntry | WriteOff, name: str) -> str:
    """A line for each line of the entry; text that a spreadsheet could run has an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for line in entry.lines:
        day, memo = entry.day.isoformat(), _harmless(entry.memo)
        account = _harmless(line.account)
        amounts = (_amount(line.debit), _amount(line.credit))
        writer.writerow((name, day, account, *amounts, entry.currency, memo))
    return out.getvalue()


def json_text(entry: JournalEntry | WriteOff, name: str) -> str:
    """The entry as one JSON object."""
    content = entry.model_dump(mode="json", exclude={"limit"})
    return json.dumps({"entry": name, **content}, ensure_ascii=False, indent=2) + "\n"


def _amount(value: object) -> str:
    return "" if not value else f"{value:f}"


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(prefix=".entry-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
    finally:
        Path(aside).unlink(missing_ok=True)
