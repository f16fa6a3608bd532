"""Pages that look across runs: trends, and the tuning of thresholds."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tieout.model.errors import InputError
from tieout.pipeline.run_query import Question, ask
from tieout.pipeline.run_query.findings import read_manifest
from tieout.pipeline.run_query.summary import sweep, volumes
from tieout.server.accounts.permissions import require_role
from tieout.server.cases.charts import rates, run_trend, volume
from tieout.server.cases.models import Run
from tieout.server.cases.queries import history_of
from tieout.server.cases.registering import folder_of

_COLUMNS = ("labels", "rows", "detectors", "rules", "both", "flagged")
_CHANNELS = (("ml", "Detectors"), ("rules", "Rules"), ("both", "Both"))
_MEASURES = (
    ("flagged", "Flagged"),
    ("workload", "Workload"),
    ("recall", "Recall"),
    ("precision", "Precision"),
    ("false-alarms", "False alarms"),
    ("cost", "Cost"),
)


@require_GET
@require_role()
def trends(request: HttpRequest) -> HttpResponse:
    """Volume, rate and overlap of a detection; what reconciliations found from run to run."""
    chosen, runs = _chosen(request, Run.objects.all())
    context: dict[str, Any] = {"runs": runs, "run": chosen}
    if chosen is not None:
        context["trend"] = run_trend(history_of(chosen, most=60))
        context |= _volumes(chosen)
    return render(request, "cases/trends.html", context)


@require_GET
@require_role()
def tuning(request: HttpRequest) -> HttpResponse:
    """What another threshold would have meant for a detection."""
    chosen, runs = _chosen(request, Run.objects.filter(job="detect"))
    context: dict[str, Any] = {"runs": runs, "run": chosen}
    context |= {"channels": _CHANNELS, "measures": _MEASURES}
    if chosen is not None:
        context |= _sweep(chosen)
    return render(request, "cases/tuning.html", context)


def _chosen(request: HttpRequest, among: Any) -> tuple[Run | None, list[Run]]:
    runs = list(among[:100])
    wanted = request.GET.get("run", "")
    chosen = next((run for run in runs if run.run_id == wanted), runs[0] if runs else None)
    return chosen, runs


def _volumes(run: Run) -> dict[str, Any]:
    folder = folder_of(run)
    if run.job != "detect" or not (folder / "transactions_scored.parquet").is_file():
        return {}
    found = volumes(folder)
    context: dict[str, Any] = {}
    if "day" in found:
        context["by_day"] = volume(found["day"], as_lines=True)
        context["rates"] = rates(found["day"])
    if "channel" in found:
        context["by_channel"] = volume(found["channel"], as_lines=False)
        context["channel_lines"] = list(
            zip(*(getattr(found["channel"], name) for name in _COLUMNS), strict=True)
        )
    return context


def _sweep(run: Run) -> dict[str, Any]:
    folder = folder_of(run)
    try:
        manifest = read_manifest(folder)
        found = sweep(folder)
    except (InputError, OSError) as error:
        return {"problem": str(error)}
    labelled = any(point["recall"] is not None for points in found.values() for point in points)
    types = ask(folder, "metrics_by_type", Question(limit=100)).rows if labelled else []
    costs = manifest.options.get("costs") or [1.0, 10.0]
    cut = (manifest.options.get("cut") or {}).get("threshold")
    data = {"channels": found, "labelled": labelled, "rows": run.rows, "cut": cut, "costs": costs}
    return {"data": data, "labelled": labelled, "types": types, "costs": costs, "cut": cut}
