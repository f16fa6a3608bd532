"""`tieout close` in a workspace with tables; once as a process, from no workspace at all."""

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from databases import outside_variables, sqlite_with_tables

Run = Callable[..., "subprocess.CompletedProcess[str]"]
CALENDAR = json.dumps(
    [
        {"id": "A", "name": "Cut-off", "dependencies": [], "automation": True,
         "duration_estimate": 8},
        {"id": "B", "name": "Bank", "dependencies": ["A"], "automation": False,
         "duration_estimate": 16},
        {"id": "C", "name": "Side", "dependencies": ["A"], "automation": False,
         "duration_estimate": 4},
    ]
)  # fmt: skip
JOURNAL = (
    "entry_id,effective_date,account,debit,credit,currency\n"
    "J1,2026-10-05,1000,100.50,,EUR\nJ1,2026-10-05,4000,,100.50,EUR\n"
    "J2,2026-10-06,1000,7.00,,EUR\n"
)


@pytest.fixture
def run(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, tieout_in: Run) -> Run:
    """Runs `tieout close …` in a workspace that has its tables and nothing in them."""
    sqlite_with_tables(tmp_path_factory, tmp_path)

    def run(*words: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
        done = tieout_in(tmp_path, shlex.join(["close", *words]))
        assert done.returncode == code, done.stderr
        return done

    return run


def test_an_empty_workspace_gets_the_standard_tasks_and_their_plan(run: Run) -> None:
    run("init", "--period", "2026-10")
    status = json.loads(run("status", "--period", "2026-10", "--json").stdout)
    assert list(status) == ["period", "state", "tasks", "critical_path", "close_date"]
    assert len(status["tasks"]) == 17
    assert set(status["tasks"][0]) == {
        "id", "name", "state", "depends_on", "due", "owner", "slack_days",
    }  # fmt: skip
    slack = {task["id"]: task["slack_days"] for task in status["tasks"]}
    assert all(slack[name] == 0 for name in status["critical_path"])


def test_a_workspace_that_is_not_there_yet_is_made(run: Run, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tieout", "close", "init", "--period", "2026-10"]
    words += ["--workspace", str(tmp_path / "new" / "books")]
    subprocess.run(words, env=outside_variables(), check=True)
    assert (tmp_path / "new" / "books" / "tieout.db").is_file()
    (tmp_path / "file").write_text("")
    done = run("init", "--period", "2026-10", "--workspace", str(tmp_path / "file"), code=2)
    assert "can't be made" in done.stderr


def test_a_calendar_of_another_tool_is_planned_from_a_day(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tasks.json").write_text(CALENDAR)
    run("init", "--period", "2026-10", "--calendar", "tasks.json")
    status = json.loads(run("status", "--as-of", "2026-10-30", "--json").stdout)
    assert status["critical_path"] == ["A", "B"]
    assert status["close_date"] == "2026-11-04"
    assert [task["due"] for task in status["tasks"]] == ["2026-11-02", "2026-11-04", "2026-11-03"]
    assert [task["slack_days"] for task in status["tasks"]] == [0.0, 0.0, 1.5]
    shown = run("status", "--as-of", "2026-10-30").stdout
    assert "2026-10 is open, closed by 2026-11-04 (80 % between" in shown
    assert "critical path: A > B" in shown


def test_a_journal_is_imported_and_what_is_wrong_in_it_counted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "journal.csv").write_text(JOURNAL)
    words = ("init", "--period", "2026-10", "--ledger", "journal.csv", "--json")
    found = json.loads(run(*words).stdout)
    assert found["tasks"] == 17
    assert found["ledger"] == {
        "file": "journal.csv", "rows": 3, "kept": 2, "held": 1, "repeated": 0, "rejected": 0,
        "exceptions": {"unbalanced": 1},
    }  # fmt: skip
    again = json.loads(run(*words).stdout)
    assert (again["tasks"], again["ledger"]["repeated"]) == (0, 3)


def test_automated_tasks_run_and_a_limit_ends_with_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "journal.csv").write_text(JOURNAL)
    run("init", "--period", "2026-10", "--ledger", "journal.csv")
    found = json.loads(run("run", "--json", "--fail-on", "failed=0", code=3).stdout)
    assert found["ran"] == [
        {"id": "cut_off", "state": "failed", "text": "1 of 2 entries are held; see exceptions"}
    ]
    assert "late=" in run("status", "--fail-on", "soon=1", code=2).stderr


def test_the_report_is_a_page_and_a_pdf_in_the_folder_of_the_period(
    run: Run, tmp_path: Path
) -> None:
    run("init", "--period", "2026-10")
    found = json.loads(run("report", "--json").stdout)
    assert [Path(path).name for path in found["files"]] == [
        "packet.html", "packet.pdf", "exceptions.html", "exceptions.xlsx",
    ]  # fmt: skip
    assert (tmp_path / "close" / "2026-10" / "packet.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("init",), "name a month: --period 2026-10"),
        (("init", "--period", "October"), "period 'October': expected a month such as 2026-10"),
        (("init", "--period", "2026-10", "--ledger", "none.csv"), "none.csv: there is no such"),
        (("init", "--period", "2026-10", "--calendar", "no.yaml"), "no.yaml: cannot be read"),
        (("init", "--period", "2026-10", "--material", "much"), "--material much: expected 5000"),
        (("init", "--period", "2026-10", "--column", "x"), "expected FIELD=NAME"),
        (("init", "--period", "2026-10", "--user", "eve"), "--user eve: there is no such user"),
        (("status",), "no period was opened yet"),
        (("run", "--period", "2026-10"), "period 2026-10 was not opened"),
        (("report", "--period", "2026-1"), "expected a month"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_one_line(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    done = run(*words, code=2)
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_trial_balance_may_come_by_itself(run: Run, tmp_path: Path) -> None:
    (tmp_path / "chart.csv").write_text("account,name,closing_balance\n1000,Cash,5.00\n")
    found = json.loads(run("init", "--accounts", "chart.csv", "--json").stdout)
    assert (found["period"], found["ledger"]["rows"], found["ledger"]["kept"]) == (None, 1, 1)


def test_a_sample_is_drawn_by_method_size_and_seed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "journal.csv").write_text(JOURNAL)
    run("init", "--period", "2026-10", "--ledger", "journal.csv")
    words = ("sample", "--method", "monetary_unit", "--size", "1", "--seed", "7")
    found = json.loads(run(*words, "--json").stdout)
    assert [(row["entry"], row["amount"]) for row in found["entries"]] == [("J1", "100.50")]
    assert run(*words).stdout.splitlines()[1].startswith("monetary_unit,7,J1,2026-10-05,100.50")
    assert run(*words, "--out", "drawn.csv").stdout == "drawn.csv: 1 entries\n"
    assert "expected one of random" in run("sample", "--method", "any", code=2).stderr


def test_a_task_that_another_tool_automates_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "calendar.json").write_text(CALENDAR)
    run("init", "--period", "2026-10", "--calendar", "calendar.json")
    assert run("run").stdout == (
        "nothing to run in 2026-10: A is automated elsewhere; a task with `job:` runs here\n"
    )


def test_ids_are_not_cut_in_a_narrow_terminal(run: Run) -> None:
    run("init", "--period", "2026-10")
    shown = run("status").stdout
    assert "intercompany_fx" in shown
    assert "Settle" in shown


def test_a_calendar_with_a_circle_is_refused_by_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("tasks: [{id: a, depends_on: [b]}, {id: b, depends_on: [a]}]")
    done = run("init", "--period", "2026-10", "--calendar", "c.yaml", code=2)
    assert "circle: a -> b -> a" in done.stderr or "circle: b -> a -> b" in done.stderr
