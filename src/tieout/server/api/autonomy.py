"""What runs alone: the record of each scope, and the switches."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from tieout.resolve.autonomy.policy import Scope
from tieout.resolve.kinds import ActionKind
from tieout.server.accounts.permissions import WORKING_ROLES, Role
from tieout.server.api.answers import PlainJSON
from tieout.server.api.auth import Caller, needs
from tieout.server.api.problem import documented
from tieout.server.api.writes import person
from tieout.server.database import with_database
from tieout.server.resolutions import autonomy, queries, records, services

router = APIRouter(
    prefix="/api/v1/autonomy", tags=["proposals"], responses=documented(401, 403, 422, 429)
)
MayStop = Annotated[Caller, Depends(needs("write", *WORKING_ROLES, Role.ADMIN))]
MayResume = Annotated[Caller, Depends(needs("write", Role.APPROVER, Role.ADMIN))]
_Words = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


class ScopeRecord(BaseModel):
    """What a scope has earned. bound: its error rate is at most this; counterparty "" is any."""

    reconciliation: str
    bucket: str
    counterparty: str
    action: ActionKind
    runs_alone: bool
    reason: str
    decisions: int
    wrong: int
    bound: float
    error_max: float = Field(description="the stated error rate")
    ran_alone: int
    held: int


class AutonomyState(BaseModel):
    """Whether anything may run alone, and where."""

    is_on: bool
    reason: str
    held: int = Field(description="proposals that wait for the next check")
    scopes: list[ScopeRecord]


class Why(BaseModel):
    """The reason, for the audit log."""

    model_config = ConfigDict(extra="forbid")

    reason: _Words = ""


class Revocation(Why):
    """Which scope loses what it has earned; a blank counterparty is that of a rule for any."""

    reconciliation: _Words
    bucket: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")]
    counterparty: _Words = ""
    action: ActionKind


@router.get(
    "",
    response_model=AutonomyState,
    summary="What may run alone",
    dependencies=[Depends(needs("read"))],
)
@with_database
def state() -> PlainJSON:
    """The switch, and the record of each scope in which the policy lets something run alone.

    What did run alone is at `/api/v1/proposals?way=run`.
    """
    return PlainJSON(_state())


@router.post("/stop", response_model=AutonomyState, summary="Stop everything that runs alone")
@with_database
def stop(why: Why, caller: MayStop) -> PlainJSON:
    """Nothing runs alone from now on; what is held goes to people, what has not left stays."""
    autonomy.stop(why.reason, actor=person(caller, "switches"))
    return PlainJSON(_state())


@router.post("/resume", response_model=AutonomyState, summary="Let the policy hold again")
@with_database
def resume(why: Why, caller: MayResume) -> PlainJSON:
    """What resolve.yaml says holds again."""
    autonomy.resume(why.reason, actor=person(caller, "switches"))
    return PlainJSON(_state())


@router.post("/revoke", response_model=AutonomyState, summary="Revoke a scope")
@with_database
def revoke(wanted: Revocation, caller: MayStop) -> PlainJSON:
    """Its record begins anew."""
    actor = person(caller, "revocations")
    scope = Scope(**wanted.model_dump(mode="json", exclude={"reason"}))
    autonomy.revoke(scope, wanted.reason or f"by {actor.username}", actor=actor)
    return PlainJSON(_state())


def _state() -> dict[str, Any]:
    spec = services.resolve_spec().autonomy
    switch = records.switch_of(spec)
    return {
        "is_on": switch.is_on,
        "reason": switch.reason,
        "held": queries.held().count(),
        "scopes": [
            {
                **each.scope.model_dump(),
                "runs_alone": each.is_earned and switch.is_on,
                "reason": each.reason,
                "decisions": each.decided,
                "wrong": each.record.errors,
                "bound": each.bound,
                "error_max": each.rule.error_max,
                "ran_alone": each.record.alone,
                "held": each.record.held,
            }
            for each in records.earned_by_scope(spec)
        ],
    }
