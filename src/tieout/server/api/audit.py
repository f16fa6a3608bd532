"""The audit log: who did what, when, to what."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from tieout.server.accounts.permissions import Role
from tieout.server.api.answers import Limit, Page, PlainJSON, page
from tieout.server.api.auth import needs
from tieout.server.api.parameters import IDENTITY_MAX
from tieout.server.api.problem import documented
from tieout.server.audit.models import AuditEntry
from tieout.server.database import with_database

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], responses=documented(401, 403, 422, 429))
MAY_AUDIT = Depends(needs("read", Role.AUDITOR, Role.ADMIN))
Word = Annotated[str | None, Query(max_length=200)]


class AuditFacts(BaseModel):
    """An entry of the log. hash: of this entry and the one before, see `tieout verify`."""

    sequence: int
    at: str
    actor: str = Field(description='who; "" is Tieout itself')
    action: str = Field(examples=["case.decided"])
    target_kind: str
    target_id: str
    before: Any = None
    after: Any = None
    request_id: str
    hash: str


@router.get(
    "",
    response_model=Page[AuditFacts],
    summary="Entries of the audit log",
    dependencies=[MAY_AUDIT],
)
@with_database
def list_entries(
    actor: Word = None,
    action: Word = None,
    target_kind: Word = None,
    target_id: Word = None,
    after: Annotated[
        int, Query(ge=0, le=IDENTITY_MAX, description="entries with larger numbers than this")
    ] = 0,
    limit: Limit = 50,
) -> PlainJSON:
    """The oldest first; go on with the last entry's number as `after`."""
    wanted = {
        "actor": actor,
        "action": action,
        "target_kind": target_kind,
        "target_id": target_id,
    }
    found = AuditEntry.objects.filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    items = [
        {**entry.row(), "hash": entry.hash}
        for entry in found.filter(sequence__gt=after).order_by("sequence")[:limit]
    ]
    return page(items, total=found.count(), limit=limit, offset=0)
