"""Tables of runs through the engine: filtered, searched, sorted, a page at a time."""

from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from tieout.pipeline.run_query import Question, ask, conditions_of
from tieout.server.api.answers import Limit, Offset, Page, PlainJSON
from tieout.server.api.auth import needs
from tieout.server.api.folders import newest_with, run_folder_of
from tieout.server.api.problem import documented

router = APIRouter(
    prefix="/api/v1",
    tags=["runs"],
    dependencies=[Depends(needs("read"))],
    responses=documented(401, 403, 404, 422, 429),
)
Row = dict[str, Any]
_OWN: Final = frozenset({"run", "sort", "search", "limit", "offset", "columns"})
_FILTERS: Final = (
    "Any column filters: `bucket=timing`, `bucket.not=timing`, `key.contains=INV`, "
    "`difference.min=10`, `age_days.max=30`; several values of one column are alternatives."
)


class Asked(BaseModel):
    """The order and part of a table that is asked for."""

    sort: str | None = Field(default=None, description="a column; with - before it, largest first")
    search: str = Field(default="", description="words in any column of text")
    columns: list[str] | None = Field(default=None, description="which columns; all if left out")
    limit: Limit = 50
    offset: Offset = 0


class RowsPage(Page[Row]):
    """Rows of a table of a run."""

    run_id: str
    columns: list[str]


AskedFor = Annotated[Asked, Query()]
Run = Annotated[str | None, Query(description="a run; the newest that has the table if left out")]


@router.get(
    "/runs/{run_id}/tables/{table}", response_model=RowsPage, summary="Rows of a run's table"
)
def rows_of(request: Request, run_id: str, table: str, asked: AskedFor) -> PlainJSON:
    """Rows of breaks, matches, scored, cases, incidents, causes, thresholds or rejects."""
    return _answer(request, run_folder_of(run_id), table, asked)


@router.get("/breaks", response_model=RowsPage, summary="Breaks of a run", description=_FILTERS)
def breaks(request: Request, asked: AskedFor, run: Run = None) -> PlainJSON:
    """What did not tie out."""
    return _newest(request, "breaks", run, asked)


@router.get(
    "/incidents", response_model=RowsPage, summary="Incidents of a run", description=_FILTERS
)
def incidents(request: Request, asked: AskedFor, run: Run = None) -> PlainJSON:
    """Findings of one cause, together."""
    return _newest(request, "incidents", run, asked)


def _newest(request: Request, table: str, run: str | None, asked: Asked) -> PlainJSON:
    folder = run_folder_of(run) if run else newest_with(table)
    return _answer(request, folder, table, asked)


def _answer(request: Request, folder: Path, table: str, asked: Asked) -> PlainJSON:
    pairs = [
        (name, value) for name, value in request.query_params.multi_items() if name not in _OWN
    ]
    sort = (asked.sort or "").removeprefix("-") or None
    question = Question(
        conditions=conditions_of(pairs),
        search=asked.search,
        sort=sort,
        descending=(asked.sort or "").startswith("-"),
        limit=asked.limit,
        offset=asked.offset,
        columns=tuple(asked.columns) if asked.columns else None,
    )
    found = ask(folder, table, question)
    return PlainJSON(
        {
            "run_id": folder.name,
            "columns": list(found.columns),
            "items": [finite(row) for row in found.rows],
            "total": found.total,
            "limit": asked.limit,
            "offset": asked.offset,
        }
    )


def finite(row: Row) -> Row:
    """A row in which JSON has a word for every value: NaN and infinity become nothing."""
    return {
        name: None if isinstance(value, float) and value - value != 0.0 else value
        for name, value in row.items()
    }
