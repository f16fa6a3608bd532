"""Pages of runs: the list, a run in numbers, its rows, its files."""

from pathlib import Path
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tieout.export.words import label
from tieout.model.buckets import Bucket
from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest
from tieout.pipeline.run_query import Question, ask, conditions_of
from tieout.pipeline.run_query.findings import read_manifest
from tieout.pipeline.run_query.summary import summarise_breaks
from tieout.pipeline.workspace import MANIFEST_FILE
from tieout.server.accounts.permissions import WORKING_ROLES, require_role
from tieout.server.audit.services import record
from tieout.server.cases import queries, services
from tieout.server.cases.charts import bars, run_trend
from tieout.server.cases.models import Case, Incident, Run
from tieout.server.cases.opening import open_from_run
from tieout.server.cases.permissions import may_work
from tieout.server.cases.registering import folder_of, waiting_folders
from tieout.server.cases.views import page_number, telling, who

RUNS_ROWS: Final = 25
ROWS_SHOWN: Final = 50
_REJECTS_SHOWN: Final = 20
_COLUMNS: Final = {
    "breaks": (
        "break_id",
        "key",
        "bucket",
        "severity",
        "difference",
        "currency",
        "amount_left",
        "amount_right",
        "age_days",
        "score",
        "anomalous",
        "evidence",
    ),
    "scored": None,
}
_FLAGGED_FIRST: Final = 6
# A report is a page of its own with its own styles: it may draw, but reach nothing.
_REPORT_POLICY: Final = (
    "sandbox allow-scripts allow-popups allow-downloads; default-src 'none'; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:"
)


@require_GET
@require_role()
def runs(request: HttpRequest) -> HttpResponse:
    """All runs, the newest first."""
    job, name = request.GET.get("job", ""), request.GET.get("name", "")
    page = Paginator(queries.runs(job=job, name=name), RUNS_ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "job": job,
        "name": name,
        "jobs": Run.objects.order_by("job").values_list("job", flat=True).distinct(),
        "waiting": waiting_folders(),
        "may_work": may_work(who(request)),
    }
    return render(request, "cases/runs.html", context)


@require_POST
@require_role(*WORKING_ROLES)
@telling
def register(request: HttpRequest) -> HttpResponseBase:
    """Take up the run folders of the workspace that the queue does not know yet."""
    folders = waiting_folders()
    done = [services.register_run(folder, actor=who(request)) for folder in folders]
    cases = sum(each.cases_new for each in done)
    messages.success(request, f"{len(done)} runs taken up, with {cases:,} new cases.")
    return redirect("cases:runs")


@require_GET
@require_role()
def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """A run in numbers."""
    found, folder = _run(run_id)
    context: dict[str, Any] = {"run": found, "folder": folder.name, "gone": not folder.is_dir()}
    if not context["gone"]:
        context |= _facts(folder)
        context["carried"] = _carried(found, context["manifest"])
    context["trend"] = run_trend(queries.history_of(found, most=30))
    context["incidents"] = Incident.objects.filter(run=found).select_related("case")[:20]
    context["open_cases"] = Case.objects.filter(latest_run=found).exclude(status="resolved").count()
    return render(request, "cases/run.html", context)


@require_GET
@require_role()
@telling
def rows(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """The breaks or flagged rows of a run, however many: filtered, sorted, page by page."""
    found, folder = _run(run_id)
    table = "breaks" if (folder / "breaks.parquet").is_file() else "scored"
    page = page_number(request)
    given = [
        (name, value)
        for name in ("bucket", "severity", "currency", "incident_id", "anomalous", "is_flag")
        for value in request.GET.getlist(name)
        if value
    ]
    sort, order = request.GET.get("sort", "score"), request.GET.get("order", "desc")
    question = Question(
        conditions=conditions_of(given),
        search=request.GET.get("q", ""),
        sort=sort,
        descending=order == "desc",
        limit=ROWS_SHOWN,
        offset=(page - 1) * ROWS_SHOWN,
        columns=_shown(folder, table),
    )
    try:
        answer = ask(folder, table, question)
    except InputError as error:
        return render(request, "cases/rows.html", {"run": found, "problem": str(error)}, status=400)
    identity = "break_id" if table == "breaks" else "row"
    known = _decided(table, [str(row[identity]) for row in answer.rows])
    shown = [column for column in answer.columns if column != "break_id"]
    context = {
        "run": found,
        "table": table,
        "columns": shown,
        "rows": [
            (
                row[identity],
                known.get(str(row[identity])),
                [in_words(name, row[name]) for name in shown],
            )
            for row in answer.rows
        ],
        "total": answer.total,
        "pages": max(1, -(-answer.total // ROWS_SHOWN)),
        "page": page,
        "sort": sort,
        "order": order,
        "text": question.search,
        "bucket": request.GET.get("bucket", ""),
        "buckets": [each.value for each in Bucket],
        "may_work": may_work(who(request)),
    }
    return render(request, "cases/rows.html", context)


@require_POST
@require_role(*WORKING_ROLES)
@telling
def open_row(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """Make a case of a break that has none."""
    found, _ = _run(run_id)
    case = open_from_run(found, request.POST.get("identity", ""), actor=who(request))
    return redirect("cases:case", case.pk)


@require_GET
@require_role()
def report(_: HttpRequest, run_id: str) -> FileResponse:
    """The run's report, shut in: it can reach neither the console nor anything else."""
    path = folder_of(get_object_or_404(Run, run_id=run_id)) / "report.html"
    if not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = _REPORT_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@require_role()
def report_file(_: HttpRequest, run_id: str, name: str) -> HttpResponse:
    """A file that the report names as one beside it."""
    return redirect("cases:file", run_id, name)


@require_GET
@require_role()
def file(request: HttpRequest, run_id: str, name: str) -> FileResponse:
    """A file of the run, to be saved; noted in the audit log."""
    found, folder = _run(run_id)
    if name not in {each.name for each in _files(folder)}:
        raise Http404
    with transaction.atomic():
        record(
            actor=who(request),
            action="run.file_exported",
            target=("run", found.run_id),
            after={"file": name},
        )
    return FileResponse((folder / name).open("rb"), as_attachment=True, filename=name)


@require_GET
@require_role()
def incidents(request: HttpRequest) -> HttpResponse:
    """Incidents, the newest runs' first."""
    found = Incident.objects.select_related("run", "case", "case__assignee")
    if request.GET.get("state", "open") == "open":
        found = found.exclude(case__status="resolved")
    page = Paginator(found, RUNS_ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "state": request.GET.get("state", "open")}
    return render(request, "cases/incidents.html", context)


def _run(run_id: str) -> tuple[Run, Path]:
    found = get_object_or_404(Run, run_id=run_id)
    return found, folder_of(found)


def _facts(folder: Path) -> dict[str, Any]:
    """What a run's folder says."""
    manifest = read_manifest(folder)
    facts: dict[str, Any] = {"manifest": manifest, "files": _files(folder), "rejects": None}
    if (folder / "rejects.csv").is_file():
        facts["rejects"] = ask(folder, "rejects", Question(limit=_REJECTS_SHOWN))
    if (folder / "breaks.parquet").is_file():
        summary = summarise_breaks(folder)
        facts["summary"] = summary
        facts["buckets"] = bars(summary.buckets, "breaks")
        facts["ages"] = bars(summary.ages, "breaks")
    return facts


def _carried(found: Run, manifest: RunManifest) -> dict[str, Any] | None:
    """What became of an earlier run's open items on both sides; None where none were asked for."""
    sides = found.counts.get("carried")
    if not sides:
        return None
    names = ("matched", "in_breaks", "in_file", "settled")
    sums = {name: sum(side[name] for side in sides.values()) for name in names}
    run = manifest.options["carried"]["run"]
    return {**sums, "run": run, "known": Run.objects.filter(run_id=run).exists()}


def _files(folder: Path) -> list[Path]:
    kinds = {".csv", ".parquet", ".yaml", ".md", ".json", ".html", ".xlsx"}
    found = [each for each in folder.iterdir() if each.is_file() and each.suffix in kinds]
    return sorted(found, key=lambda each: (each.name == MANIFEST_FILE, each.name))


def _shown(folder: Path, table: str) -> tuple[str, ...] | None:
    """Columns of the page: of breaks the telling ones; of rows, theirs first, then the verdict."""
    if table == "breaks":
        return _COLUMNS["breaks"]
    import polars as pl

    names = pl.scan_parquet(folder / "transactions_scored.parquet").collect_schema().names()
    at = names.index("row")
    return (*names[:_FLAGGED_FIRST], *names[max(at, _FLAGGED_FIRST) :])


def _decided(table: str, identities: list[str]) -> dict[str, Case]:
    """Cases of the rows that have one, by identity."""
    if table != "breaks":
        return {}
    found = Case.objects.filter(kind=Case.Kind.BREAK, identity__in=identities)
    return {case.identity: case for case in found.select_related("assignee")}


def in_words(name: str, value: Any) -> Any:
    """A cell as people read it: buckets in words."""
    return label(value) if name == "bucket" and value else value
