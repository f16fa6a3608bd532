"""Pages of periods: the list, the board with its plan, what people do on it."""

import math
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tieout.close.tasks.model import DONE, MOVES, TaskState
from tieout.model.errors import InputError
from tieout.server.accounts.permissions import WORKING_ROLES, Role, require_role
from tieout.server.cases.views import telling, who
from tieout.server.closing import board as boards
from tieout.server.closing import services
from tieout.server.closing.checks import folder_of, open_points
from tieout.server.closing.exception_report import write_exceptions
from tieout.server.closing.forms import read_delays, read_state
from tieout.server.closing.models import Period, Task
from tieout.server.closing.packet import write_packet
from tieout.server.closing.permissions import may_lock, may_sign, may_work
from tieout.server.closing.queries import find_period
from tieout.server.closing.reminders import remind as remind_owners
from tieout.server.closing.running import start

# The space of a chart: a row a task.
ROW_PIXELS = 26
LABEL_PIXELS = 210
DAY_PIXELS_MAX = 150
CHART_PIXELS = 1_060
DATE_PIXELS = 44


def period_or_404(name: str) -> Period:
    """A period by its name."""
    try:
        return find_period(name)
    except InputError as error:
        raise Http404(str(error)) from error


@require_role()
def periods(request: HttpRequest) -> HttpResponseBase:
    """All periods; opening another one is a POST."""
    if request.method == "POST":
        return _open(request)
    trend, costly = boards.history()
    rows = [(period, boards.board_of(period)) for period in Period.objects.order_by("-name")[:36]]
    context = {
        "rows": [
            (
                period,
                board.close_date,
                sum(TaskState(task.state) in DONE for task in board.tasks),
                len(board.tasks),
                sum(board.is_late(task) for task in board.tasks),
            )
            for period, board in rows
        ],
        "trend": trend,
        "bottlenecks": [each for each in costly if each.days_lost > 0][:8],
        "may_work": may_work(request.user),
    }
    return render(request, "closing/periods.html", context)


@require_POST
@require_role(*WORKING_ROLES)
@telling
def _open(request: HttpRequest) -> HttpResponse:
    from tieout.close.tasks.template import standard_calendar

    period = services.open_period(
        request.POST.get("period", ""), standard_calendar(), actor=who(request)
    )
    return redirect("closing:board", period=period.name)


@require_GET
@require_role()
def board(request: HttpRequest, period: str) -> HttpResponse:
    """The tasks of a period by day, their plan as bars, and what stands before the lock."""
    found = boards.board_of(period_or_404(period))
    critical = set(found.critical_ids)
    names = {task.code: task.name for task in found.tasks}
    cards: list[dict[str, Any]] = [
        {
            "task": task,
            "planned": found.planned(place),
            "slack": round(found.schedule.slack[place], 2),
            "is_critical": task.code in critical,
            "is_late": found.is_late(task),
            "is_open": TaskState(task.state) not in DONE,
            "moves": _moves(task),
            "waits": [
                names.get(each.waits_for, each.waits_for)
                for each in found.waits()
                if each.task == task.code
            ],
        }
        for place, task in enumerate(found.tasks)
    ]
    days: dict[Any, list[dict[str, Any]]] = {}
    for card in sorted(cards, key=lambda card: (card["task"].due, card["task"].position)):
        days.setdefault(card["task"].due, []).append(card)
    looked = None if found.period.is_locked else boards.outlook(found)
    context = {
        "period": found.period,
        "board": found,
        "days": list(days.items()),
        "cards": cards,
        "path": [names[code] for code in found.critical_ids],
        "points": [] if found.period.is_locked else open_points(found.period),
        "early": found.timeline.day_of(looked.early) if looked else None,
        "late": found.timeline.day_of(looked.late) if looked else None,
        "chart": chart_of(found),
        "may_work": may_work(request.user) and not found.period.is_locked,
        "may_sign": may_sign(request.user) and not found.period.is_locked,
        "may_lock": may_lock(request.user),
        "tab": "board",
    }
    return render(request, "closing/board.html", context)


def chart_of(found: boards.Board) -> dict[str, Any]:
    """Bars of a plan in pixels, and the dates along its edge."""
    # A task that ended long ago must not press the others together.
    begin = math.floor(min(found.schedule.start, default=0.0))
    span = max(found.schedule.end - begin, 1.0)
    scale = min(DAY_PIXELS_MAX, (CHART_PIXELS - LABEL_PIXELS - 20) / (span + 1))
    step = max(1, math.ceil(DATE_PIXELS / scale))
    critical = set(found.schedule.critical)
    return {
        "scale": round(scale, 3),
        "begin": begin,
        "label": LABEL_PIXELS,
        "width": CHART_PIXELS,
        "height": ROW_PIXELS * len(found.tasks) + 30,
        "days": [
            {
                "x": round(LABEL_PIXELS + (number - begin) * scale, 1),
                "text": found.timeline.workday(number + 1).strftime("%d %b"),
            }
            for number in range(begin, int(found.schedule.end) + 2, step)
        ],
        "bars": [
            {
                "id": task.code,
                "name": task.name,
                "y": 24 + ROW_PIXELS * place,
                "x": round(LABEL_PIXELS + (found.schedule.start[place] - begin) * scale, 1),
                "width": max(
                    4.0,
                    round((found.schedule.finish[place] - found.schedule.start[place]) * scale, 1),
                ),
                "is_critical": place in critical,
                "is_done": TaskState(task.state) in DONE,
            }
            for place, task in enumerate(found.tasks)
        ],
    }


def _moves(task: Task) -> list[str]:
    """States that a person may give a task from where it is."""
    return sorted(MOVES[TaskState(task.state)])


@require_GET
@require_role()
def what_if(request: HttpRequest, period: str) -> JsonResponse:
    """What delays would do: every parameter is a task and its workdays."""
    found = boards.board_of(period_or_404(period))
    try:
        impact = boards.what_if(found, read_delays(request.GET))
    except InputError as error:
        return JsonResponse({"error": str(error)}, status=422)
    critical = set(impact.after.critical)
    bars = [
        {
            "id": task.code,
            "start": impact.after.start[place],
            "finish": impact.after.finish[place],
            "is_critical": place in critical,
        }
        for place, task in enumerate(found.tasks)
    ]
    return JsonResponse({**boards.impact_object(found, impact), "bars": bars})


@require_POST
@require_role(*WORKING_ROLES)
@telling
def move(request: HttpRequest, period: str, task_id: int) -> HttpResponse:
    """Give a task another state."""
    task = get_object_or_404(Task, pk=task_id, period__name=period)
    services.move_task(
        task,
        read_state(request.POST),
        actor=who(request),
        reason=request.POST.get("reason", ""),
        evidence=request.POST.get("evidence", ""),
    )
    return redirect("closing:board", period=period)


@require_POST
@require_role(Role.REVIEWER, Role.APPROVER)
@telling
def sign(request: HttpRequest, period: str, task_id: int) -> HttpResponse:
    """Sign a task off."""
    task = get_object_or_404(Task, pk=task_id, period__name=period)
    services.sign_off(task, actor=who(request))
    return redirect("closing:board", period=period)


@require_POST
@require_role(*WORKING_ROLES)
@telling
def run(request: HttpRequest, period: str) -> HttpResponse:
    """Queue the job of an automated task."""
    task = get_object_or_404(Task, period=period_or_404(period), code=request.POST.get("task"))
    start(task, actor=who(request))
    messages.success(request, f"{task.name} runs; its result appears here.")
    return redirect("closing:board", period=period)


@require_POST
@require_role(Role.APPROVER)
@telling
def lock(request: HttpRequest, period: str) -> HttpResponse:
    """Close the books."""
    services.lock_period(period_or_404(period), actor=who(request))
    messages.success(request, f"{period} is locked.")
    return redirect("closing:board", period=period)


@require_POST
@require_role(Role.APPROVER)
@telling
def reopen(request: HttpRequest, period: str) -> HttpResponse:
    """Open the books again."""
    reason = request.POST.get("reason", "")
    services.reopen_period(period_or_404(period), reason=reason, actor=who(request))
    return redirect("closing:board", period=period)


@require_POST
@require_role(*WORKING_ROLES)
@telling
def remind(request: HttpRequest, period: str) -> HttpResponse:
    """Write to the owners of what is due."""
    made = remind_owners(period_or_404(period), actor=who(request))
    messages.success(request, f"{len(made)} reminders are on their way.")
    return redirect("closing:board", period=period)


@require_GET
@require_role()
def packet(_: HttpRequest, period: str, kind: str) -> FileResponse:
    """The packet as a page or a PDF, made as things stand."""
    types = {"html": "text/html", "pdf": "application/pdf"}
    found = period_or_404(period)
    if kind not in types:
        raise Http404(f"a packet is html or pdf, not {kind}")
    paths: dict[str, Path] = dict(zip(("html", "pdf"), write_packet(found), strict=True))
    name = f"close-{found.name}.{kind}"
    return FileResponse(
        paths[kind].open("rb"), content_type=types[kind], filename=name, as_attachment=kind == "pdf"
    )


@require_GET
@require_role()
def exceptions(_: HttpRequest, period: str, kind: str) -> FileResponse:
    """What is odd by account, as a page or a workbook, made as things stand."""
    types = {
        "html": "text/html",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    found = period_or_404(period)
    if kind not in types:
        raise Http404(f"exceptions are html or xlsx, not {kind}")
    written = write_exceptions(found, folder_of(found))
    paths: dict[str, Path] = dict(zip(("html", "xlsx"), written, strict=True))
    name = f"exceptions-{found.name}.{kind}"
    return FileResponse(
        paths[kind].open("rb"),
        content_type=types[kind],
        filename=name,
        as_attachment=kind != "html",
    )
