"""Pages of what is looked at in a close: ledger, journal tests, flux, balances."""

import csv
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tieout.close.tasks.dates import Period as Month
from tieout.export.table import escape_cells
from tieout.model.errors import InputError
from tieout.server.accounts.permissions import WORKING_ROLES, Role, require_role
from tieout.server.cases.views import telling, who
from tieout.server.closing import certifying
from tieout.server.closing.checks import folder_of
from tieout.server.closing.differences import approve_difference
from tieout.server.closing.explaining import explain as explain_variance
from tieout.server.closing.explaining import explained_flux
from tieout.server.closing.forms import read_amount, read_sample
from tieout.server.closing.models import (
    Account,
    Certification,
    JournalEntry,
    LedgerException,
    LedgerImport,
    Period,
)
from tieout.server.closing.permissions import may_lock, may_sign, may_work
from tieout.server.closing.sampling import METHODS, SampleRequest, draw_sample
from tieout.server.closing.views import period_or_404

_PAGE_ROWS = 50
_EXCEPTIONS_SHOWN = 100


@require_GET
@require_role()
def ledger(request: HttpRequest) -> HttpResponse:
    """Entries by period, account and words; what is wrong in the imports."""
    asked = {name: request.GET.get(name, "").strip() for name in ("period", "account", "q", "held")}
    entries = JournalEntry.objects.select_related("document", "prepared_by", "approved_by")
    if asked["period"]:
        entries = _of_month(entries, asked["period"])
    if asked["account"]:
        entries = entries.filter(lines__account__code=asked["account"]).distinct()
    if asked["q"]:
        words = asked["q"]
        entries = entries.filter(
            Q(number__icontains=words)
            | Q(description__icontains=words)
            | Q(counterparty__icontains=words)
            | Q(document__number__icontains=words)
        )
    if asked["held"]:
        entries = entries.filter(held=True)
    debits = Sum("lines__amount", filter=Q(lines__amount__gt=0))
    pages = Paginator(entries.annotate(debits=debits).order_by("-effective", "-id"), _PAGE_ROWS)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "asked": asked,
        "query": query.urlencode(),
        "total": pages.count,
        "accounts": Account.objects.all(),
        "periods": Period.objects.values_list("name", flat=True),
        "imports": LedgerImport.objects.order_by("-id")[:5],
        "exceptions": LedgerException.objects.order_by("-id")[:_EXCEPTIONS_SHOWN],
    }
    return render(request, "closing/ledger.html", context)


def _of_month(entries: Any, name: str) -> Any:
    try:
        month = Month.parse(name)
    except InputError:
        return entries.none()
    return entries.filter(effective__range=(month.first_day, month.last_day))


@require_GET
@require_role()
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """An entry with its lines and the rows of the file that they came from."""
    found = get_object_or_404(JournalEntry, pk=entry_id)
    wrong = LedgerException.objects.filter(entry=found.number, source=found.source)
    context = {"entry": found, "lines": found.lines.select_related("account"), "wrong": wrong}
    return render(request, "closing/entry.html", context)


@require_GET
@require_role()
def journal(request: HttpRequest, period: str) -> HttpResponse:
    """The journal tests of a period with their shares, and the entries to look at."""
    found = period_or_404(period)
    risk = _table(found, "journal_risk")
    numbers = dict(
        JournalEntry.objects.filter(number__in=[row["entry"] for row in risk]).values_list(
            "number", "pk"
        )
    )
    context = {
        "period": found,
        "tests": _table(found, "journal_tests"),
        "risk": [(row, numbers.get(row["entry"])) for row in risk],
        "movements": _table(found, "movements"),
        "tab": "journal",
    }
    return render(request, "closing/journal.html", context)


def _table(period: Period, name: str) -> list[dict[str, str]]:
    path = folder_of(period) / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@require_GET
@require_role()
def sample(request: HttpRequest, period: str) -> HttpResponse:
    """A sample of the period's entries by method, size and seed; as CSV where asked."""
    found = period_or_404(period)
    context: dict[str, Any] = {"period": found, "methods": METHODS, "tab": "sample",
                               "asked": SampleRequest(), "query": "", "rows": []}  # fmt: skip
    try:
        asked = read_sample(request.GET)
        drawn = draw_sample(found, asked)
    except InputError as error:
        return render(request, "closing/sample.html", {**context, "error": str(error)})
    if request.GET.get("as") == "csv":
        name = f"sample-{found.name}-{asked.method}-{asked.seed}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(
            escape_cells(drawn).write_csv(), content_type="text/csv", headers=headers
        )
    numbers = dict(
        JournalEntry.objects.filter(number__in=drawn["entry"].to_list()).values_list("number", "pk")
    )
    rows = [(row, numbers.get(row["entry"])) for row in drawn.iter_rows(named=True)]
    query = urlencode({"method": asked.method, "size": asked.size, "seed": asked.seed})
    return render(
        request, "closing/sample.html", {**context, "asked": asked, "rows": rows, "query": query}
    )


@require_GET
@require_role()
def flux(request: HttpRequest, period: str) -> HttpResponse:
    """Variances, those first that have to be explained."""
    found = period_or_404(period)
    everything = explained_flux(found)
    context = {
        "period": found,
        "material": [each for each in everything if each.flux.material],
        "others": [each for each in everything if not each.flux.material],
        "open": sum(each.is_open for each in everything),
        "may_work": may_work(request.user) and not found.is_locked,
        "tab": "flux",
    }
    return render(request, "closing/flux.html", context)


@require_POST
@require_role(*WORKING_ROLES)
@telling
def explain(request: HttpRequest, period: str) -> HttpResponse:
    """Say what a variance comes from."""
    explain_variance(
        period_or_404(period),
        request.POST.get("account", ""),
        request.POST.get("comparison", ""),
        request.POST.get("text", ""),
        fingerprint=request.POST.get("fingerprint", ""),
        actor=who(request),
    )
    return redirect("closing:flux", period=period)


@require_GET
@require_role()
def balances(request: HttpRequest, period: str) -> HttpResponse:
    """The balances of a period and who stands for them."""
    found = period_or_404(period)
    certifying.refresh(found)
    context = {
        "period": found,
        "rows": found.certifications.select_related(
            "account", "prepared_by", "certified_by"
        ).prefetch_related("approvals__approved_by"),
        "supports": certifying.SUPPORTS,
        "may_work": may_work(request.user) and not found.is_locked,
        "may_sign": may_sign(request.user) and not found.is_locked,
        "may_lock": may_lock(request.user) and not found.is_locked,
        "tab": "balances",
    }
    return render(request, "closing/balances.html", context)


@require_POST
@require_role(*WORKING_ROLES)
@telling
def prepare(request: HttpRequest, period: str, one_id: int) -> HttpResponse:
    """Say what a balance was reconciled with."""
    one = get_object_or_404(Certification, pk=one_id, period__name=period)
    certifying.prepare(
        one,
        supported=read_amount(request.POST.get("supported", "")),
        support=request.POST.get("support", ""),
        reference=request.POST.get("reference", ""),
        explanation=request.POST.get("explanation", ""),
        actor=who(request),
    )
    return redirect("closing:balances", period=period)


@require_POST
@require_role(Role.APPROVER)
@telling
def approve(request: HttpRequest, period: str, one_id: int) -> HttpResponse:
    """Let an unexplained difference stand, with a reason."""
    one = get_object_or_404(Certification, pk=one_id, period__name=period)
    approve_difference(
        one,
        reason=request.POST.get("reason", ""),
        actor=who(request),
        prepared_at=request.POST.get("prepared_at", ""),
    )
    return redirect("closing:balances", period=period)


@require_POST
@require_role(Role.REVIEWER, Role.APPROVER)
@telling
def certify(request: HttpRequest, period: str, one_id: int) -> HttpResponse:
    """Stand for a balance."""
    one = get_object_or_404(Certification, pk=one_id, period__name=period)
    certifying.certify(one, actor=who(request), prepared_at=request.POST.get("prepared_at", ""))
    return redirect("closing:balances", period=period)
