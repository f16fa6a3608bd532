"""Writes of closing: periods, moves of tasks, sign-offs, locks; each is audited."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tieout.close.tasks.dates import Period as Month
from tieout.close.tasks.dates import Timeline
from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.model import DONE, CalendarTemplate, TaskState
from tieout.close.tasks.schedule import Work, plan
from tieout.close.tasks.waiting import check_move, settled
from tieout.model.errors import InputError
from tieout.server.accounts.permissions import WORKING_ROLES, Role, has_role
from tieout.server.audit.services import record
from tieout.server.closing.certifying import balances_at, movements_in, refresh
from tieout.server.closing.checks import JOBS, open_points
from tieout.server.closing.daily import remind_daily
from tieout.server.closing.locking import require_open
from tieout.server.closing.models import Account, LockedBalance, Period, Task

if TYPE_CHECKING:
    from tieout.server.accounts.models import User


@transaction.atomic
def open_period(
    name: str,
    calendar: CalendarTemplate,
    *,
    actor: "User | None",
    material_amount: int | None = None,
    material_percent: float | None = None,
) -> Period:
    """Start the close of a month with the tasks of a calendar.

    Raises InputError for a period that is there already, an unknown calendar of holidays, and an
    automated task whose job is not known.
    """
    month = Month.parse(name)
    if Period.objects.filter(name=str(month)).exists():
        raise InputError(f"period {month} is there already; see tieout close status")
    for task in calendar.tasks:
        if task.job and task.job not in JOBS:
            raise InputError(
                f"task {task.id!r}: job {task.job!r} is not known; expected {', '.join(JOBS)}"
            )
    period = Period(name=str(month), calendar=calendar.name, holidays=calendar.holidays or "",
                    hours_per_day=calendar.hours_per_day,
                    policy=dict(calendar.certification))  # fmt: skip
    if material_amount is not None:
        period.material_amount = material_amount
    if material_percent is not None:
        period.material_percent = material_percent
    period.save()
    _add_tasks(period, calendar)
    refresh(period)
    remind_daily()
    after = {"calendar": calendar.name, "tasks": len(calendar.tasks)}
    record(actor=actor, action="period.opened", target=("period", period.name), after=after)
    return period


def _add_tasks(period: Period, calendar: CalendarTemplate) -> None:
    graph = TaskGraph.of((task.id, task.depends_on) for task in calendar.tasks)
    timeline = Timeline(Month.parse(period.name), calendar.holidays)
    first = plan(
        graph,
        [
            Work(calendar.days(task), float(task.starts - 1))
            if task.starts is not None
            else Work(calendar.days(task))
            for task in calendar.tasks
        ],
    )
    states = settled(graph, [TaskState.PENDING] * len(calendar.tasks))
    Task.objects.bulk_create(
        Task(
            period=period, code=task.id, name=task.name, position=place,
            depends_on=list(task.depends_on), workday=task.workday, starts=task.starts,
            hours=task.hours, owner=task.owner, reviewer=task.reviewer, job=task.job,
            arguments=dict(task.arguments), is_automated=task.is_automated, state=states[place],
            due=timeline.day_of(first.finish[place]) if task.workday is None
            else timeline.workday(task.workday),
        )
        for place, task in enumerate(calendar.tasks)
    )  # fmt: skip


@transaction.atomic
def move_task(
    task: Task,
    state: TaskState,
    *,
    actor: "User | None",
    reason: str = "",
    evidence: str = "",
    result: dict[str, Any] | None = None,
) -> Task:
    """Let a task be in another state; those that wait for it become ready or pending.

    Opening a task again takes its sign-off away. Raises InputError for a locked period, a move
    that is not possible, and a person without a role for it.
    """
    require_open(task.period_id)
    task = Task.objects.select_for_update(of=("self",)).select_related("period").get(pk=task.pk)
    if actor is not None and not has_role(actor, *WORKING_ROLES):
        raise InputError("only preparers, reviewers and approvers work on tasks")
    old = TaskState(task.state)
    check_move(task.code, old, state, reason=reason)
    now = timezone.now()
    if state is TaskState.IN_PROGRESS:
        task.started_at = now
    if state in DONE or state is TaskState.FAILED:
        task.started_at = task.started_at or now
        task.finished_at, task.done_by = now, actor
    if state is TaskState.READY:
        task.started_at = task.finished_at = task.done_by = None
        task.signed_by = task.signed_at = None
    task.state, task.reason = state, reason.strip()
    task.evidence = evidence.strip() or task.evidence
    task.result = result if result is not None else task.result
    task.save()
    _settle(task.period)
    record(
        actor=actor, action=f"task.{state}", target=("task", f"{task.period.name}/{task.code}"),
        before={"state": old}, after={"state": state, "reason": task.reason, "result": result},
    )  # fmt: skip
    task.refresh_from_db()
    return task


@transaction.atomic
def sign_off(task: Task, *, actor: "User") -> Task:
    """A second person stands for what the first did. Raises InputError where they may not."""
    require_open(task.period_id)
    task = Task.objects.select_for_update(of=("self",)).select_related("period").get(pk=task.pk)
    if TaskState(task.state) not in DONE:
        raise InputError(f"task {task.code!r} is {task.state}; it is signed off once it is done")
    if task.done_by_id == actor.pk:
        raise InputError(f"task {task.code!r}: who did it does not sign it off")
    if not has_role(actor, Role.REVIEWER, Role.APPROVER):
        raise InputError(f"task {task.code!r}: only reviewers and approvers sign off")
    task.signed_by, task.signed_at = actor, timezone.now()
    task.save(update_fields=["signed_by", "signed_at"])
    target = ("task", f"{task.period.name}/{task.code}")
    record(actor=actor, action="task.signed_off", target=target)
    return task


@transaction.atomic
def assign(task: Task, *, owner: str, reviewer: str, actor: "User | None") -> None:
    """Give a task to somebody, by name or role."""
    require_open(task.period_id)
    before = {"owner": task.owner, "reviewer": task.reviewer}
    task.owner, task.reviewer = owner.strip(), reviewer.strip()
    task.save(update_fields=["owner", "reviewer"])
    record(
        actor=actor, action="task.assigned", target=("task", f"{task.period.name}/{task.code}"),
        before=before, after={"owner": task.owner, "reviewer": task.reviewer},
    )  # fmt: skip


@transaction.atomic
def lock_period(period: Period, *, actor: "User") -> Period:
    """Close the books of a period: balances are frozen and no entry is taken any more.

    Raises InputError that lists what is still open, for somebody who is no approver, and for the
    one who did the last task.
    """
    require_open(period.pk)
    period = Period.objects.get(pk=period.pk)
    if not has_role(actor, Role.APPROVER):
        raise InputError("only an approver locks a period")
    last = period.tasks.order_by("-position").first()
    if last is not None and last.done_by_id == actor.pk:
        raise InputError("who did the last task does not lock the period")
    refresh(period)
    points = open_points(period)
    if points:
        more = f", and {len(points) - 3} more" if len(points) > 3 else ""
        raise InputError(f"period {period.name} cannot be locked: {'; '.join(points[:3])}{more}")
    balances, moved = balances_at(period), movements_in(period)
    LockedBalance.objects.bulk_create(
        LockedBalance(
            period=period, account=account, movement=moved.get(account.pk, 0),
            closing=balances[account.pk],
            opening=balances[account.pk] - moved.get(account.pk, 0),
        )
        for account in Account.objects.all()
    )  # fmt: skip
    period.state, period.locked_by, period.locked_at = Period.State.LOCKED, actor, timezone.now()
    period.save()
    after = {"accounts": len(balances), "sum": sum(balances.values())}
    record(actor=actor, action="period.locked", target=("period", period.name), after=after)
    return period


@transaction.atomic
def reopen_period(period: Period, *, reason: str, actor: "User") -> Period:
    """Open a locked period again, with a reason; a later locked period has to be opened first."""
    period = Period.objects.select_for_update().get(pk=period.pk)
    if not has_role(actor, Role.APPROVER):
        raise InputError("only an approver opens a period again")
    if not period.is_locked or not reason.strip():
        raise InputError(f"period {period.name} is {period.state}; say why it is opened again")
    later = Period.objects.filter(state=Period.State.LOCKED, name__gt=period.name).first()
    if later is not None:
        raise InputError(f"period {later.name} is locked on top of it; open that one first")
    period.balances.all().delete()
    period.state, period.locked_at, period.locked_by = Period.State.OPEN, None, None
    period.save()
    record(actor=actor, action="period.reopened", target=("period", period.name),
           after={"reason": reason.strip()})  # fmt: skip
    refresh(period)
    return period


def _settle(period: Period) -> None:
    """Let pending and ready follow from the other tasks."""
    tasks = list(period.tasks.order_by("position"))
    graph = TaskGraph.of((each.code, each.depends_on) for each in tasks)
    states = settled(graph, [TaskState(each.state) for each in tasks])
    for each, state in zip(tasks, states, strict=True):
        if each.state != state:
            each.state = state
            each.save(update_fields=["state"])
