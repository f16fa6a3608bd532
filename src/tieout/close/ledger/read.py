"""Journals from CSV, spreadsheets, Parquet and databases, and from plain-text ledgers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from tieout.close.ledger.columns import Columns, find_columns
from tieout.close.ledger.model import TEXTS, JournalRead, empty_accounts, line_frame
from tieout.close.ledger.plaintext import is_plain_text, read_plain_text
from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.sources.fields import AmountField, DateField, StagePlan, TextField, TimeField
from tieout.sources.open import open_source
from tieout.sources.stage import stage

SAMPLE_ROWS: Final = 20_000
SCALE: Final = 2
_MOMENTS: Final = ("posted_at", "approved_at")


def read_journal(
    location: str,
    *,
    engine: Engine,
    workdir: Path,
    columns: Mapping[str, str] | None = None,
    scale: int = SCALE,
) -> JournalRead:
    """Read a journal. Amounts are exact; rows that cannot be read are rejects.

    location: what `open_source` opens, or a file of beancount (.beancount, .bean) or hledger
        (.journal, .hledger, .ledger). columns: the file's columns by our names, where their own
        names do not tell (see `docs/concepts/ledger.md`).

    A file without a column of entry numbers has an entry a row. Raises InputError where a date or
    an amount is not to be found, and as `open_source` does.
    """
    if is_plain_text(location):
        return read_plain_text(Path(location), scale=scale)
    source = open_source(location, engine=engine, workdir=workdir)
    found = find_columns(source, source.sample(SAMPLE_ROWS), columns or {})
    _require(found, source.name, source.columns)
    staged = stage(
        source, _plan(found, scale), engine=engine, path=workdir / "journal-staged.parquet"
    )
    frame = engine.fetch(staged.table).sort("row")
    lines = _lines(frame)
    known = {name for name in (*lines.columns,) if name in found.fields} | {"amount", "row"}
    if "debit" in found.fields and "credit" in found.fields:
        known.add("sides")
    return JournalRead(
        lines=lines,
        known=frozenset(known),
        columns=found.fields,
        accounts=empty_accounts(),
        rows=staged.rows,
        rejects=staged.rejects,
        rejected=staged.rejected,
        scale=scale,
    )


def _require(found: Columns, name: str, columns: tuple[str, ...]) -> None:
    has_amount = "amount" in found.fields or {"debit", "credit"} <= found.fields.keys()
    missing = [
        words
        for words, is_there in (
            ("a date (effective)", "effective" in found.fields),
            ("an amount, or debit and credit", has_amount),
        )
        if not is_there
    ]
    if missing:
        raise InputError(
            f"{name}: no column was found for {' and for '.join(missing)}; it has "
            f"{', '.join(map(repr, columns))}: name them, as in --column effective=NAME"
        )


def _plan(found: Columns, scale: int) -> StagePlan:
    fields: dict[str, TextField | AmountField | DateField | TimeField] = {}
    for field, column in found.fields.items():
        reading = found.readings[column]
        if field in {"effective", *_MOMENTS}:
            is_needed = field == "effective"
            fields[field] = DateField(column, reading.date, required=is_needed)
            if field in _MOMENTS:
                fields[f"{field}_seconds"] = TimeField(column, reading.date)
        elif field in TEXTS or field == "line":
            fields[field] = TextField((column,))
    amount, debit, credit = (found.fields.get(name) for name in ("amount", "debit", "credit"))
    if debit and credit:
        # One format serves both; the fuller column tells it better, and either may be plain.
        formats = [found.readings[column].amount for column in (debit, credit)]
        chosen = next((each for each in formats if not each.plain), formats[0])
        fields["amount"] = AmountField(debit=debit, credit=credit, format=chosen)
    elif amount:
        fields["amount"] = AmountField(column=amount, format=found.readings[amount].amount)
    return StagePlan(fields=fields, scale=scale)


def _lines(frame: pl.DataFrame) -> pl.DataFrame:
    columns: dict[str, pl.Series | list[object]] = {}
    for name in frame.columns:
        if name.endswith("_seconds"):
            continue
        if name in {"effective", *_MOMENTS}:
            columns[name] = frame[name].cast(pl.Date)
        elif name == "line":
            columns[name] = frame[name].cast(pl.Int64, strict=False)
        else:
            columns[name] = frame[name]
    for name in _MOMENTS:
        if name in frame.columns:
            seconds = frame[f"{name}_seconds"].fill_null(0).cast(pl.Int64)
            moment = frame[name].cast(pl.Int64) * 86_400 + seconds
            columns[name] = (moment * 1_000_000).cast(pl.Datetime("us"))
    lines = line_frame(columns, frame.height)
    if "entry" not in frame.columns:
        lines = lines.with_columns(entry=pl.lit("row ") + pl.col("row").cast(pl.String))
    number = pl.int_range(1, pl.len() + 1).over("entry")
    return lines.with_columns(line=pl.coalesce("line", number.cast(pl.Int64)))
