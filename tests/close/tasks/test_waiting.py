"""States that follow from others."""

import pytest

from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.model import TaskState as S
from tieout.close.tasks.waiting import check_move, settled, waiting
from tieout.model.errors import InputError

GRAPH = TaskGraph.of([("post", []), ("bank", ["post"]), ("lock", ["bank", "post"])])


def test_a_task_is_ready_once_all_before_it_are_done_or_skipped() -> None:
    assert settled(GRAPH, [S.PENDING, S.PENDING, S.PENDING]) == (S.READY, S.PENDING, S.PENDING)
    assert settled(GRAPH, [S.COMPLETED, S.SKIPPED, S.PENDING])[2] is S.READY


def test_a_task_is_not_ready_any_more_when_one_before_it_is_opened_again() -> None:
    assert settled(GRAPH, [S.READY, S.READY, S.PENDING])[1] is S.PENDING


@pytest.mark.parametrize("state", [S.FAILED, S.BLOCKED, S.IN_PROGRESS])
def test_what_waits_for_an_unfinished_task_stays_pending(state: S) -> None:
    assert settled(GRAPH, [S.COMPLETED, state, S.READY]) == (S.COMPLETED, state, S.PENDING)


def test_waiting_names_both_tasks_and_both_owners() -> None:
    states = [S.COMPLETED, S.READY, S.PENDING]
    (found,) = waiting(GRAPH, states, {"bank": "ann", "lock": "bob"})
    assert (found.task, found.owner, found.waits_for, found.owned_by) == (
        "lock", "bob", "bank", "ann",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [(S.READY, S.IN_PROGRESS), (S.IN_PROGRESS, S.COMPLETED), (S.COMPLETED, S.READY)],
)
def test_usual_moves_need_no_reason(old: S, new: S) -> None:
    check_move("bank", old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [(S.PENDING, S.COMPLETED), (S.PENDING, S.IN_PROGRESS), (S.COMPLETED, S.FAILED)],
)
def test_other_moves_are_refused_by_name(old: S, new: S) -> None:
    with pytest.raises(InputError, match=f"task 'bank' is {old} and cannot become {new}"):
        check_move("bank", old, new, reason="because")


@pytest.mark.parametrize("new", [S.SKIPPED, S.BLOCKED])
def test_skipping_and_blocking_need_a_reason(new: S) -> None:
    with pytest.raises(InputError, match="say why"):
        check_move("bank", S.READY, new, reason="  ")
    check_move("bank", S.READY, new, reason="no bank account")
