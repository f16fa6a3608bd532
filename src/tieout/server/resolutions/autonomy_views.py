"""The page of what runs alone, and its switches."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from pydantic import ValidationError

from tieout.model.errors import InputError
from tieout.resolve.autonomy.policy import AutonomySpec, Scope
from tieout.server.accounts.permissions import WORKING_ROLES, Role, has_role, require_role
from tieout.server.cases.views import who
from tieout.server.resolutions import autonomy, queries, records, services
from tieout.server.resolutions.models import AutonomyEvent

_PAGE = 50
_EVENTS = 20
MAY_STOP = (*WORKING_ROLES, Role.ADMIN)
MAY_RESUME = (Role.APPROVER, Role.ADMIN)


@require_role()
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What runs alone, its record, and what it did."""
    problem, spec = "", AutonomySpec()
    try:
        spec = services.resolve_spec().autonomy
    except InputError as error:
        problem = str(error)
    context = {
        "problem": problem,
        "spec": spec,
        "switch": records.switch_of(spec),
        "scopes": records.earned_by_scope(spec),
        "acts": Paginator(queries.ran_alone(), _PAGE).get_page(request.GET.get("page")),
        "held": queries.held().count(),
        "events": AutonomyEvent.objects.select_related("actor")[:_EVENTS],
        "may_stop": has_role(request.user, *MAY_STOP),
        "may_resume": has_role(request.user, *MAY_RESUME),
        "may_undo": has_role(request.user, *WORKING_ROLES),
    }
    return render(request, "resolutions/autonomy.html", context)


@require_role(*MAY_STOP)
@require_POST
def answer(request: HttpRequest, what: str) -> HttpResponse:
    """Stop everything, let the policy hold again, or revoke a scope."""
    actor, reason = who(request), request.POST.get("reason", "")
    if what == "stop":
        autonomy.stop(reason, actor=actor)
        messages.success(request, "Stopped: nothing runs alone.")
    elif what == "resume":
        if not has_role(actor, *MAY_RESUME):
            raise PermissionDenied("an approver or administrator lets it run again")
        autonomy.resume(reason, actor=actor)
        messages.success(request, "The policy holds again.")
    elif what == "revoke":
        names = ("reconciliation", "bucket", "counterparty", "action")
        try:
            scope = Scope(**{name: request.POST.get(name, "")[:300] for name in names})
        except ValidationError as error:
            raise Http404 from error
        autonomy.revoke(scope, reason.strip() or f"by {actor.username}", actor=actor)
        messages.success(request, f"Revoked: {scope}. Its record begins anew.")
    else:
        raise Http404
    return redirect("resolutions:autonomy")
