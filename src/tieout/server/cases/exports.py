"""The queue as a file: escaped, bounded, and noted in the audit log."""

import tempfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_GET

from tieout.export.table import escape_cells, write_csv
from tieout.server.accounts.permissions import require_role
from tieout.server.audit.services import record
from tieout.server.cases import queries
from tieout.server.cases.models import Case
from tieout.server.cases.views import who
from tieout.server.cases.words import state_words

ROWS_MAX: Final = 100_000
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SCHEMA: Final[Mapping[str, Any]] = {
    "case": pl.Int64,
    "kind": pl.String,
    "title": pl.String,
    "severity": pl.String,
    "state": pl.String,
    "bucket": pl.String,
    "source": pl.String,
    "difference": pl.Decimal(38, 6),
    "amount": pl.Decimal(38, 6),
    "currency": pl.String,
    "happened_on": pl.Date,
    "opened_at": pl.String,
    "due_at": pl.String,
    "assignee": pl.String,
    "summary": pl.String,
}


@require_GET
@require_role()
def export(request: HttpRequest, kind: str) -> FileResponse:
    """The cases that the queue's filters leave, as CSV or Excel."""
    if kind not in _TYPES:
        raise Http404
    user, wanted = who(request), queries.Filter.of(request.GET)
    cases = queries.queue(user, wanted)[:ROWS_MAX]
    frame = queue_frame(cases)
    with transaction.atomic():
        after = {"kind": kind, "rows": frame.height, "filters": wanted.query}
        record(actor=user, action="cases.exported", target=("queue", wanted.tab), after=after)
    with tempfile.TemporaryDirectory(prefix="tieout-") as folder:
        path = Path(folder) / f"cases.{kind}"
        if kind == "csv":
            write_csv(frame, path)
        else:
            _write_xlsx(frame, path)
        content = BytesIO(path.read_bytes())
    return FileResponse(
        content, as_attachment=True, filename=f"cases.{kind}", content_type=_TYPES[kind]
    )


def queue_frame(cases: Iterable[Case]) -> pl.DataFrame:
    """Cases as a table, in their order."""
    return pl.DataFrame([_row(case) for case in cases], schema=_SCHEMA, orient="row")


def _row(case: Case) -> tuple[object, ...]:
    return (
        case.pk,
        case.kind,
        case.title,
        case.severity,
        state_words(case),
        case.bucket,
        case.source,
        _amount(case.difference_minor, case.scale),
        _amount(case.amount_minor, case.scale),
        case.currency,
        case.happened_on,
        case.opened_at.isoformat(timespec="seconds"),
        case.due_at.isoformat(timespec="seconds") if case.due_at else None,
        case.assignee.username if case.assignee else None,
        case.summary,
    )


def _amount(minor: int | None, scale: int) -> Decimal | None:
    """An exact amount, which no spreadsheet takes for a formula."""
    return None if minor is None else Decimal(minor).scaleb(-scale)


def _write_xlsx(frame: pl.DataFrame, path: Path) -> None:
    """One sheet; text stays text, whatever it begins with."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("Cases")
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(frame.columns):
            sheet.write_string(0, column, name, bold)
        for at, values in enumerate(escape_cells(frame).iter_rows(), start=1):
            for column, value in enumerate(values):
                if isinstance(value, Decimal | int):
                    sheet.write_number(at, column, value)
                elif value is not None:
                    sheet.write_string(at, column, str(value))
