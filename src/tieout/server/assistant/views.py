"""The assistant beside a case, and the page of what it uses."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tieout.model.errors import InputError
from tieout.resolve.assistant.client import problem_of
from tieout.resolve.config.assistant import AssistantSpec
from tieout.server.accounts.permissions import WORKING_ROLES, has_role, require_role
from tieout.server.assistant import queries, services
from tieout.server.assistant.asking import assistant, proposed, summary_by_rule
from tieout.server.assistant.models import Remark
from tieout.server.cases.models import Case
from tieout.server.cases.views import telling, who

_QUESTIONS_SHOWN = 5
_AGAINST_SHOWN = 20


@require_role()
@require_GET
def of_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """What was said of a case, and what may be asked. Nothing is asked by looking."""
    return _panel(request, case_id)


@require_role(*WORKING_ROLES)
@require_POST
def ask(request: HttpRequest, case_id: int, task: str) -> HttpResponse:
    """Ask about a case; the panel again where only that was asked for, else back to the case."""
    problem = ""
    try:
        services.ask(case_id, task, actor=who(request), text=request.POST.get("question", ""))
    except InputError as error:
        problem = str(error)
    if request.headers.get("HX-Request"):
        return _panel(request, case_id, problem)
    if problem:
        messages.error(request, problem)
    return redirect("cases:case", case_id)


@require_role()
@require_GET
def usage(request: HttpRequest) -> HttpResponse:
    """Which model is asked, what it used, what it is worth, and where it stands against us."""
    spec, problem = _configured()
    today, month = queries.today_and_month()
    agreed, judged = queries.track_record()
    asked = assistant() if spec else None
    against = queries.against()
    context = {
        "spec": spec,
        "problem": problem,
        "breaker": asked.breaker.state.replace("_", " ") if asked else "",
        "periods": (("Today", today), ("This month", month)),
        "outcomes": month.outcomes.items(),
        "days": queries.by_day(),
        "calls": queries.latest_calls(),
        "agreed": agreed,
        "judged": judged,
        "against": against[:_AGAINST_SHOWN],
        "against_count": against.count(),
        "may_ask": spec is not None and has_role(request.user, *WORKING_ROLES),
    }
    return render(request, "assistant/usage.html", context)


@require_role(*WORKING_ROLES)
@require_POST
@telling
def batch(request: HttpRequest) -> HttpResponse:
    """Ask about the open cases, in the background."""
    services.start_batch(actor=who(request))
    messages.success(request, "The open cases are asked about; Jobs shows how far it is.")
    return redirect("assistant:usage")


def _configured() -> tuple[AssistantSpec | None, str]:
    """The model, and what keeps it from being asked."""
    from tieout.server.resolutions.services import resolve_spec

    try:
        spec = resolve_spec().assistant
    except InputError as error:
        return None, str(error)
    return spec, problem_of(spec) if spec else ""


def _panel(request: HttpRequest, case_id: int, problem: str = "") -> HttpResponse:
    case = get_object_or_404(Case.objects.select_related("latest_run"), pk=case_id)
    spec, fault = _configured()
    latest = queries.latest_of(case.pk)
    questions = queries.remarks_of(case.pk).filter(task="question")[:_QUESTIONS_SHOWN]
    context: dict[str, Any] = {
        "case": case,
        "spec": spec,
        "problem": problem or fault,
        "summary": latest.get("summary"),
        "opinions": [latest[task] for task in ("classify", "severity", "choose") if task in latest],
        "questions": [_told(each) for each in questions],
        "may_ask": spec is not None and has_role(request.user, *WORKING_ROLES),
        "has_proposal": bool(proposed(case)),
    }
    if context["summary"] is None and not fault:
        context |= _by_rule(case)
    elif context["summary"] is not None:
        context["summary"] = _told(context["summary"])
    return render(request, "assistant/of_case.html", context)


def _by_rule(case: Case) -> dict[str, Any]:
    said, told = summary_by_rule(case)
    names = {fact.id: fact.name for fact in told.facts}
    sentences = [
        {"text": each.text, "cites": [(cited, names[cited]) for cited in each.cites]}
        for each in said.sentences
    ]
    return {"rule": sentences}


def _told(remark: Remark) -> dict[str, Any]:
    """A remark with the facts that each sentence cites."""
    facts = {fact["id"]: f"{fact['name']}: {fact['value']}" for fact in remark.facts}
    sentences = [
        {"text": each["text"], "cites": [(cited, facts.get(cited, "")) for cited in each["cites"]]}
        for each in remark.sentences
    ]
    return {"remark": remark, "sentences": sentences}
