"""Pages of jobs and schedules."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import WORKING_ROLES, Role, has_role, require_role
from tieout.server.jobs import queries, services
from tieout.server.jobs.forms import ScheduleForm
from tieout.server.jobs.models import Job, Schedule
from tieout.server.jobs.scheduling import save_schedule

PAGE_ROWS = 50
OPERATORS = (*WORKING_ROLES, Role.ADMIN)


@require_GET
@require_role()
def jobs(request: HttpRequest) -> HttpResponse:
    """What was asked for and what came of it."""
    state = request.GET.get("state", "")
    found = queries.jobs(state=state if state in Job.State.values else "")
    context = {
        "page": Paginator(found, PAGE_ROWS).get_page(request.GET.get("page")),
        "counts": queries.counts_by_state(),
        "state": state,
        "may_change": has_role(request.user, *OPERATORS),
    }
    return render(request, "jobs/jobs.html", context)


@require_POST
@require_role(*OPERATORS)
def cancel(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Stop a job."""
    job = services.cancel(get_object_or_404(Job, pk=job_id).pk, actor=_who(request))
    messages.success(request, f"Job {job.pk} stops.")
    return redirect("jobs:jobs")


@require_POST
@require_role(*OPERATORS)
def retry(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Queue a job again."""
    job = services.retry(get_object_or_404(Job, pk=job_id).pk, actor=_who(request))
    messages.success(request, f"Job {job.pk} is queued again.")
    return redirect("jobs:jobs")


@require_GET
@require_role()
def schedules(request: HttpRequest) -> HttpResponse:
    """What is asked for by itself, and when next."""
    context = {
        "schedules": Schedule.objects.all(),
        "may_change": has_role(request.user, Role.ADMIN),
    }
    return render(request, "jobs/schedules.html", context)


@require_role(Role.ADMIN)
def add(request: HttpRequest) -> HttpResponseBase:
    """Make a schedule."""
    return _filled_in(request, None)


@require_role(Role.ADMIN)
def change(request: HttpRequest, schedule_id: int) -> HttpResponseBase:
    """Change a schedule, or switch it off."""
    return _filled_in(request, get_object_or_404(Schedule, pk=schedule_id))


def _filled_in(request: HttpRequest, schedule: Schedule | None) -> HttpResponseBase:
    form = ScheduleForm(request.POST or None, schedule=schedule)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_schedule(form.cleaned_data, actor=_who(request), schedule=schedule)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{saved.name} is saved.")
            return redirect("jobs:schedules")
    status = 422 if form.errors else 200
    context = {"form": form, "schedule": schedule}
    return render(request, "jobs/schedule.html", context, status=status)


def _who(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
