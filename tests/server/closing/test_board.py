"""The plan of a period."""

from datetime import UTC, date, datetime

import pytest

from tieout.close.tasks.model import TaskState as S
from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.closing.board import (
    board_of,
    history,
    impact_object,
    outlook,
    status_object,
    what_if,
)
from tieout.server.closing.models import Period
from tieout.server.closing.queries import find_task
from tieout.server.closing.services import move_task

BEFORE = date(2026, 10, 30)


def test_status_has_exactly_the_fields_of_the_contract(period: Period) -> None:
    found = status_object(board_of(period, moment=BEFORE))
    assert list(found) == ["period", "state", "tasks", "critical_path", "close_date"]
    assert list(found["tasks"][0]) == [
        "id", "name", "state", "depends_on", "due", "owner", "slack_days",
    ]  # fmt: skip
    assert (found["period"], found["state"]) == ("2026-10", "open")
    assert found["critical_path"] == ["post", "check", "lock"]
    assert found["close_date"] == "2026-11-03"
    slack = {task["id"]: task["slack_days"] for task in found["tasks"]}
    assert slack == {"post": 0.0, "check": 0.0, "side": 0.25, "lock": 0.0}


def test_what_has_not_begun_by_now_is_late_and_moves_the_close(period: Period) -> None:
    board = board_of(period, moment=date(2026, 11, 4))
    assert board.close_date == date(2026, 11, 6)
    late = [task.code for task in board.tasks if board.is_late(task)]
    assert late == ["post", "check", "side"]


def test_a_delay_says_what_moves_and_the_new_date(period: Period) -> None:
    board = board_of(period, moment=BEFORE)
    found = impact_object(board, what_if(board, {"side": 1.25}))
    assert found["close_date_before"] == "2026-11-03"
    assert found["close_date"] == "2026-11-04"
    assert found["moved_days"] == 1.0
    assert found["critical_path"] == ["post", "side", "lock"]
    assert found["downstream"] == ["lock"]
    assert {task["id"]: task["moved_days"] for task in found["tasks"]} == {
        "side": 1.25, "lock": 1.0,
    }  # fmt: skip
    with pytest.raises(InputError, match="no task 'sied'"):
        what_if(board, {"sied": 1.0})


def test_the_outlook_surrounds_the_plan_and_is_the_same_each_time(period: Period) -> None:
    board = board_of(period, moment=BEFORE)
    found = outlook(board)
    assert found.early < board.schedule.end < found.late
    assert found == outlook(board)


def test_who_waits_for_whom(period: Period) -> None:
    waits = board_of(period, moment=BEFORE).waits()
    assert [(each.task, each.waits_for, each.owned_by) for each in waits] == [
        ("check", "post", "ann"), ("side", "post", "ann"), ("lock", "check", ""),
        ("lock", "side", "ann"),
    ]  # fmt: skip


def test_a_locked_period_was_closed_when_it_was_and_teaches_the_next(
    period: Period, ann: User
) -> None:
    move_task(find_task(period, "post"), S.IN_PROGRESS, actor=ann)
    move_task(find_task(period, "post"), S.COMPLETED, actor=ann)
    started = datetime(2026, 11, 2, 9, tzinfo=UTC)
    period.tasks.filter(code="post").update(
        started_at=started, finished_at=datetime(2026, 11, 4, 9, tzinfo=UTC)
    )
    period.state, period.locked_at = Period.State.LOCKED, datetime(2026, 11, 6, 17, tzinfo=UTC)
    period.save()
    assert board_of(period).close_date == date(2026, 11, 6)
    trend, costly = history()
    assert trend is not None
    assert trend.days == (("2026-10", 5.0),)
    assert (costly[0].task, costly[0].days_lost) == ("post", 1.5)
