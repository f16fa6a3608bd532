"""Answers that are JSON already, and pages of lists."""

import json
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

Item = TypeVar("Item")
LIMIT_MAX: Final = 1_000
Limit = Annotated[int, Query(ge=0, le=LIMIT_MAX, description="how many at most")]
Offset = Annotated[int, Query(ge=0, le=2**31, description="how many to leave out first")]


class PlainJSON(JSONResponse):
    """A body that needs no model to be checked against: the endpoint made it by hand."""

    def render(self, content: Any) -> bytes:
        """Write it; decimals, dates and the like as text."""
        return json.dumps(
            content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str
        ).encode()


class Page(BaseModel, Generic[Item]):
    """Some of a list, and how many there are in all."""

    items: list[Item]
    total: int = Field(description="how many there are in all")
    limit: int
    offset: int


def page(items: list[Any], *, total: int, limit: int, offset: int) -> PlainJSON:
    """A page as it is sent."""
    return PlainJSON({"items": items, "total": total, "limit": limit, "offset": offset})
