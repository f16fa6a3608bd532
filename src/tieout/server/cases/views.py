"""Pages of the queue and of a case, and what is done from them."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from tieout.model.buckets import Bucket
from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import WORKING_ROLES, require_role
from tieout.server.cases import asked, queries, services
from tieout.server.cases.attachments import KINDS, path_of
from tieout.server.cases.charts import history_option
from tieout.server.cases.models import RANKS, Attachment, Case, Decision
from tieout.server.cases.permissions import may_review, may_work
from tieout.server.cases.proof import proof_of
from tieout.server.cases.words import cases_text, state_words

P = ParamSpec("P")
_NEIGHBOURS_MAX = 500


def who(request: HttpRequest) -> User:
    """The person behind a request; guards let nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def telling(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """What a person got wrong is told on the page that they came from."""

    @wraps(view)
    def told(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except InputError as error:
            messages.error(request, str(error))
            return redirect(back(request))

    return told


def back(request: HttpRequest, default: str = "/") -> str:
    """Where a form says that it came from, if that is one of our pages."""
    address = request.POST.get("next") or request.headers.get("Referer", "")
    fits = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    return address if address and fits else default


@require_GET
@require_role()
def queue(request: HttpRequest) -> HttpResponse:
    """The queue: a tab, its filters, a page of cases."""
    user, wanted = who(request), queries.Filter.of(request.GET)
    pages = Paginator(queries.queue(user, wanted), queries.PAGE_ROWS)
    page = pages.get_page(wanted.page)
    counts = queries.tab_counts(user)
    context = {
        "wanted": wanted,
        "page": page,
        "total": pages.count,
        "tabs": [(tab, counts[tab]) for tab in queries.TABS],
        "facets": queries.facets(user, wanted.tab),
        "severities": list(RANKS),
        "sorts": queries.SORTS,
        "views": queries.views_of(user),
        "colleagues": workers(),
        "may_work": may_work(user),
        "verdicts": Decision.Verdict.choices,
        "buckets": [each.value for each in Bucket],
        "now": timezone.now().isoformat(),
        "from_query": urlencode({"from": wanted.query}) if wanted.query else "",
        "has_runs": bool(pages.count) or queries.runs().exists(),
        "elsewhere": 0 if pages.count else queries.elsewhere(user, wanted),
    }
    return render(request, "cases/queue.html", context)


@require_GET
@require_role()
def live(request: HttpRequest) -> JsonResponse:
    """What changed since a moment: counts of tabs, and the rows that somebody else moved on."""
    user, now = who(request), timezone.now()
    since = asked.moment(request.GET.get("since", "")) or now
    wanted = queries.Filter.of(request.GET)
    ids = asked.numbers(request.GET.get("ids", "").split(","))
    changed = queries.changed_since(since, ids)
    here = set(queries.queue(user, wanted).filter(pk__in=ids).values_list("pk", flat=True))
    return JsonResponse(
        {
            "now": now.isoformat(),
            "counts": queries.tab_counts(user),
            "opened": queries.opened_since(user, since, wanted.tab, ids),
            "rows": [
                {
                    "id": case.pk,
                    "revision": case.revision,
                    "state": state_words(case),
                    "gone": case.pk not in here,
                }
                for case in changed
            ],
        }
    )


@require_POST
@require_role(*WORKING_ROLES)
@telling
def act(request: HttpRequest) -> HttpResponseBase:
    """Decide or assign several cases at once."""
    user, ids = who(request), asked.numbers(request.POST.getlist("case"))
    if not ids:
        raise InputError("choose at least one case: x selects the row under the cursor")
    action = request.POST.get("action", "")
    seen = asked.revisions(request.POST.getlist("seen"))
    if action in {"assign", "take"}:
        done = services.assign(ids, _assignee(request, user), actor=user, seen=seen)
        messages.success(request, f"{cases_text(len(done.cases))} assigned.")
        return redirect(back(request))
    outcome = services.decide(
        ids,
        action,
        actor=user,
        note=request.POST.get("note", ""),
        bucket=request.POST.get("bucket", ""),
        waiting_until=asked.day(request.POST.get("waiting_until", "")),
        seen=seen,
    )
    offer_undo(request, outcome, action)
    return redirect(back(request))


@require_GET
@require_role()
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """A case: what it is, what people said, what can be decided."""
    user = who(request)
    found = get_object_or_404(
        Case.objects.select_related("assignee", "latest_run", "first_run"), pk=case_id
    )
    before, after = _neighbours(request, user, case_id)
    pending = queries.pending_review(found)
    context = {
        "case": found,
        "timeline": queries.timeline(found),
        "similar": queries.similar(found),
        "analyses": queries.analyses_of(found),
        "attachments": found.attachments.select_related("author"),
        "decisions": found.decisions.select_related("actor", "reviewed_by")[:20],
        "pending": pending,
        "may_review": pending is not None and may_review(user, pending),
        "may_work": may_work(user),
        "colleagues": workers(),
        "verdicts": Decision.Verdict.choices,
        "buckets": [each.value for each in Bucket],
        "before": before,
        "after": after,
        "from_query": request.GET.get("from", ""),
        "file_kinds": ",".join(f".{kind}" for kind in KINDS),
        "incident": getattr(found, "incident", None),
    }
    return render(request, "cases/case.html", context)


@require_GET
@require_role()
def evidence(request: HttpRequest, case_id: int) -> HttpResponse:
    """The part of a case's page that is read from the run: records, equation, reasons, history."""
    found = get_object_or_404(Case.objects.select_related("latest_run"), pk=case_id)
    proof = proof_of(found)
    option = history_option(proof.history) if proof.history and proof.history.points else None
    context = {"case": found, "proof": proof, "option": option}
    return render(request, "cases/evidence.html", context)


@require_POST
@require_role(*WORKING_ROLES)
@telling
def decide(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """Decide one case, then go on to the next."""
    user = who(request)
    revision = asked.numbers([request.POST.get("revision", "")])
    verdict = request.POST.get("verdict", "")
    outcome = services.decide(
        [case_id],
        verdict,
        actor=user,
        note=request.POST.get("note", ""),
        bucket=request.POST.get("bucket", ""),
        waiting_until=asked.day(request.POST.get("waiting_until", "")),
        seen={case_id: revision[0]} if revision else None,
    )
    offer_undo(request, outcome, verdict)
    return redirect(back(request, f"/cases/{case_id}/"))


@require_POST
@require_role(*WORKING_ROLES)
@telling
def undo(request: HttpRequest, batch: uuid.UUID) -> HttpResponseBase:
    """Take back what was just decided."""
    request.session.pop("undo", None)
    outcome = services.undo(batch, actor=who(request))
    messages.success(request, f"Taken back: {cases_text(len(outcome.cases))} as before.")
    return redirect(back(request))


@require_POST
@require_role(*WORKING_ROLES)
@telling
def assign(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """Give a case to somebody."""
    user = who(request)
    services.assign([case_id], _assignee(request, user), actor=user)
    return redirect("cases:case", case_id)


@require_POST
@require_role(*WORKING_ROLES)
@telling
def reopen(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """Make a case new again."""
    services.reopen(case_id, actor=who(request))
    return redirect("cases:case", case_id)


@require_POST
@require_role(*WORKING_ROLES)
@telling
def comment(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """Write on a case."""
    get_object_or_404(Case, pk=case_id)
    services.comment(case_id, request.POST.get("text", ""), actor=who(request))
    return redirect(f"/cases/{case_id}/#timeline")


@require_POST
@require_role(*WORKING_ROLES)
@telling
def attach(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """Keep a file with a case."""
    get_object_or_404(Case, pk=case_id)
    file = request.FILES.get("file")
    if file is None:
        raise InputError("choose a file first")
    services.attach(case_id, file.name or "file", file, actor=who(request))
    return redirect(f"/cases/{case_id}/#files")


@require_GET
@require_role()
def attachment(_: HttpRequest, attachment_id: int) -> FileResponse:
    """A file of a case, to be saved, never to be shown as a page of ours."""
    found = get_object_or_404(Attachment, pk=attachment_id)
    return FileResponse(
        path_of(found).open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type=KINDS[found.kind].content_type,
    )


@require_POST
@require_role("reviewer", "approver")
@telling
def review(request: HttpRequest, decision_id: int) -> HttpResponseBase:
    """Confirm or return a decision that waits for a second person."""
    found = get_object_or_404(Decision, pk=decision_id)
    accept = request.POST.get("answer") == "confirm"
    services.review(decision_id, accept, actor=who(request), note=request.POST.get("note", ""))
    messages.success(request, "Confirmed." if accept else "Returned.")
    return redirect("cases:case", found.case_id)


@require_POST
@require_role()
@telling
def save_view(request: HttpRequest) -> HttpResponseBase:
    """Keep the filters of the queue under a name."""
    view = services.save_view(
        request.POST.get("name", ""),
        request.POST.get("query", ""),
        actor=who(request),
        shared=bool(request.POST.get("shared")),
    )
    return redirect(f"/?{view.query}")


@require_POST
@require_role()
def remove_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Forget a saved view."""
    services.remove_view(view_id, actor=who(request))
    return redirect(back(request))


def page_number(request: HttpRequest) -> int:
    """The page that an address asks for; the first where it says nothing sensible."""
    page = request.GET.get("page", "")
    return max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1


def workers() -> list[User]:
    """People to whom a case can be given."""
    found = User.objects.filter(is_active=True, groups__name__in=WORKING_ROLES)
    return list(found.distinct().order_by("username"))


def offer_undo(request: HttpRequest, outcome: services.Outcome, verdict: str) -> None:
    """Let the next page offer to take a decision back."""
    label = Decision.Verdict(verdict).label.lower()
    words = f"{cases_text(len(outcome.cases))}: {label}"
    if outcome.proposed:
        words += f"; {cases_text(len(outcome.proposed))} to be confirmed by a second person"
    until = timezone.now().timestamp() + services.UNDO_SECONDS
    request.session["undo"] = {"batch": str(outcome.batch), "words": words, "until": until}


def _assignee(request: HttpRequest, user: User) -> User | None:
    name = request.POST.get("assignee", "")
    if request.POST.get("action") == "take" or name == "me":
        return user
    return get_object_or_404(User, username=name) if name else None


def _neighbours(request: HttpRequest, user: User, case_id: int) -> tuple[Any, Any]:
    """The cases before and after this one in the queue that the person came from."""
    wanted = queries.Filter.of(QueryDict(request.GET.get("from", "")))
    ids = list(queries.queue(user, wanted).values_list("pk", flat=True)[:_NEIGHBOURS_MAX])
    if case_id not in ids:
        return None, next((each for each in ids if each != case_id), None)
    at = ids.index(case_id)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)
