"""Pages of those who watch over the work: the audit log, and people with their roles and tokens."""

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tieout.model.errors import InputError
from tieout.server.accounts import services
from tieout.server.accounts.models import ApiToken, User
from tieout.server.accounts.permissions import ROLES, SCOPES, Role, has_role, require_role
from tieout.server.accounts.queries import people as everybody
from tieout.server.audit.models import AuditEntry
from tieout.server.audit.queries import entries, head, verify
from tieout.server.audit.words import action_words
from tieout.server.cases.views import telling, who

ENTRIES_SHOWN: Final = 50
VERIFIERS: Final = (Role.AUDITOR, Role.ADMIN, Role.APPROVER, Role.REVIEWER)


@require_GET
@require_role()
def audit(request: HttpRequest) -> HttpResponse:
    """The audit log, the latest first, with filters."""
    found = entries(request.GET)
    done = AuditEntry.objects.order_by().values_list("action", flat=True).distinct()[:200]
    page = Paginator(found, ENTRIES_SHOWN).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": [(entry, changes(entry)) for entry in page.object_list],
        "head": head(),
        "actors": AuditEntry.objects.order_by().values_list("actor", flat=True).distinct()[:200],
        "actions": sorted(((each, action_words(each)) for each in done), key=lambda one: one[1]),
        "asked": request.GET,
        "may_verify": has_role(who(request), *VERIFIERS),
    }
    return render(request, "cases/audit.html", context)


@require_POST
@require_role(*VERIFIERS)
def verify_audit(request: HttpRequest) -> HttpResponse:
    """Look through the whole chain of the log."""
    verdict = verify()
    if verdict.whole:
        messages.success(
            request,
            f"Whole: {verdict.entries:,} entries follow each other; the head is "
            f"{verdict.head.hash[:16]}…",
        )
    else:
        messages.error(request, f"Broken at entry {verdict.broken:,}: {verdict.reason}.")
    return redirect("cases:audit")


@require_GET
@require_role("admin")
def people(request: HttpRequest) -> HttpResponse:
    """Who may log in, and as what."""
    tokens = ApiToken.objects.select_related("user").filter(revoked_at=None)
    context = {
        "people": [(each, sorted(g.name for g in each.groups.all())) for each in everybody()],
        "tokens": tokens,
        "roles": list(ROLES),
        "scopes": SCOPES,
        "made": request.session.pop("token", None),
    }
    return render(request, "cases/people.html", context)


@require_POST
@require_role("admin")
@telling
def add_person(request: HttpRequest) -> HttpResponseBase:
    """Let somebody new in."""
    user = services.create_user(
        request.POST.get("username", "").strip(),
        password=request.POST.get("password") or None,
        roles=request.POST.getlist("role"),
        email=request.POST.get("email", "").strip(),
        actor=who(request),
    )
    messages.success(request, f"{user.username} may log in now.")
    return redirect("cases:people")


@require_POST
@require_role("admin")
@telling
def change_person(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Change roles, lock out or let in again, set a password."""
    user, actor = get_object_or_404(User, pk=user_id), who(request)
    action = request.POST.get("action", "roles")
    if action in {"disable", "enable"}:
        if user == actor:
            raise InputError("you cannot lock yourself out")
        services.set_active(user, action == "enable", actor=actor)
    elif action == "password":
        services.set_password(user, request.POST.get("password", ""), actor=actor)
    else:
        roles = request.POST.getlist("role")
        if user == actor and "admin" not in roles:
            raise InputError("you cannot take your own administration away")
        services.set_roles(user, roles, actor=actor)
    messages.success(request, f"{user.username}: saved.")
    return redirect("cases:people")


@require_POST
@require_role("admin")
@telling
def add_token(request: HttpRequest) -> HttpResponseBase:
    """Make a token for a person; its text is shown once."""
    user = get_object_or_404(User, username=request.POST.get("user", ""))
    days = request.POST.get("days", "90").strip()
    if not (days.isdecimal() and len(days) < 7):
        raise InputError(f"{days[:20] or 'no'} days: expected 1 to {services.TOKEN_DAYS_MAX:,}")
    token, text = services.create_token(
        user,
        name=request.POST.get("name", "").strip() or "token",
        scopes=request.POST.getlist("scope"),
        days=int(days),
        actor=who(request),
    )
    request.session["token"] = {"name": token.name, "text": text}
    return redirect("cases:people")


@require_POST
@require_role("admin")
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """Make a token worthless."""
    services.revoke_token(get_object_or_404(ApiToken, pk=token_id), actor=who(request))
    return redirect("cases:people")


def changes(entry: AuditEntry) -> list[tuple[str, Any, Any]]:
    """What an entry changed, name by name: before and after where these differ."""
    before, after = entry.before or {}, entry.after or {}
    if not isinstance(before, dict) or not isinstance(after, dict):
        return [("", entry.before, entry.after)]
    names = dict.fromkeys([*before, *after])
    return [
        (name, _shown(before.get(name)), _shown(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _shown(value: Any) -> Any:
    """A value as people read it, whatever JSON it is kept as.

    >>> _shown({"ran_alone": 0, "told": False, "files": ["a.csv", "b.csv"]}), _shown({})
    ('ran alone 0; told no; files a.csv, b.csv', 'nothing')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(_shown(each)) for each in value)
    if isinstance(value, dict):
        parts = [f"{name.replace('_', ' ')} {_shown(each)}" for name, each in value.items()]
        return "; ".join(parts) or "nothing"
    return value
