"""Periods that are closed: their plan, what a delay would do, balances, the lock."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from tieout.model.errors import InputError
from tieout.server.accounts.permissions import WORKING_ROLES, Role
from tieout.server.api.answers import Limit, Offset, Page, PlainJSON, page
from tieout.server.api.auth import Caller, needs
from tieout.server.api.problem import ProblemError, documented
from tieout.server.api.writes import person
from tieout.server.closing import board, services
from tieout.server.closing.models import Certification, Period
from tieout.server.closing.queries import find_period
from tieout.server.database import with_database

router = APIRouter(
    prefix="/api/v1/periods", tags=["periods"], responses=documented(401, 403, 404, 422, 429)
)
MAY_READ = Depends(needs("read"))
MayWork = Annotated[Caller, Depends(needs("write", *WORKING_ROLES))]
MayLock = Annotated[Caller, Depends(needs("write", Role.APPROVER))]


class PeriodTask(BaseModel):
    """A task of a period's plan. slack_days: workdays it may finish later without moving it."""

    id: str
    name: str
    state: str
    depends_on: list[str]
    due: str
    owner: str
    slack_days: float


class PeriodStatus(BaseModel):
    """What `tieout close status --json` prints."""

    period: str = Field(examples=["2026-10"])
    state: str = Field(examples=["open"])
    tasks: list[PeriodTask]
    critical_path: list[str]
    close_date: str


class NewPeriod(BaseModel):
    """A month to close. calendar: YAML or JSON of its tasks; the standard month-end without."""

    period: str = Field(examples=["2026-10"])
    calendar: str = ""


class Delays(BaseModel):
    """Workdays by which tasks take longer, by id."""

    days: dict[str, float] = Field(max_length=2_000, examples=[{"bank_reconciliation": 1.5}])


class Moved(BaseModel):
    """A task that would finish later."""

    id: str
    moved_days: float
    finish: str


class Impact(BaseModel):
    """What delays would do. tasks: those that move, the most moved first."""

    close_date_before: str
    close_date: str
    moved_days: float
    critical_path: list[str]
    downstream: list[str]
    tasks: list[Moved]


class Balance(BaseModel):
    """A balance to certify, in units of 0.01; debits are positive."""

    id: int
    account: str
    risk: str
    balance: int
    unexplained: int | None
    state: str
    reason: str


@router.get(
    "",
    response_model=Page[PeriodStatus],
    summary="Periods, the newest first",
    dependencies=[MAY_READ],
)
@with_database
def list_periods(limit: Limit = 12, offset: Offset = 0) -> PlainJSON:
    """Every period with its plan."""
    found = Period.objects.order_by("-name")
    items = [_status(period) for period in found[offset : offset + limit]]
    return page(items, total=found.count(), limit=limit, offset=offset)


@router.post("", response_model=PeriodStatus, status_code=201, summary="Open a period")
@with_database
def open_period(body: NewPeriod, caller: MayWork) -> PlainJSON:
    """Make its tasks, dated and planned."""
    from tieout.close.tasks.template import parse_calendar, standard_calendar

    text = body.calendar.strip()
    calendar = parse_calendar(text, name="calendar") if text else standard_calendar()
    opened = services.open_period(body.period, calendar, actor=caller.user())
    return PlainJSON(_status(opened), status_code=201)


@router.get("/{period}", response_model=PeriodStatus, summary="One period", dependencies=[MAY_READ])
@with_database
def one_period(period: str) -> PlainJSON:
    """Its tasks with their slack, the critical path and the day of the close."""
    return PlainJSON(_status(find_or_404(period)))


@router.post(
    "/{period}/what-if",
    response_model=Impact,
    summary="What delays would do",
    dependencies=[MAY_READ],
)
@with_database
def what_if(period: str, body: Delays) -> PlainJSON:
    """Nothing is changed by it."""
    found = board.board_of(find_or_404(period))
    return PlainJSON(board.impact_object(found, board.what_if(found, body.days)))


@router.get(
    "/{period}/balances",
    response_model=list[Balance],
    summary="Balances to certify",
    dependencies=[MAY_READ],
)
@with_database
def list_balances(period: str) -> PlainJSON:
    """Balance sheet accounts at the end of the period, and whether somebody stands for them."""
    rows = find_or_404(period).certifications.select_related("account")
    return PlainJSON([told_balance(each) for each in rows])


@router.post("/{period}/lock", response_model=PeriodStatus, summary="Lock a period")
@with_database
def lock_period(period: str, caller: MayLock) -> PlainJSON:
    """Refused while anything is open; the problem says what."""
    actor = person(caller, "locks")
    return PlainJSON(_status(services.lock_period(find_or_404(period), actor=actor)))


def _status(period: Period) -> dict[str, Any]:
    return board.status_object(board.board_of(period))


def told_balance(one: Certification) -> dict[str, Any]:
    """A balance as `Balance` has it."""
    return {
        "id": one.pk,
        "account": one.account.code,
        "risk": one.risk,
        "balance": one.balance,
        "unexplained": one.unexplained,
        "state": one.state,
        "reason": one.reason,
    }


def find_or_404(name: str) -> Period:
    """A period by its name, or a problem."""
    try:
        return find_period(name)
    except InputError as error:
        raise ProblemError(404, str(error)) from error
