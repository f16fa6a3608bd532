"""The exceptions of a period by account, each followed back to its entry, file and row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from tieout.close.review.months import months
from tieout.close.review.movements import judge_movements, lines_behind
from tieout.close.tasks.dates import Period as Month
from tieout.export.close_packet import AuditHead, Packet, PacketSection, write_html
from tieout.export.sheets import write_sheets
from tieout.model.money import format_amount, to_decimal
from tieout.server.audit.queries import head
from tieout.server.closing.books import has_ledger, open_books
from tieout.server.closing.models import (
    Account,
    JournalEntry,
    JournalLine,
    LedgerException,
    Period,
)

if TYPE_CHECKING:
    import polars as pl

_SCALE: Final = 2
_ROWS_SHOWN: Final = 500
_LINES_OF_ACCOUNT: Final = 20


@dataclass(frozen=True)
class _Table:
    """amounts: columns in units of 0.01."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    amounts: tuple[str, ...] = ("amount",)
    empty: str = "None."


def write_exceptions(period: Period, folder: Path) -> tuple[Path, Path]:
    """Write exceptions.html and exceptions.xlsx; answers with both paths.

    Three tables: a row an account with what is odd in it; a row for each account and line that an
    exception of the imports touches; and the largest lines behind each movement that stands out.
    """
    tables = _tables(period)
    folder.mkdir(parents=True, exist_ok=True)
    page, book = folder / "exceptions.html", folder / "exceptions.xlsx"
    write_html(_packet(period, tables), page, brand="Exception report")
    write_sheets({each.name: _frame(each) for each in tables}, book)
    return page, book


def _tables(period: Period) -> tuple[_Table, _Table, _Table]:
    found = _exceptions(period)
    moved, behind = _movements(period)
    columns = ("kind", "entry is", "entry", "account", "effective", "amount", "file", "row", "what")
    counts: dict[str, int] = {}
    for row in found:
        counts[row[3]] = counts.get(row[3], 0) + 1
    accounts = [
        (account.code, account.name, account.type, counts.get(account.code, 0), *moved_of)
        for account in Account.objects.all()
        if (moved_of := moved.get(account.code, (None, None, False, "")))[2]
        or account.code in counts
    ]
    return (
        _Table("accounts", "Accounts with exceptions",
               ("account", "name", "type", "exceptions", "movement", "sigma", "stands out", "why"),
               accounts, ("movement",)),
        _Table("exceptions", "Exceptions of the imports, by account and line", columns, found),
        _Table("lines", "Largest lines behind movements that stand out",
               ("account", "entry", "line", "effective", "amount", "description", "document",
                "prepared by", "party", "file", "row"), behind),
    )  # fmt: skip


def _exceptions(period: Period) -> list[tuple[Any, ...]]:
    """A row for each account that an exception names, or for each line of an entry as a whole.

    Of entries of the period, and of what has no entry: rows that cannot be read, accounts that do
    not add up.
    """
    month = Month.parse(period.name)
    entries = dict(
        JournalEntry.objects.filter(
            effective__range=(month.first_day, month.last_day)
        ).values_list("number", "effective")
    )  # fmt: skip
    listed = [
        each
        for each in LedgerException.objects.select_related("source")
        if not each.entry or each.entry in entries
    ]
    whole = {each.entry for each in listed if each.entry and not each.account}
    lines: dict[str, list[tuple[str, int, int]]] = {}
    for number, code, amount, row in JournalLine.objects.filter(
        entry__number__in=sorted(whole)
    ).values_list("entry__number", "account__code", "amount", "row"):
        lines.setdefault(number, []).append((code, amount, row))
    rows: list[tuple[Any, ...]] = []
    for each in listed:
        parts: Iterable[tuple[str, int | None, int | None]] = (
            lines.get(each.entry, [(each.account, each.amount, each.row)])
            if each.entry in whole and not each.account
            else [(each.account, each.amount, each.row)]
        )
        rows += [
            (each.kind.replace("_", " "), each.severity, each.entry, code,
             entries.get(each.entry), amount, each.source.file, row, each.text)
            for code, amount, row in parts
        ]  # fmt: skip
    return sorted(rows, key=lambda row: (row[3], row[2], row[7] or 0, row[0]))


def _movements(
    period: Period,
) -> tuple[dict[str, tuple[int, float | None, bool, str]], list[tuple[Any, ...]]]:
    """By account its movement, sigma, whether it stands out and why; the lines behind those."""
    if not has_ledger():
        return {}, []
    month = Month.parse(period.name)
    counted = months(open_books(holidays=period.holidays), until=month)
    judged = judge_movements(counted, month)
    moved: dict[str, tuple[int, float | None, bool, str]] = {}
    behind: list[tuple[Any, ...]] = []
    for row in judged.iter_rows(named=True):
        stands_out = bool(row["flagged"] or row["by_forest"])
        moved[row["account"]] = (row["movement"], row["sigma"], stands_out, row["reason"])
        if stands_out:
            lines = lines_behind(counted, row["account"], month, most=_LINES_OF_ACCOUNT)
            behind += [
                (row["account"], line["entry"], line["line"], line["effective"], line["amount"],
                 line["description"], line["document"], line["prepared_by"], line["counterparty"],
                 line["row"])
                for line in lines.iter_rows(named=True)
            ]  # fmt: skip
    names = {row[1] for row in behind}
    files: Mapping[str, str] = dict(
        JournalEntry.objects.filter(number__in=sorted(names)).values_list("number", "source__file")
    )
    return moved, [(*row[:-1], files.get(row[1], ""), row[-1]) for row in behind]


def _packet(period: Period, tables: Sequence[_Table]) -> Packet:
    last = head()
    held = len({row[2] for row in tables[1].rows if row[1] == "held" and row[2]})
    outstanding = sum(bool(row[6]) for row in tables[0].rows)
    return Packet(
        period=period.name,
        title=f"Exceptions of {period.name}",
        made_at=timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        is_locked=not held,
        facts=(
            f"{held:,} entries are held." if held else "No entry is held.",
            f"{len(tables[0].rows):,} accounts have exceptions or a movement that stands out.",
            f"{outstanding:,} movements stand out.",
        ),
        sections=tuple(_section(each) for each in tables),
        audit=AuditHead(last.sequence, last.hash),
    )


def _section(each: _Table) -> PacketSection:
    numbers = tuple(
        at
        for at, name in enumerate(each.columns)
        if name in {*each.amounts, "row", "line", "sigma", "exceptions"}
    )
    shown = tuple(
        tuple(
            _text(name, value, each.amounts) for name, value in zip(each.columns, row, strict=True)
        )
        for row in each.rows[:_ROWS_SHOWN]
    )
    more = len(each.rows) - len(shown)
    title = f"{each.title} (first {_ROWS_SHOWN} of {len(each.rows):,})" if more else each.title
    headings = tuple(name.capitalize() for name in each.columns)
    return PacketSection(each.name, title, headings, shown, numbers, each.empty)


def _text(name: str, value: Any, amounts: tuple[str, ...]) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if name in amounts:
        return format_amount(value, _SCALE)
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _frame(each: _Table) -> "pl.DataFrame":
    import polars as pl

    series = []
    for at, name in enumerate(each.columns):
        values = [row[at] for row in each.rows]
        if name in each.amounts:
            money: list[Decimal | None] = [
                None if value is None else to_decimal(value, _SCALE) for value in values
            ]
            series.append(pl.Series(name, money, dtype=pl.Decimal(38, _SCALE)))
        elif name in {"row", "line", "exceptions"}:
            series.append(pl.Series(name, values, dtype=pl.Int64))
        elif name == "effective":
            series.append(pl.Series(name, values, dtype=pl.Date))
        else:
            series.append(pl.Series(name, values))
    return pl.DataFrame(series)
