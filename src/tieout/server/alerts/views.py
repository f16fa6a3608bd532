"""The live page: what is out of limits now, and what people do about it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import WORKING_ROLES, has_role, require_role
from tieout.server.alerts import queries, services
from tieout.server.alerts.models import Episode, Monitor, Silence


@require_GET
@require_role()
def watch(request: HttpRequest) -> HttpResponse:
    """One chart of all metrics with bands and episodes, badges, alerts, persistence, impact."""
    monitor = queries.monitor_of(request.GET.get("monitor", ""))
    context: dict[str, Any] = {
        "monitor": monitor,
        "monitors": Monitor.objects.values_list("name", flat=True),
        "windows": [(hours, f"{hours} h" if hours else "All") for hours in queries.WINDOWS_HOURS],
        "hours": _hours(request),
    }
    if monitor is not None:
        context["data"] = queries.live_view(monitor, _hours(request))
        context |= _parts(request, monitor)
    return render(request, "alerts/watch.html", context)


@require_GET
@require_role()
def data(request: HttpRequest) -> HttpResponse:
    """What has changed since: the chart's data, and the parts of the page, drawn anew."""
    monitor = queries.monitor_of(request.GET.get("monitor", ""))
    if monitor is None:
        raise Http404
    view = queries.live_view(monitor, _hours(request))
    context = {"data": view, "monitor": monitor, **_parts(request, monitor)}
    names = ("standing", "badges", "open", "persistence", "impact", "history")
    parts = {
        name: render_to_string(f"alerts/{name}.html", context, request=request) for name in names
    }
    return JsonResponse({"view": view, "parts": parts})


@require_POST
@require_role(*WORKING_ROLES)
def acknowledge(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Take an episode on for some hours."""
    episode = get_object_or_404(Episode, pk=episode_id)
    try:
        services.acknowledge(
            episode.pk,
            actor=_user(request),
            hours=_number(request, "hours"),
            note=request.POST.get("note", ""),
        )
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{episode.metric} is acknowledged.")
    return _back(request)


@require_POST
@require_role(*WORKING_ROLES)
def silence(request: HttpRequest) -> HttpResponse:
    """Hold the alerts of a metric back."""
    monitor = get_object_or_404(Monitor, name=request.POST.get("monitor", ""))
    try:
        services.silence(
            monitor,
            actor=_user(request),
            hours=_number(request, "hours"),
            reason=request.POST.get("reason", ""),
            metric=request.POST.get("metric", ""),
            dimensions=request.POST.get("dimensions", ""),
        )
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Its alerts are held back.")
    return _back(request)


@require_POST
@require_role(*WORKING_ROLES)
def end_silence(request: HttpRequest, silence_id: int) -> HttpResponse:
    """Let alerts through again."""
    get_object_or_404(Silence, pk=silence_id)
    services.end_silence(silence_id, actor=_user(request))
    messages.success(request, "Alerts go out again.")
    return _back(request)


def _parts(request: HttpRequest, monitor: Monitor) -> dict[str, Any]:
    return {
        "episodes": queries.open_episodes(monitor),
        "alerts": queries.alert_history(monitor),
        "silences": queries.silences(monitor),
        "is_followed": queries.is_followed(monitor),
        "may_act": has_role(request.user, *WORKING_ROLES),
    }


def _hours(request: HttpRequest) -> int:
    text = request.GET.get("hours", "24")
    hours = int(text) if text.isdigit() else 24
    return hours if hours in queries.WINDOWS_HOURS else 24


def _number(request: HttpRequest, name: str) -> float:
    try:
        return float(request.POST.get(name, ""))
    except ValueError:
        raise InputError(f"{name}: expected a number") from None


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - `require_role` lets nobody else in
    return user


def _back(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = redirect("alerts:watch")
    name = request.POST.get("monitor", "")
    if name:
        answer["Location"] += f"?monitor={name}"
    return answer
