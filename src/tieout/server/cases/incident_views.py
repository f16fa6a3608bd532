"""The page of an incident: what its findings share, what they are, and a decision for some."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tieout.model.errors import InputError
from tieout.pipeline.run_query import Question, ask
from tieout.pipeline.run_query.question import Condition
from tieout.pipeline.run_query.summary_words import summary_of
from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import WORKING_ROLES, require_role
from tieout.server.cases import services
from tieout.server.cases.models import Case, Decision, Finding, Incident
from tieout.server.cases.opening import open_from_run
from tieout.server.cases.permissions import may_work
from tieout.server.cases.registering import folder_of
from tieout.server.cases.run_views import in_words
from tieout.server.cases.views import offer_undo, telling, who
from tieout.server.console.templatetags.console import percent

MEMBERS_SHOWN: Final = 50
DECIDED_MAX: Final = 200
_TABLES: Final = {
    "breaks": ("break_id", "key", "bucket", "severity", "difference", "evidence"),
    "cases": ("case_id", "row", "flagged_by", "severity", "score", "reasons_top3"),
}
# What stands in the cell of another column.
_BESIDE: Final[dict[str, tuple[str, ...]]] = {"breaks": ("currency",), "cases": ()}
_SHARES: Final = frozenset({"explained_share", "failure_rate"})
_FACTS: Final = (
    ("findings", "Findings"),
    ("amounts", "Amounts"),
    ("trend", "Trend"),
    ("first_seen", "First seen"),
    ("last_seen", "Last seen"),
    ("condition", "What they share"),
    ("window", "When"),
    ("explained_share", "Part of the bucket"),
    ("failure_rate", "Part of the records described"),
)


@require_GET
@require_role()
def incident(request: HttpRequest, identity: str) -> HttpResponse:
    """An incident with its members, as many as a page shows."""
    found = _incident(identity)
    folder = folder_of(found.run)
    number = Paginator(range(found.findings or 1), MEMBERS_SHOWN).get_page(request.GET.get("page"))
    table, problem = _table(folder), ""
    rows: Sequence[dict[str, Any]] = ()
    try:
        rows = ask(
            folder,
            table,
            Question(
                conditions=(Condition("incident_id", "is", (identity,)),),
                columns=(*_TABLES[table], *_BESIDE[table]),
                limit=MEMBERS_SHOWN,
                offset=(number.number - 1) * MEMBERS_SHOWN,
            ),
        ).rows
    except InputError as error:
        problem = str(error)
    first, *columns = _TABLES[table]
    known = _known(table, [str(row[first]) for row in rows])
    context = {
        "incident": found,
        "facts": [
            (words, _told(name, found.facts[name]))
            for name, words in _FACTS
            if found.facts.get(name)
        ],
        "summary": summary_of(folder, identity),
        "columns": columns,
        "members": [
            (str(row[first]), known.get(str(row[first])), [_shown(name, row) for name in columns])
            for row in rows
        ],
        "page": number,
        "problem": problem,
        "may_work": may_work(who(request)),
        "verdicts": Decision.Verdict.choices,
    }
    return render(request, "cases/incident.html", context)


def _told(name: str, value: Any) -> Any:
    return percent(float(value), 0) if name in _SHARES else value


def _shown(name: str, row: dict[str, Any]) -> Any:
    """A cell as people read it: a bucket in words, an amount with its currency."""
    value = row[name]
    if name == "difference" and value is not None:
        return f"{value:,} {row['currency'] or ''}".strip()
    return in_words(name, value)


@require_POST
@require_role(*WORKING_ROLES)
@telling
def decide_members(request: HttpRequest, identity: str) -> HttpResponseBase:
    """Decide some findings of an incident on their own: each becomes a case of its own for it."""
    found, user = _incident(identity), who(request)
    chosen = list(dict.fromkeys(request.POST.getlist("member")))
    if not 0 < len(chosen) <= DECIDED_MAX:
        raise InputError(f"choose between 1 and {DECIDED_MAX} findings; for all, decide the case")
    with transaction.atomic():
        cases = [_case_of(found, member, user).pk for member in chosen]
        outcome = services.decide(
            cases, request.POST.get("action", ""), actor=user, note=request.POST.get("note", "")
        )
    offer_undo(request, outcome, request.POST.get("action", ""))
    return redirect("cases:incident", identity)


def _incident(identity: str) -> Incident:
    known = Incident.objects.select_related("run", "case", "case__assignee")
    return get_object_or_404(known, identity=identity)


def _table(folder: Path) -> str:
    return "breaks" if (folder / "breaks.parquet").is_file() else "cases"


def _known(table: str, identities: list[str]) -> dict[str, Case]:
    kind = Case.Kind.BREAK if table == "breaks" else Case.Kind.TRANSACTION
    found = Case.objects.filter(kind=kind, identity__in=identities).select_related("assignee")
    return {case.identity: case for case in found}


def _case_of(found: Incident, member: str, user: User) -> Case:
    """The case of a finding of the incident. Raises InputError for one that is not in it."""
    finding = Finding.objects.filter(
        run=found.run, incident_id=found.identity, identity=member
    ).first()
    if finding is None:
        raise InputError(f"{member}: no finding of the incident {found.identity}")
    if _table(folder_of(found.run)) == "breaks":
        return open_from_run(found.run, member, actor=user)
    facts: dict[str, Any] = {
        "source": found.run.name,
        "summary": found.headline,
        **{name: getattr(finding, name) for name in ("bucket", "score", "amount_minor", "scale")},
        "currency": finding.currency,
    }
    case = services.open_case(
        Case.Kind.TRANSACTION,
        member,
        f"Transaction of row {finding.place}",
        actor=user,
        severity=finding.severity,
        **facts,
    )
    if case.latest_run_id is None:
        case.first_run = case.latest_run = found.run
        case.save(update_fields=["first_run", "latest_run"])
    return case
