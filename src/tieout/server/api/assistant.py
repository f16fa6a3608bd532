"""The assistant: what it said of a case, asking it, and what it used."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from tieout.server.accounts.permissions import WORKING_ROLES
from tieout.server.api.answers import PlainJSON
from tieout.server.api.auth import Caller, needs
from tieout.server.api.parameters import Identity
from tieout.server.api.problem import ProblemError, documented
from tieout.server.api.writes import person
from tieout.server.assistant import queries, services
from tieout.server.assistant.models import Remark
from tieout.server.cases.models import Case
from tieout.server.database import with_database
from tieout.server.resolutions.services import resolve_spec

router = APIRouter(
    prefix="/api/v1", tags=["assistant"], responses=documented(401, 403, 404, 422, 429)
)
MAY_READ = Depends(needs("read"))
MayAsk = Annotated[Caller, Depends(needs("write", *WORKING_ROLES))]
_REMARKS_MAX = 100


class CitedSentence(BaseModel):
    """A sentence, and the ids of the facts it rests on."""

    text: str
    cites: list[str]


class RemarkFacts(BaseModel):
    """What was said. by_model: false for fixed sentences, and `why` says why it was not the model.

    choice: the bucket, severity or proposal; blank for texts and where there is none. needs_person:
    it stands against the evidence or the proposal, so that a person has to decide.
    """

    id: int
    case_id: int
    task: Literal["classify", "severity", "summary", "choose", "question"]
    by_model: bool
    model: str
    why: str
    question: str
    choice: str
    confidence: float | None
    needs_person: bool
    sentences: list[CitedSentence]
    cites: list[str]
    facts: list[dict[str, Any]] = Field(description="what was told of the case, by id")
    asked_by: str | None
    at: str


class AskedOf(BaseModel):
    """What to ask of a case. question: for the task `question`."""

    model_config = ConfigDict(extra="forbid")

    task: Literal["classify", "severity", "summary", "choose", "question"]
    question: Annotated[str, Field(max_length=500)] = ""


class Used(BaseModel):
    """What was used from a moment on, in UTC; cost in `currency`."""

    calls: int
    requests: int
    tokens: int
    cost: str
    hit_rate: float | None
    outcomes: dict[str, int]


class AssistantFacts(BaseModel):
    """configured: whether there is a model. against: remarks that wait for a person."""

    configured: bool
    provider: str
    model: str
    currency: str
    today: Used
    month: Used
    against: int


@router.get("/assistant", response_model=AssistantFacts, summary="Use", dependencies=[MAY_READ])
@with_database
def use_of_assistant() -> PlainJSON:
    """Which model is asked, what it used today and this month, and its cache."""
    spec = resolve_spec().assistant
    today, month = queries.today_and_month()
    return PlainJSON(
        {
            "configured": spec is not None,
            "provider": spec.provider if spec else "",
            "model": spec.model if spec else "",
            "currency": spec.prices.currency if spec else "",
            "today": _used(today),
            "month": _used(month),
            "against": queries.against().count(),
        }
    )


@router.get(
    "/cases/{case_id}/assistant",
    response_model=list[RemarkFacts],
    summary="What was said of a case",
    dependencies=[MAY_READ],
)
@with_database
def remarks_of_case(case_id: Identity) -> PlainJSON:
    """All that was said of a case, latest first; at most 100."""
    _require_case(case_id)
    return PlainJSON([remark_facts(each) for each in queries.remarks_of(case_id)[:_REMARKS_MAX]])


@router.post("/cases/{case_id}/assistant", response_model=RemarkFacts, summary="Ask about a case")
@with_database
def ask_about_case(case_id: Identity, asked: AskedOf, caller: MayAsk) -> PlainJSON:
    """Ask, and wait for the answer; the case stays as it is. Asked again, the cache answers."""
    actor = person(caller, "questions")
    _require_case(case_id)
    text = asked.question.replace("\0", "")
    return PlainJSON(remark_facts(services.ask(case_id, asked.task, actor=actor, text=text)))


def remark_facts(remark: Remark) -> dict[str, Any]:
    """A remark as answers tell of it."""
    return {
        "id": remark.pk,
        "case_id": remark.case_id,
        "task": remark.task,
        "by_model": remark.by_model,
        "model": remark.model,
        "why": remark.why,
        "question": remark.question,
        "choice": remark.choice,
        "confidence": remark.confidence,
        "needs_person": remark.needs_person,
        "sentences": remark.sentences,
        "cites": remark.cites,
        "facts": remark.facts,
        "asked_by": remark.asked_by.username if remark.asked_by else None,
        "at": remark.at.isoformat(),
    }


def _used(period: queries.Period) -> dict[str, Any]:
    return {
        "calls": period.calls,
        "requests": period.requests,
        "tokens": period.tokens,
        "cost": f"{period.cost.normalize():f}",
        "hit_rate": period.hit_rate,
        "outcomes": dict(period.outcomes),
    }


def _require_case(case_id: int) -> None:
    if not Case.objects.filter(pk=case_id).exists():
        raise ProblemError(404, f"case {case_id}: no such case")
