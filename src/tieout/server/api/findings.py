"""Findings of scoring in memory, as subscribers of the WebSocket are told of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from tieout.server.api.answers import Limit, PlainJSON
from tieout.server.api.auth import needs
from tieout.server.api.parameters import IDENTITY_MAX
from tieout.server.api.problem import documented
from tieout.server.database import with_database

router = APIRouter(
    prefix="/api/v1/findings",
    tags=["scoring"],
    dependencies=[Depends(needs("read"))],
    responses=documented(401, 403, 422, 429),
)


class FindingFacts(BaseModel):
    """A record that was flagged."""

    id: int
    at: str
    event: str
    place: int
    model: str
    profile: str
    record: dict[str, Any]
    score: float
    p_value: float
    is_ml_flag: bool
    is_rule_flag: bool
    is_flag: bool
    triggered_rules: list[str]
    reasons_top3: list[str]


class FindingsAfter(BaseModel):
    """Findings, the oldest first; go on with `last_id`."""

    items: list[FindingFacts]
    last_id: int


@router.get("", response_model=FindingsAfter, summary="Findings after an id")
@with_database
def list_findings(
    after: Annotated[int, Query(ge=0, le=IDENTITY_MAX)] = 0,
    limit: Limit = 100,
) -> PlainJSON:
    """What came in through realtime, batch and WebSocket and was flagged."""
    from tieout.server.intake.queries import findings_after, told

    items = [told(finding) for finding in findings_after(after, limit=limit)]
    return PlainJSON({"items": items, "last_id": items[-1]["id"] if items else after})
