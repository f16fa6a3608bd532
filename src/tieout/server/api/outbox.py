"""The outbox: what was and is to be delivered, without what is in it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from tieout.server.api.answers import Limit, Offset, Page, PlainJSON, page
from tieout.server.api.auth import needs
from tieout.server.api.problem import documented
from tieout.server.database import with_database
from tieout.server.outbox import queries
from tieout.server.outbox.models import Delivery

router = APIRouter(
    prefix="/api/v1/outbox", tags=["proposals"], responses=documented(401, 403, 422, 429)
)
State = Literal["waiting", "sending", "done", "dead", "discarded"]


class DeliveryFacts(BaseModel):
    """A delivery. subject: what it is about. dry_run: nothing was sent, as resolve.yaml says."""

    id: int
    channel: str = Field(examples=["email"])
    state: State
    attempts: int
    attempts_max: int
    subject_kind: str = Field(examples=["proposal"])
    subject_id: str
    dry_run: bool
    created_at: str
    run_after: str
    finished_at: str | None


@router.get(
    "",
    response_model=Page[DeliveryFacts],
    summary="Deliveries, the newest first",
    dependencies=[Depends(needs("read"))],
)
@with_database
def list_deliveries(
    state: State | None = None,
    channel: Annotated[str, Query(pattern="^[a-z_]{0,20}$")] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> PlainJSON:
    """All deliveries, or those of a state or channel."""
    found = queries.deliveries(state=state or "", channel=channel)
    items = [_delivery_facts(each) for each in found[offset : offset + limit]]
    return page(items, total=found.count(), limit=limit, offset=offset)


def _delivery_facts(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.pk,
        "channel": delivery.channel,
        "state": str(delivery.state),
        "attempts": delivery.attempts,
        "attempts_max": delivery.attempts_max,
        "subject_kind": delivery.subject_kind,
        "subject_id": delivery.subject_id,
        "dry_run": delivery.dry_run,
        "created_at": delivery.created_at.isoformat(),
        "run_after": delivery.run_after.isoformat(),
        "finished_at": delivery.finished_at.isoformat() if delivery.finished_at else None,
    }
