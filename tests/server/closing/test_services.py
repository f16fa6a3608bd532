"""Tasks, sign-offs and locks."""

from collections.abc import Callable

import pytest

from tieout.close.tasks.model import TaskState as S
from tieout.close.tasks.template import parse_calendar
from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.closing.models import Certification, LedgerImport, LockedBalance, Period, Task
from tieout.server.closing.queries import find_task
from tieout.server.closing.running import run_period
from tieout.server.closing.services import (
    assign,
    lock_period,
    move_task,
    open_period,
    reopen_period,
    sign_off,
)

from .conftest import entry

Import = Callable[..., LedgerImport]
People = Callable[..., User]
SALE = entry("J1", "2026-10-05", "1000", "4000", "100.50")


def states(period: Period) -> dict[str, str]:
    return dict(period.tasks.values_list("code", "state"))


def do(period: Period, code: str, actor: User) -> Task:
    task = move_task(find_task(period, code), S.IN_PROGRESS, actor=actor)
    return move_task(task, S.COMPLETED, actor=actor, evidence="statement 7")


def test_a_new_period_has_its_tasks_dated_and_the_first_ready(period: Period) -> None:
    assert states(period) == {"post": "ready", "check": "pending", "side": "pending",
                              "lock": "pending"}  # fmt: skip
    due = {code: str(day) for code, day in period.tasks.values_list("code", "due")}
    assert due == {"post": "2026-11-02", "check": "2026-11-03", "side": "2026-11-03",
                   "lock": "2026-11-04"}  # fmt: skip
    assert AuditEntry.objects.get(action="period.opened").target_id == "2026-10"


def test_a_task_without_a_workday_is_due_when_the_plan_has_it_done(db: None) -> None:
    calendar = parse_calendar(
        "tasks: [{id: a, hours: 12}, {id: b, depends_on: [a], hours: 12}]", name="c.yaml"
    )
    period = open_period("2026-10", calendar, actor=None)
    assert [str(day) for day in period.tasks.values_list("due", flat=True)] == [
        "2026-11-03", "2026-11-04",
    ]  # fmt: skip


def test_a_period_opens_once(period: Period) -> None:
    with pytest.raises(InputError, match="2026-10 is there already"):
        open_period("2026-10", parse_calendar("tasks: [{id: a}]", name="c"), actor=None)


def test_an_unknown_job_is_refused_by_name(db: None) -> None:
    calendar = parse_calendar("tasks: [{id: a, job: pray}]", name="c")
    with pytest.raises(InputError, match="task 'a': job 'pray' is not known"):
        open_period("2026-10", calendar, actor=None)
    assert not Period.objects.exists()


def test_finishing_a_task_makes_the_next_ready_and_reopening_it_takes_that_back(
    period: Period, ann: User
) -> None:
    done = do(period, "post", ann)
    assert states(period)["check"] == states(period)["side"] == "ready"
    assert (done.done_by, done.evidence) == (ann, "statement 7")
    move_task(done, S.READY, actor=ann)
    assert states(period)["check"] == "pending"
    done.refresh_from_db()
    assert done.finished_at is None


def test_moves_are_audited_with_before_and_after(period: Period, ann: User) -> None:
    do(period, "post", ann)
    found = AuditEntry.objects.get(action="task.completed")
    assert (found.actor, found.target_id) == ("ann", "2026-10/post")
    assert (found.before["state"], found.after["state"]) == ("in_progress", "completed")


def test_an_auditor_moves_nothing(period: Period, person: People) -> None:
    with pytest.raises(InputError, match="only preparers"):
        move_task(find_task(period, "post"), S.IN_PROGRESS, actor=person("eve", "auditor"))


def test_four_eyes_sign_off(period: Period, ann: User, bob: User, person: People) -> None:
    task = find_task(period, "post")
    with pytest.raises(InputError, match="signed off once it is done"):
        sign_off(task, actor=bob)
    task = do(period, "post", ann)
    with pytest.raises(InputError, match="who did it does not sign it off"):
        sign_off(task, actor=ann)
    with pytest.raises(InputError, match="only reviewers and approvers"):
        sign_off(task, actor=person("cat", "preparer"))
    assert sign_off(task, actor=bob).signed_by == bob
    assert move_task(task, S.READY, actor=ann).signed_by is None


def test_a_task_is_given_to_somebody_else(period: Period, ann: User) -> None:
    assign(find_task(period, "post"), owner=" cat ", reviewer="", actor=ann)
    task = find_task(period, "post")
    assert (task.owner, task.reviewer) == ("cat", "")


def test_an_automated_task_completes_by_the_result_of_its_job(
    period: Period, ann: User, ledger: Import
) -> None:
    ledger(SALE)
    do(period, "post", ann)
    (ran,) = run_period(period, actor=None)
    assert (ran.code, ran.state, ran.reason) == ("check", "completed", "1 entries, none held")
    figures = {"entries": 1, "held": 0, "unreadable": 0, "exceptions": 0}
    assert ran.result == {"is_good": True, "text": ran.reason, "figures": figures}


def test_a_job_that_finds_something_fails_its_task_and_runs_again(
    period: Period, ann: User, ledger: Import
) -> None:
    do(period, "post", ann)
    (ran,) = run_period(period, actor=None)
    assert ran.state == "failed"
    assert "there is no ledger yet" in ran.reason
    ledger(SALE)
    assert [task.state for task in run_period(period, only="check", actor=None)] == ["completed"]


def test_a_task_that_waits_cannot_be_run(period: Period) -> None:
    with pytest.raises(InputError, match="task 'check' is pending; it runs once it is ready"):
        run_period(period, only="check", actor=None)
    with pytest.raises(InputError, match="has no task 'chekc'"):
        run_period(period, only="chekc", actor=None)


@pytest.fixture
def finished(period: Period, ann: User, bob: User, ledger: Import) -> Period:
    """A period in which everything is done but the lock."""
    ledger(SALE)
    sign_off(do(period, "post", ann), actor=bob)
    run_period(period, actor=None)
    do(period, "side", ann)
    do(period, "lock", ann)
    Certification.objects.filter(period=period).update(state="certified")
    return period


def test_a_period_is_locked_with_its_balances(finished: Period, bob: User) -> None:
    locked = lock_period(finished, actor=bob)
    assert locked.is_locked
    frozen = dict(LockedBalance.objects.values_list("account__code", "closing"))
    assert frozen == {"1000": 5_010_050, "3000": -5_000_000, "4000": -10_050, "6100": 0}
    assert sum(frozen.values()) == 0
    with pytest.raises(InputError, match="2026-10 is locked"):
        move_task(find_task(locked, "post"), S.READY, actor=bob)


def test_a_locked_period_takes_no_entries(finished: Period, bob: User, ledger: Import) -> None:
    lock_period(finished, actor=bob)
    done = ledger(entry("J2", "2026-10-20", "6100", "1000", "5.00"))
    assert (done.kept, done.held) == (0, 2)
    assert {found.kind for found in done.exceptions.all()} == {"closed_period"}


def test_what_is_open_stands_in_the_way_of_the_lock(period: Period, ann: User, bob: User) -> None:
    with pytest.raises(InputError, match="only an approver"):
        lock_period(period, actor=ann)
    with pytest.raises(InputError, match=r"task 'post' is ready; .* and 1 more"):
        lock_period(period, actor=bob)


def test_who_did_the_last_task_does_not_lock(finished: Period, bob: User) -> None:
    finished.tasks.filter(code="lock").update(done_by=bob)
    with pytest.raises(InputError, match="who did the last task"):
        lock_period(finished, actor=bob)


def test_a_locked_period_is_opened_again_with_a_reason_from_the_last_back(
    finished: Period, bob: User, ann: User
) -> None:
    lock_period(finished, actor=bob)
    with pytest.raises(InputError, match="say why"):
        reopen_period(finished, reason=" ", actor=bob)
    with pytest.raises(InputError, match="only an approver"):
        reopen_period(finished, reason="error", actor=ann)
    later = Period.objects.create(name="2026-11", state="locked", calendar="x")
    with pytest.raises(InputError, match="2026-11 is locked on top"):
        reopen_period(finished, reason="error", actor=bob)
    later.delete()
    assert not reopen_period(finished, reason="error", actor=bob).is_locked
    assert not LockedBalance.objects.exists()
