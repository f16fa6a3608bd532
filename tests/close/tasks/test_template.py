"""Calendars from YAML and JSON."""

import json
from pathlib import Path

import pytest

from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.template import parse_calendar, read_calendar, standard_calendar
from tieout.model.errors import InputError


def test_the_standard_calendar_has_the_seventeen_tasks_and_one_end() -> None:
    calendar = standard_calendar()
    graph = TaskGraph.of((task.id, task.depends_on) for task in calendar.tasks)
    assert len(calendar.tasks) == 17
    ends = [graph.ids[place] for place, later in enumerate(graph.after) if not later]
    assert ends == ["lock"]
    assert {task.job for task in calendar.tasks if task.job} == {
        "validate_ledger", "test_journals", "check_certifications", "review_flux",
    }  # fmt: skip


def test_everything_a_task_may_say_is_read() -> None:
    calendar = parse_calendar(
        """
        calendar: quarter
        hours_per_day: 7.5
        holidays: DE
        tasks:
          - {id: post, name: Post cash, workday: 1, starts: 0, hours: 3, owner: ann, reviewer: bob}
          - id: bank
            depends_on: [post]
            job: {reconcile: {left: bank.csv, right: cash.csv}}
            evidence: statement
        """,
        name="q.yaml",
    )
    post, bank = calendar.tasks
    assert (calendar.name, calendar.hours_per_day, calendar.holidays) == ("quarter", 7.5, "DE")
    assert (post.workday, post.starts, post.hours) == (1, 0, 3.0)
    assert (post.owner, post.reviewer, post.is_automated) == ("ann", "bob", False)
    assert (bank.name, bank.depends_on, bank.job) == ("bank", ("post",), "reconcile")
    assert dict(bank.arguments) == {"left": "bank.csv", "right": "cash.csv"}
    assert bank.is_automated
    assert calendar.days(post) == pytest.approx(0.4)


def test_a_list_of_another_tool_in_json_is_read() -> None:
    text = json.dumps(
        [
            {"id": 1, "name": "Cut-off", "dependencies": [], "automation": True,
             "duration_estimate": 2},
            {"id": 2, "name": "Bank", "dependencies": [1], "automation": "manual",
             "duration_estimate": "1.5 days"},
        ]
    )  # fmt: skip
    first, second = parse_calendar(text, name="tasks.json").tasks
    assert (first.id, first.hours, first.is_automated, first.job) == ("1", 2.0, True, "")
    assert (second.depends_on, second.hours, second.is_automated) == (("1",), 12.0, False)


@pytest.mark.parametrize("key", ["tasks", "close_tasks"])
def test_the_list_may_stand_in_an_object(key: str) -> None:
    text = json.dumps({key: [{"id": "a", "name": "A"}]})
    assert parse_calendar(text, name="c.json").tasks[0].id == "a"


def test_tasks_may_be_keyed_by_their_ids() -> None:
    calendar = parse_calendar("tasks: {a: {name: A}, b: {depends_on: a}}", name="c.yaml")
    assert [(task.id, task.depends_on) for task in calendar.tasks] == [("a", ()), ("b", ("a",))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no tasks"),
        ("tasks: []", "has no tasks"),
        ("tasks: [a]", "task 1 is 'a'"),
        ("tasks: [{hours: 2}]", "task 1 has no id"),
        ("tasks: [{id: a, hours: soon}]", "task 'a': duration is 'soon'"),
        ("tasks: [{id: a, workday: first}]", "workday is 'first'"),
        ("tasks: [{id: a, depends_on: [b]}]", "task 'a' depends on 'b'"),
        ("tasks: [{id: a, depends_on: [a]}]", "circle"),
        ("tasks: [{id: a, job: [x]}]", "job is"),
        ("hours_per_day: 0\ntasks: [{id: a}]", "hours_per_day is 0"),
        ("calendar: x\ncolour: red\ntasks: [{id: a}]", "'colour' is not known"),
        ("tasks: [{id: a}", "c.yaml: "),
        ('{"tasks": [', "c.yaml: "),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(InputError, match=r"^c\.yaml: ") as caught:
        parse_calendar(text, name="c.yaml")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.yaml: cannot be read"):
        read_calendar(tmp_path / "none.yaml")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe\x00tasks")
    with pytest.raises(InputError, match="is no text"):
        read_calendar(tmp_path / "c.yaml")
