"""Proposals: what would be done about a case, approved as it was seen, or rejected."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from tieout.resolve.kinds import ActionKind
from tieout.server.accounts.permissions import WORKING_ROLES
from tieout.server.api.answers import Limit, Offset, Page, PlainJSON, page
from tieout.server.api.auth import Caller, needs
from tieout.server.api.parameters import IDENTITY_MAX, IdempotencyKey, Identity
from tieout.server.api.problem import ProblemError, documented
from tieout.server.api.writes import once_under, person
from tieout.server.database import with_database
from tieout.server.resolutions import queries, services
from tieout.server.resolutions.facts import facts_of_case
from tieout.server.resolutions.models import Proposal

router = APIRouter(
    prefix="/api/v1/proposals",
    tags=["proposals"],
    responses=documented(401, 403, 404, 409, 422, 429),
)
MAY_READ = Depends(needs("read"))
MayWork = Annotated[Caller, Depends(needs("write", *WORKING_ROLES))]
State = Literal[
    "draft", "proposed", "approved", "rejected", "executing", "done", "failed", "expired", "undone"
]
Sort = Literal["newest", "oldest", "confidence", "amount", "expiring"]


class ProposalFacts(BaseModel):
    """A proposal. content_hash: what an approval names. text: the action in a sentence."""

    id: int
    case_id: int
    state: State
    kind: ActionKind
    text: str = Field(examples=["Book 2.90 EUR: debit 6800, credit 1010."])
    amount: str | None = Field(description="in major units, exact", examples=["2.90"])
    currency: str
    confidence: float
    content_hash: str
    edited_by: str | None
    decided_by: str | None
    decided_at: str | None
    note: str
    way: Literal["", "suggest", "check", "hold", "run"] = Field(
        description="what the autonomy policy made of it; run: carried out without a person"
    )
    way_reason: str
    created_at: str
    expires_at: str


class Precedent(BaseModel):
    """A confirmed decision by which it was proposed. nearness: 1 for a case just like it."""

    proposal: str
    action: str
    result: str
    day: str
    nearness: float


class ProposalDetail(ProposalFacts):
    """A proposal with all that a decision needs. content: exactly what is approved."""

    content: dict[str, Any]
    why: str
    evidence: dict[str, Any] = Field(description="what is known of the case now")
    precedents: list[Precedent]
    others: list[dict[str, Any]] = Field(description="other actions that could be taken")
    approved_hash: str


class Approval(BaseModel):
    """What was seen: an approval holds for this content and no other."""

    model_config = ConfigDict(extra="forbid")

    content_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$", examples=["0" * 64])]


class SeenProposal(Approval):
    """A proposal as it was seen."""

    id: Annotated[int, Field(ge=1, le=IDENTITY_MAX)]


class Together(BaseModel):
    """Proposals to approve in one go."""

    model_config = ConfigDict(extra="forbid")

    proposals: Annotated[list[SeenProposal], Field(min_length=1, max_length=500)]


class Approved(BaseModel):
    """The numbers of what was approved."""

    approved: list[int]


class Edit(BaseModel):
    """What is proposed instead: an action with its `kind`, as in `content`."""

    model_config = ConfigDict(extra="forbid")

    content: dict[str, Any]


class Rejection(BaseModel):
    """Why not."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=10_000)] = ""


class ProposalsAsked(BaseModel):
    """Which proposals, in which order."""

    state: State | None = None
    kind: ActionKind | None = None
    case: Annotated[int | None, Field(ge=1, le=IDENTITY_MAX)] = None
    way: Literal["suggest", "check", "hold", "run"] | None = None
    sort: Sort = "newest"
    limit: Limit = 50
    offset: Offset = 0


@router.get("", response_model=Page[ProposalFacts], summary="Proposals", dependencies=[MAY_READ])
@with_database
def list_proposals(asked: Annotated[ProposalsAsked, Query()]) -> PlainJSON:
    """All proposals, or those of a state, a kind, a way, about a case."""
    found = queries.proposals(
        state=asked.state or "",
        kind=asked.kind or "",
        case=asked.case,
        sort=asked.sort,
        way=asked.way or "",
    )
    items = [proposal_facts(each) for each in found[asked.offset : asked.offset + asked.limit]]
    return page(items, total=found.count(), limit=asked.limit, offset=asked.offset)


@router.get(
    "/{proposal_id}",
    response_model=ProposalDetail,
    summary="One proposal",
    dependencies=[MAY_READ],
)
@with_database
def one_proposal(proposal_id: Identity) -> PlainJSON:
    """What exactly would be done, on what evidence, by which precedents."""
    proposal = _proposal(proposal_id)
    more = {
        "content": proposal.content,
        "why": proposal.why,
        "evidence": asdict(facts_of_case(proposal.case)),
        "precedents": proposal.nearest,
        "others": proposal.others,
        "approved_hash": proposal.approved_hash,
    }
    return PlainJSON(proposal_facts(proposal) | more)


@router.post("/approve", response_model=Approved, summary="Approve proposals in one go")
@with_database
def approve_proposals(
    wanted: Together, caller: MayWork, idempotency_key: IdempotencyKey = None
) -> PlainJSON:
    """All of them as they were seen, or none. In one go they earn no autonomy."""
    actor = person(caller, "approvals")
    hashes = {each.id: each.content_hash for each in wanted.proposals}

    def carry_out() -> dict[str, Any]:
        return {"approved": services.approve_together(hashes, actor=actor)}

    what = ("approve together", wanted.model_dump_json())
    try:
        return once_under(idempotency_key, actor, what, carry_out)
    except services.ProposalChangedError as error:
        raise ProblemError(409, str(error)) from error


@router.post("/{proposal_id}/edit", response_model=ProposalFacts, summary="Propose another action")
@with_database
def edit_proposal(
    proposal_id: Identity, edit: Edit, caller: MayWork, idempotency_key: IdempotencyKey = None
) -> PlainJSON:
    """It has a new hash, and somebody else has to approve it."""
    actor = person(caller, "edits")
    _proposal(proposal_id)

    def carry_out() -> dict[str, Any]:
        return proposal_facts(services.edit(proposal_id, edit.content, actor=actor))

    what = ("edit", str(proposal_id), edit.model_dump_json())
    return once_under(idempotency_key, actor, what, carry_out)


@router.post("/{proposal_id}/approve", response_model=ProposalFacts, summary="Approve a proposal")
@with_database
def approve_proposal(
    proposal_id: Identity,
    approval: Approval,
    caller: MayWork,
    idempotency_key: IdempotencyKey = None,
) -> PlainJSON:
    """What was seen is carried out. 409 where it was changed since, 403 where it takes others."""
    actor = person(caller, "approvals")
    _proposal(proposal_id)

    def carry_out() -> dict[str, Any]:
        seen = approval.content_hash
        return proposal_facts(services.approve(proposal_id, seen_hash=seen, actor=actor))

    what = ("approve", str(proposal_id), approval.model_dump_json())
    try:
        return once_under(idempotency_key, actor, what, carry_out)
    except services.ProposalChangedError as error:
        raise ProblemError(409, str(error)) from error


@router.post("/{proposal_id}/reject", response_model=ProposalFacts, summary="Reject a proposal")
@with_database
def reject_proposal(
    proposal_id: Identity,
    rejection: Rejection,
    caller: MayWork,
    idempotency_key: IdempotencyKey = None,
) -> PlainJSON:
    """Nothing is done; the case stays as it is."""
    actor = person(caller, "rejections")
    _proposal(proposal_id)

    def carry_out() -> dict[str, Any]:
        reason = rejection.reason.replace("\0", "")
        return proposal_facts(services.reject(proposal_id, actor=actor, note=reason))

    what = ("reject", str(proposal_id), rejection.model_dump_json())
    return once_under(idempotency_key, actor, what, carry_out)


def proposal_facts(proposal: Proposal) -> dict[str, Any]:
    """A proposal as lists and answers tell of it."""
    return {
        "id": proposal.pk,
        "case_id": proposal.case_id,
        "state": str(proposal.state),
        "kind": proposal.kind,
        "text": proposal.text,
        "amount": None if proposal.amount is None else f"{proposal.amount:f}",
        "currency": proposal.currency,
        "confidence": proposal.confidence,
        "content_hash": proposal.content_hash,
        "edited_by": proposal.edited_by.username if proposal.edited_by else None,
        "decided_by": proposal.decided_by.username if proposal.decided_by else None,
        "decided_at": proposal.decided_at.isoformat() if proposal.decided_at else None,
        "note": proposal.note,
        "way": str(proposal.way),
        "way_reason": proposal.way_reason,
        "created_at": proposal.created_at.isoformat(),
        "expires_at": proposal.expires_at.isoformat(),
    }


def _proposal(proposal_id: int) -> Proposal:
    found = queries.proposals().select_related("case__latest_run").filter(pk=proposal_id).first()
    if found is None:
        raise ProblemError(404, f"there is no proposal {proposal_id}")
    return found
