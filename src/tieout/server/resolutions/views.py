"""Pages of proposals and of what was learnt."""

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tieout.model.errors import InputError
from tieout.resolve.config import ResolveSpec
from tieout.server.accounts.permissions import WORKING_ROLES, Role, has_role, require_role
from tieout.server.cases.models import Case
from tieout.server.cases.views import who
from tieout.server.outbox import queries as outbox_queries
from tieout.server.resolutions import feedback, queries, services
from tieout.server.resolutions.models import Proposal

_PAGE = 50
MAY_TAKE_BACK = (Role.APPROVER, Role.ADMIN)


@require_role()
@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """All proposals of a state."""
    state = request.GET.get("state", "proposed")
    found = queries.proposals(state=state if state in Proposal.State.values else "")
    context = {
        "page": Paginator(found, _PAGE).get_page(request.GET.get("page")),
        "state": state,
        "counts": queries.counts_by_state().items(),
        "may_choose": state == "proposed" and has_role(request.user, *WORKING_ROLES),
    }
    return render(request, "resolutions/proposals.html", context)


@require_role(*WORKING_ROLES)
@require_POST
def together(request: HttpRequest) -> HttpResponse:
    """Approve what was chosen as it was seen: all of it, or none."""
    hashes: dict[int, str] = {}
    for chosen in request.POST.getlist("chosen"):
        number, _, seen = chosen.partition(":")
        if number.isdecimal():
            hashes[int(number[:18])] = seen
    try:
        done = services.approve_together(hashes, actor=who(request))
    except (InputError, PermissionDenied) as error:
        messages.error(request, f"Nothing was approved: {error}.")
    else:
        messages.success(request, f"Approved {len(done)} proposals.")
    return redirect("resolutions:proposals")


@require_role()
@require_GET
def of_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """The proposal beside a case, made now where there is none yet."""
    case = get_object_or_404(Case.objects.select_related("latest_run", "assignee"), pk=case_id)
    problem, proposal = "", None
    try:
        proposal = services.propose_for(case)
    except InputError as error:
        problem = str(error)
    context = {
        "case": case,
        "proposal": proposal,
        "problem": problem,
        "payload": json.dumps(proposal.content, indent=2) if proposal else "",
        "deliveries": outbox_queries.deliveries_about("proposal", proposal.pk) if proposal else (),
        "may_work": has_role(request.user, *WORKING_ROLES),
    }
    return render(request, "resolutions/of_case.html", context)


@require_role(*WORKING_ROLES)
@require_POST
def answer(request: HttpRequest, proposal_id: int, answer: str) -> HttpResponse:
    """Approve, edit, reject or undo a proposal; back to its case."""
    proposal = get_object_or_404(Proposal, pk=proposal_id)
    try:
        said = _answered(request, proposal, answer)
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("cases:case", proposal.case_id)


def _answered(request: HttpRequest, proposal: Proposal, answer: str) -> str:
    actor = who(request)
    if answer == "approve":
        seen = request.POST.get("hash", "")
        return f"Approved: {services.approve(proposal.pk, seen_hash=seen, actor=actor).text}"
    if answer == "edit":
        try:
            content = json.loads(request.POST.get("content", ""))
        except ValueError as error:
            raise InputError("the edited proposal is not JSON") from error
        return f"Proposed instead: {services.edit(proposal.pk, content, actor=actor).text}"
    if answer == "reject":
        services.reject(proposal.pk, actor=actor, note=request.POST.get("note", ""))
        return "Rejected."
    if answer == "undo":
        services.undo(proposal.pk, actor=actor)
        return "Undone; nobody follows it any more."
    raise Http404


@require_role()
@require_GET
def learning(request: HttpRequest) -> HttpResponse:
    """How often proposals equal what people did, on decisions that came later."""
    problem, spec = "", ResolveSpec()
    try:
        spec = services.resolve_spec()
    except InputError as error:
        problem = str(error)
    buckets, curve = queries.learning(spec.half_life_days)
    context = {
        "problem": problem,
        "buckets": buckets,
        "curve": curve,
        "lessons": queries.lessons()[:_PAGE],
        "may_take_back": has_role(request.user, *MAY_TAKE_BACK),
    }
    return render(request, "resolutions/learning.html", context)


@require_role(*MAY_TAKE_BACK)
@require_POST
def take_back(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """The next run goes by what was there before a lesson."""
    try:
        lesson = feedback.take_back(lesson_id, actor=who(request))
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Taken back: {lesson}.")
    return redirect("resolutions:learning")
