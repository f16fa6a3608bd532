"""Cases: what people work on, and what they decide."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import QueryDict
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from tieout.server.accounts.permissions import WORKING_ROLES
from tieout.server.api.answers import Limit, Offset, Page, PlainJSON, page
from tieout.server.api.auth import Caller, needs
from tieout.server.api.parameters import IDENTITY_MAX, IdempotencyKey, Identity
from tieout.server.api.problem import ProblemError, documented
from tieout.server.api.writes import once_under, person
from tieout.server.cases import queries, services
from tieout.server.cases.models import Case, Decision
from tieout.server.database import with_database

router = APIRouter(
    prefix="/api/v1", tags=["cases"], responses=documented(401, 403, 404, 409, 422, 429)
)
MayRead = Annotated[Caller, Depends(needs("read"))]
MAY_READ = Depends(needs("read"))
MayWork = Annotated[Caller, Depends(needs("write", *WORKING_ROLES))]
Tab = Literal["new", "mine", "waiting", "resolved", "all"]
Sort = Literal["priority", "due", "oldest", "newest", "amount", "difference", "updated", "title"]
Kind = Literal["incident", "break", "transaction", "alert", "other"]
Severity = Literal["critical", "high", "medium", "low"]
Verdict = Literal["valid", "false_positive", "timing", "resolved", "escalate"]


class CaseFacts(BaseModel):
    """A case. revision: counts its changes; send it with a decision that rests on it."""

    id: int
    kind: str
    identity: str
    source: str
    title: str
    summary: str
    bucket: str
    severity: str
    score: float | None
    status: str
    verdict: str
    assignee: str | None
    opened_at: str
    due_at: str | None
    findings: int
    revision: int


class DecisionFacts(BaseModel):
    """What a person said about a case. state: proposed ones wait for a second person."""

    id: int
    case_id: int
    verdict: Verdict
    state: str
    bucket: str
    note: str
    actor: str | None
    at: str


class DecisionWish(BaseModel):
    """What to decide of one or several cases."""

    model_config = ConfigDict(extra="forbid")

    case_ids: Annotated[
        list[Annotated[int, Field(ge=1, le=IDENTITY_MAX)]], Field(min_length=1, max_length=5_000)
    ]
    verdict: Verdict
    note: Annotated[str, Field(max_length=10_000)] = ""
    bucket: Annotated[str, Field(max_length=60, description="the kind of break, corrected")] = ""
    waiting_until: Annotated[
        date | None, Field(description="of timing: the day from which it is new again")
    ] = None
    revision: Annotated[
        int | None,
        Field(ge=1, le=IDENTITY_MAX, description="of the one case, as it was seen: 422 if changed"),
    ] = None


class DecisionAnswer(BaseModel):
    """batch: what was decided in one go. proposed: cases that wait for a second person."""

    batch: str
    cases: list[int]
    proposed: list[int]


class CasesAsked(BaseModel):
    """Which cases, in which order."""

    tab: Tab = "all"
    kind: list[Kind] | None = None
    bucket: list[str] | None = None
    severity: list[Severity] | None = None
    q: Annotated[str, Field(max_length=200, description="words in title or summary")] = ""
    sort: Sort = "priority"
    limit: Limit = 50
    offset: Offset = 0


@router.get("/cases", response_model=Page[CaseFacts], summary="The queue")
@with_database
def list_cases(caller: MayRead, asked: Annotated[CasesAsked, Query()]) -> PlainJSON:
    """Cases of a tab, as the console shows them to the caller."""
    wanted = QueryDict(mutable=True)
    wanted.update({"tab": asked.tab, "q": asked.q.replace("\0", ""), "sort": asked.sort})
    for name in ("kind", "bucket", "severity"):
        wanted.setlist(name, [value.replace("\0", "") for value in getattr(asked, name) or []])
    limit, offset = asked.limit, asked.offset
    user = person(caller, "cases")
    found = queries.queue(user, queries.Filter.of(wanted))
    items = [case_facts(case) for case in found[offset : offset + limit]]
    return page(items, total=found.count(), limit=limit, offset=offset)


@router.get(
    "/cases/{case_id}", response_model=CaseFacts, summary="One case", dependencies=[MAY_READ]
)
@with_database
def one_case(case_id: Identity) -> PlainJSON:
    """What it is and how it stands."""
    case = Case.objects.select_related("assignee").filter(pk=case_id).first()
    if case is None:
        raise ProblemError(404, f"there is no case {case_id}")
    return PlainJSON(case_facts(case))


@router.get(
    "/decisions",
    response_model=Page[DecisionFacts],
    summary="Decisions, the newest first",
    dependencies=[MAY_READ],
)
@with_database
def list_decisions(
    case: Annotated[int | None, Query(ge=1, le=IDENTITY_MAX)] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> PlainJSON:
    """All decisions, or those about a case."""
    found = Decision.objects.select_related("actor")
    if case is not None:
        found = found.filter(case_id=case)
    items = [decision_facts(each) for each in found[offset : offset + limit]]
    return page(items, total=found.count(), limit=limit, offset=offset)


@router.post("/decisions", response_model=DecisionAnswer, summary="Decide cases")
@with_database
def decide(
    wish: DecisionWish, caller: MayWork, idempotency_key: IdempotencyKey = None
) -> PlainJSON:
    """All of the cases or none; the same rules of four eyes hold as in the console."""
    actor = person(caller, "decisions")

    def carry_out() -> dict[str, Any]:
        outcome = services.decide(
            wish.case_ids,
            wish.verdict,
            actor=actor,
            note=wish.note.replace("\0", ""),
            bucket=wish.bucket,
            waiting_until=wish.waiting_until,
            seen=None if wish.revision is None else dict.fromkeys(wish.case_ids, wish.revision),
        )
        told = {"batch": str(outcome.batch), "cases": list(outcome.cases)}
        return told | {"proposed": list(outcome.proposed)}

    return once_under(idempotency_key, actor, ("decide", wish.model_dump_json()), carry_out)


def case_facts(case: Case) -> dict[str, Any]:
    """A case as the API tells of it."""
    return {
        "id": case.pk,
        "kind": str(case.kind),
        "identity": case.identity,
        "source": case.source,
        "title": case.title,
        "summary": case.summary,
        "bucket": case.bucket,
        "severity": case.severity,
        "score": case.score,
        "status": str(case.status),
        "verdict": case.verdict,
        "assignee": case.assignee.username if case.assignee else None,
        "opened_at": case.opened_at.isoformat(),
        "due_at": case.due_at.isoformat() if case.due_at else None,
        "findings": case.findings,
        "revision": case.revision,
    }


def decision_facts(decision: Decision) -> dict[str, Any]:
    """A decision as the API tells of it."""
    return {
        "id": decision.pk,
        "case_id": decision.case_id,
        "verdict": str(decision.verdict),
        "state": str(decision.state),
        "bucket": decision.bucket,
        "note": decision.note,
        "actor": decision.actor.username if decision.actor else None,
        "at": decision.at.isoformat(),
    }
