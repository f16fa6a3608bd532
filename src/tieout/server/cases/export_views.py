"""Pages of exports: what was taken along, by whom, and a form to ask for more."""

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import Role, has_role, require_role
from tieout.server.audit.services import record
from tieout.server.cases.export_jobs import FORMS, KIND, WHAT, checked, file_of
from tieout.server.cases.models import Run
from tieout.server.cases.views import telling, who
from tieout.server.jobs.models import Job
from tieout.server.jobs.services import enqueue

_ROWS: Final = 25
_RUNS_SHOWN: Final = 50
# They see what others took along.
_WATCHERS: Final = (Role.AUDITOR, Role.ADMIN)


@require_GET
@require_role()
def exports(request: HttpRequest) -> HttpResponse:
    """One's own exports; those who watch see everybody's."""
    page = Paginator(_seen(who(request)), _ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "files": [(job, file_of(job)) for job in page.object_list],
        "what": WHAT,
        "forms": FORMS,
        "runs": Run.objects.order_by("-created_at")[:_RUNS_SHOWN],
        "asked": request.GET,
    }
    return render(request, "cases/exports.html", context)


@require_POST
@require_role()
@telling
def start(request: HttpRequest) -> HttpResponseBase:
    """Ask for an export; a worker makes it."""
    names = ("what", "to", "run", "query")
    arguments = {name: request.POST.get(name, "")[:2_000] for name in names}
    checked(arguments)
    kept = {name: value for name, value in arguments.items() if value}
    job = enqueue(KIND, kept, actor=who(request))
    messages.success(request, f"Export {job.pk} is being made.")
    return redirect("cases:exports")


@require_GET
@require_role()
def download(request: HttpRequest, job_id: int) -> FileResponse:
    """The file of an export; that it was taken is noted."""
    job = get_object_or_404(_seen(who(request)), pk=job_id)
    path = file_of(job)
    if path is None:
        raise Http404
    after = {"file": path.name, "sha256": (job.result or {}).get("sha256")}
    with transaction.atomic():
        record(actor=who(request), action="export.taken", target=("job", job.pk), after=after)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


def _seen(user: User) -> QuerySet[Job]:
    found = Job.objects.filter(kind=KIND).select_related("actor")
    return found if has_role(user, *_WATCHERS) else found.filter(actor=user)
