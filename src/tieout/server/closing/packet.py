"""The packet of a period: everything that was done and found, and the audit log's head."""

import csv
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from django.db.models import Sum
from django.utils import timezone

from tieout.close.tasks.dates import Period as Month
from tieout.close.tasks.model import DONE, TaskState
from tieout.export.close_packet import AuditHead, Packet, PacketSection, write_html, write_pdf
from tieout.model.money import format_amount
from tieout.server.audit.queries import head
from tieout.server.closing.board import board_of
from tieout.server.closing.certifying import balances_at, movements_in, refresh
from tieout.server.closing.checks import folder_of, open_points
from tieout.server.closing.exception_report import write_exceptions
from tieout.server.closing.explaining import explained_flux
from tieout.server.closing.models import (
    Account,
    Certification,
    JournalLine,
    LedgerException,
    Period,
)

_SCALE = 2
_ROWS_MAX = 60


@dataclass(frozen=True)
class _Wanted:
    """Columns of a file of the period, and how the packet calls them."""

    name: str
    title: str
    columns: tuple[str, ...]
    headings: tuple[str, ...]
    numbers: tuple[int, ...]


_TESTS = _Wanted(
    "journal_tests", "Journal tests", ("title", "in_period", "hits", "share"),
    ("Test", "In the period", "In the ledger", "Share"), (1, 2, 3),
)  # fmt: skip
_RISK = _Wanted(
    "journal_risk", "Entries to look at", ("entry", "amount", "p_value", "reasons"),
    ("Entry", "Amount", "p", "Why"), (1, 2),
)  # fmt: skip
_MOVEMENTS = _Wanted(
    "movements", "Movements", ("account", "name", "movement", "sigma", "reason"),
    ("Account", "Name", "Movement", "Sigma", "Reason"), (2, 3),
)  # fmt: skip


def write_report(period: Period, out: Path | None = None) -> tuple[Path, ...]:
    """Write the packet and the exception report; answers with all paths."""
    folder = out or folder_of(period)
    return (*write_packet(period, folder), *write_exceptions(period, folder))


def write_packet(period: Period, out: Path | None = None) -> tuple[Path, Path]:
    """Write packet.html and packet.pdf; answers with both paths."""
    refresh(period)
    folder = out or folder_of(period)
    folder.mkdir(parents=True, exist_ok=True)
    packet = packet_of(period)
    pages = folder / "packet.html", folder / "packet.pdf"
    write_html(packet, pages[0])
    write_pdf(packet, pages[1])
    return pages


def packet_of(period: Period) -> Packet:
    """What the packet of a period says now."""
    last = head()
    sections = (
        _trial_balance(period),
        _tasks(period),
        _certifications(period),
        _flux(period),
        _file(period, _TESTS),
        _file(period, _RISK),
        _file(period, _MOVEMENTS),
        _exceptions(period),
    )
    return Packet(
        period=period.name,
        title=f"Close of {period.name}",
        made_at=timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        is_locked=period.is_locked,
        facts=_facts(period),
        sections=sections,
        audit=AuditHead(last.sequence, last.hash),
    )


def _facts(period: Period) -> tuple[str, ...]:
    tasks = list(period.tasks.all())
    done = sum(TaskState(task.state) in DONE for task in tasks)
    late = sum(
        TaskState(task.state) in DONE
        and task.finished_at is not None
        and task.finished_at.date() > task.due
        for task in tasks
    )
    month = Month.parse(period.name)
    posted = JournalLine.objects.filter(
        entry__held=False, entry__effective__range=(month.first_day, month.last_day)
    )
    debits = posted.filter(amount__gt=0).aggregate(total=Sum("amount"))["total"] or 0
    credit = -(posted.filter(amount__lt=0).aggregate(total=Sum("amount"))["total"] or 0)
    if period.locked_at and period.locked_by:
        first = f"Locked on {period.locked_at:%Y-%m-%d %H:%M} UTC by {period.locked_by.username}."
    else:
        first = f"Open: {len(open_points(period))} points stand before the lock."
    entries = posted.values("entry").distinct().count()
    totals = f"Debits {format_amount(debits, _SCALE)}, credits {format_amount(credit, _SCALE)}"
    return (
        first,
        f"{done} of {len(tasks)} tasks are done, {late} of them after they were due.",
        f"{totals} in {entries:,} entries.",
    )


def _trial_balance(period: Period) -> PacketSection:
    balances, moved = balances_at(period), movements_in(period)
    rows = [
        (
            account.code,
            account.name,
            format_amount(balances[account.pk] - moved.get(account.pk, 0), _SCALE),
            format_amount(moved.get(account.pk, 0), _SCALE),
            format_amount(balances[account.pk], _SCALE),
        )
        for account in Account.objects.all()
    ]
    total = format_amount(sum(balances.values()), _SCALE)
    rows.append(("Sum", "", "", format_amount(sum(moved.values()), _SCALE), total))
    headings = ("Account", "Name", "Opening", "Movement", "Closing")
    return PacketSection(
        "balances", "Trial balance (credits below zero)", headings, tuple(rows), (2, 3, 4)
    )


def _tasks(period: Period) -> PacketSection:
    board = board_of(period)
    critical = set(board.critical_ids)
    rows = [
        (
            task.name + (" *" if task.code in critical else ""),
            task.state.replace("_", " "),
            task.due.isoformat(),
            task.finished_at.strftime("%Y-%m-%d") if task.finished_at else "",
            task.done_by.username if task.done_by else ("system" if task.finished_at else ""),
            task.signed_by.username if task.signed_by else "",
            task.reason or task.evidence,
        )
        for task in board.tasks
    ]
    headings = ("Task", "State", "Due", "Done", "By", "Signed off", "Evidence")
    return PacketSection("tasks", "Tasks (* on the critical path)", headings, tuple(rows))


def _certifications(period: Period) -> PacketSection:
    rows = [
        (
            str(each.account),
            each.risk,
            each.state.replace("_", " "),
            format_amount(each.balance, _SCALE),
            "" if each.unexplained is None else format_amount(each.unexplained, _SCALE),
            each.prepared_by.username if each.prepared_by else "",
            each.certified_by.username
            if each.certified_by
            else ("policy" if each.is_automatic else ""),
            _note(each),
        )
        for each in period.certifications.select_related(
            "account", "prepared_by", "certified_by"
        ).prefetch_related("approvals__approved_by")
    ]
    headings = ("Account", "Risk", "State", "Balance", "Unexplained", "Prepared", "Certified",
                "Note")  # fmt: skip
    return PacketSection(
        "certifications", "Certified balances", headings, tuple(rows), (3, 4),
        "No balance sheet account is known.",
    )  # fmt: skip


def _note(one: Certification) -> str:
    """What a balance was held against, what was said of it, and who let a difference stand."""
    support = " ".join(part for part in (one.support.replace("_", " "), one.reference) if part)
    approval = one.approval
    approved = (
        f"{format_amount(approval.amount, _SCALE)} approved by {approval.approved_by.username}: "
        f"{approval.reason}"
        if approval
        else ""
    )
    shown = "" if one.state == Certification.State.OPEN else support
    return "; ".join(part for part in (shown, one.explanation, approved, one.reason) if part)


def _flux(period: Period) -> PacketSection:
    rows = [
        (
            f"{each.flux.account} {each.flux.name}",
            each.flux.comparison.replace("_", " "),
            format_amount(each.flux.current, _SCALE),
            format_amount(each.flux.variance, _SCALE),
            "" if each.flux.percent is None else f"{each.flux.percent:.1f} %",
            ("explanation is out of date: " if each.is_stale else "")
            + (each.text or "not explained"),
        )
        for each in explained_flux(period)
        if each.flux.material
    ]
    headings = ("Account", "Against", "Current", "Variance", "%", "Explanation")
    return PacketSection("flux", "Material variances", headings, tuple(rows), (2, 3, 4))


def _file(period: Period, wanted: _Wanted) -> PacketSection:
    """A table that a job of the period wrote."""
    path = folder_of(period) / f"{wanted.name}.csv"
    made = PacketSection(
        wanted.name, wanted.title, wanted.headings, (), wanted.numbers, "The task has not run yet."
    )
    if not path.is_file():
        return made
    with path.open(encoding="utf-8", newline="") as file:
        held = list(csv.DictReader(file))[:_ROWS_MAX]
    rows = tuple(
        tuple(
            "n/a" if row.get("applies") == "false" and at else _shown(column, row[column])
            for at, column in enumerate(wanted.columns)
        )
        for row in held
    )
    return replace(made, rows=rows, empty="None.")


def _shown(column: str, value: str) -> str:
    """A cell as people read it: amounts grouped, shares in percent, few digits.

    >>> _shown("amount", "1234.50"), _shown("share", "0.0049"), _shown("p_value", "0.0013579")
    ('1,234.50', '0.49 %', '0.00136')
    >>> _shown("entry", "JE7"), _shown("in_period", "0"), _shown("sigma", "")
    ('JE7', '0', '')
    """
    if column in {"amount", "movement"}:
        return f"{Decimal(value):,.2f}"
    if column not in {"share", "p_value", "sigma"} or not value:
        return value
    number = float(value)
    if column == "share":
        return f"{number:.2%}".replace("%", " %")
    return f"{number:.1f}" if column == "sigma" else f"{number:.3g}"


def _exceptions(period: Period) -> PacketSection:
    entries = set(
        JournalLine.objects.filter(
            entry__effective__range=(
                Month.parse(period.name).first_day,
                Month.parse(period.name).last_day,
            ),
            entry__held=True,
        ).values_list("entry__number", flat=True)
    )
    rows = [
        (
            each.kind.replace("_", " "),
            each.severity,
            each.entry,
            each.account,
            str(each.row or ""),
            each.text,
        )
        for each in LedgerException.objects.filter(entry__in=entries)[:_ROWS_MAX]
    ]
    headings = ("Kind", "Entry is", "Entry", "Account", "Row", "What")
    return PacketSection(
        "exceptions", "Held entries of the period", headings, tuple(rows), (4,), "None."
    )
