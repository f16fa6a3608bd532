"""kill -9 in the middle: nothing is lost, nothing happens twice, and the log is whole."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WORK = str(Path(__file__).with_name("start.py"))
Kill = Callable[[subprocess.Popen[str]], None]


@pytest.mark.parametrize(("stuck", "sign"), [("run", "in-run"), ("effect", "in-effect")])
def test_a_job_of_a_killed_worker_is_done_by_the_next_and_once(
    stuck: str, sign: str, workspace: Any, kill: Kill
) -> None:
    workspace.script("ask", stuck)
    worker = workspace.start(WORK, "stay")
    workspace.wait_for(sign)
    kill(worker)
    workspace.script("finish")
    found = workspace.script("state")
    assert found["jobs"] == [{"state": "done", "attempts": 2, "result": {"attempt": 2}}]
    assert (found["users"], found["created"], found["done"]) == (1, 1, 1)
    assert found["whole"]


def test_a_writer_killed_in_the_middle_leaves_changes_and_entries_that_agree(
    workspace: Any, kill: Kill
) -> None:
    workspace.script("state")
    writers = [workspace.start(WORK, "decide")]
    workspace.wait_for("deciding")
    for writer in writers:
        kill(writer)
    found = workspace.script("state")
    assert found["users"] == found["created"] > 15
    assert found["whole"]
