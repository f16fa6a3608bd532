"""Balances and variances of a close: prepared, approved, certified and explained."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from tieout.server.accounts.permissions import Role
from tieout.server.api.answers import PlainJSON
from tieout.server.api.auth import Caller, needs
from tieout.server.api.parameters import Identity
from tieout.server.api.periods import MAY_READ, Balance, MayLock, MayWork, find_or_404, told_balance
from tieout.server.api.problem import ProblemError, documented
from tieout.server.api.writes import person
from tieout.server.closing import certifying
from tieout.server.closing.differences import approve_difference
from tieout.server.closing.explaining import Explained, explain, explained_flux
from tieout.server.closing.models import Certification
from tieout.server.database import with_database

router = APIRouter(
    prefix="/api/v1/periods/{period}",
    tags=["periods"],
    responses=documented(401, 403, 404, 422, 429),
)
MaySign = Annotated[Caller, Depends(needs("write", Role.REVIEWER, Role.APPROVER))]
_UNITS_MAX = 2**63 - 1


class Preparation(BaseModel):
    """What a balance was held against; supported: in units of 0.01."""

    supported: int = Field(ge=-_UNITS_MAX, le=_UNITS_MAX)
    support: str = Field(examples=["bank_statement"])
    reference: str = Field("", max_length=300)
    explanation: str = ""


class Reason(BaseModel):
    """Why a difference may stay unexplained."""

    reason: str = Field(examples=["below what is material, asked for again in November"])


class Variance(BaseModel):
    """An account against a comparison, in units of 0.01, and what was said of it."""

    account: str
    comparison: str = Field(examples=["prior_period"])
    current: int
    base: int
    material: bool
    drivers: list[str]
    fingerprint: str
    explanation: str
    is_open: bool


class Explanation(BaseModel):
    """What a variance comes from; fingerprint: of the variance that is meant."""

    account: str
    comparison: str
    text: str
    fingerprint: str = Field(max_length=16)


@router.post("/balances/{balance_id}/prepare", response_model=Balance, summary="Prepare a balance")
@with_database
def prepare(period: str, balance_id: Identity, body: Preparation, caller: MayWork) -> PlainJSON:
    """Say what supports it; an unexplained difference needs a word."""
    one = _balance(period, balance_id)
    certifying.prepare(
        one, supported=body.supported, support=body.support, reference=body.reference,
        explanation=body.explanation, actor=person(caller, "balances"),
    )  # fmt: skip
    return _again(one)


@router.post(
    "/balances/{balance_id}/approve-difference",
    response_model=Balance,
    summary="Let an unexplained difference stand",
)
@with_database
def approve(period: str, balance_id: Identity, body: Reason, caller: MayLock) -> PlainJSON:
    """By an approver who did not prepare it; of this amount alone."""
    one = _balance(period, balance_id)
    approve_difference(one, reason=body.reason, actor=person(caller, "balances"))
    return _again(one)


@router.post("/balances/{balance_id}/certify", response_model=Balance, summary="Certify a balance")
@with_database
def certify(period: str, balance_id: Identity, caller: MaySign) -> PlainJSON:
    """By somebody else than who prepared it."""
    one = _balance(period, balance_id)
    certifying.certify(one, actor=person(caller, "balances"))
    return _again(one)


@router.get("/flux", response_model=list[Variance], summary="Variances", dependencies=[MAY_READ])
@with_database
def list_flux(period: str) -> PlainJSON:
    """Every account against prior period, prior year and forecast, those to explain first."""
    return PlainJSON([_told(each) for each in explained_flux(find_or_404(period))])


@router.post("/flux", response_model=list[Variance], summary="Explain a variance")
@with_database
def explain_flux(period: str, body: Explanation, caller: MayWork) -> PlainJSON:
    """It is asked for again once the amounts change."""
    found = find_or_404(period)
    explain(
        found, body.account, body.comparison, body.text,
        fingerprint=body.fingerprint, actor=person(caller, "balances"),
    )  # fmt: skip
    return PlainJSON(
        [_told(each) for each in explained_flux(found) if each.flux.account == body.account]
    )


def _balance(period: str, balance_id: int) -> Certification:
    found = find_or_404(period)
    one = found.certifications.select_related("account", "period").filter(pk=balance_id).first()
    if one is None:
        raise ProblemError(404, f"period {found.name} has no balance {balance_id}")
    return one


def _again(one: Certification) -> PlainJSON:
    one.refresh_from_db()
    return PlainJSON(told_balance(one))


def _told(each: Explained) -> dict[str, Any]:
    return {
        "account": each.flux.account,
        "comparison": each.flux.comparison,
        "current": each.flux.current,
        "base": each.flux.base,
        "material": each.flux.material,
        "drivers": list(each.flux.drivers),
        "fingerprint": each.flux.fingerprint,
        "explanation": each.text,
        "is_open": each.is_open,
    }
