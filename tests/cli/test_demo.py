import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tieout.cli.main import app
from tieout.model.errors import InputError
from tieout.pipeline import demo_jobs


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["demo", *arguments])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demonstration of this module was run."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shown(workspace: Path) -> Result:
    """What it showed; fewer payments and days than people see, as they take the longest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_jobs, "PRACTICE_PAYMENTS", 1_500)
        patch.setattr(demo_jobs, "WATCHED_TO", "2025-06-02")
        return run("--no-serve", "--workspace", str(workspace))


def test_it_ends_well(shown: Result) -> None:
    assert shown.exit_code == 0
    assert shown.stderr == ""


def test_it_says_what_was_found(shown: Result) -> None:
    assert "tie out." in shown.stdout
    assert "186 breaks worth" in shown.stdout
    assert "Nothing lost: statement" in shown.stdout


def test_it_explains_three_breaks_with_their_proof(shown: Result) -> None:
    told = shown.stdout.split("Read like this")[1].split("Report:")[0]
    flat = " ".join(told.split())
    for bucket in ("Transposition. ", "Fee or tax. ", "FX rate. "):
        assert bucket in flat
    assert "= 0.25 + 1.4% x" in flat
    assert flat.startswith("(left is statement, right is cashbook)")


def test_every_other_job_says_what_it_found_and_where(shown: Result) -> None:
    told = shown.stdout.split("The other jobs\n")[1].split("\nReport:")[0]
    jobs = dict(line.split(maxsplit=1) for line in told.splitlines() if line[2] != " ")
    assert list(jobs) == ["analyze", "detect", "monitor", "close"]
    assert "136 breaks judged by one another: 2 out of pattern" in jobs["analyze"]
    assert jobs["detect"].startswith("1,500 payments: ")
    assert jobs["monitor"].endswith("alerts")
    assert "8,898 journal lines imported, 4 held; 1 of 17 tasks done" in jobs["close"]
    reports = [Path(line.strip()) for line in told.splitlines() if line.endswith("report.html")]
    assert [report.is_file() for report in reports] == [True] * 3


def test_it_says_where_the_report_is(shown: Result) -> None:
    line = next(line for line in shown.stdout.splitlines() if line.startswith("Report: "))
    path = Path(line.removeprefix("Report: "))
    assert path.is_file()
    assert "<html" in path.read_text(encoding="utf-8")


def test_the_commands_it_names_work(shown: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    after = shown.stdout.split("\nNext\n")[1]
    commands = [line.strip() for line in after.splitlines() if line.startswith("  tieout ")]
    assert len(commands) == 2
    for command in commands:
        answer = CliRunner().invoke(app, shlex.split(command)[1:])
        assert answer.exit_code == 0
        assert "186 breaks worth" in answer.stdout


def test_with_no_serve_the_console_is_not_spoken_of(shown: Result) -> None:
    assert "console" not in shown.stdout


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    answer = run("--no-serve", "--workspace", str(tmp_path))
    assert isinstance(answer.exception, InputError)
    assert "choose another folder with --workspace" in str(answer.exception)


def test_the_workspace_is_called_demo_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").write_text("a file", encoding="utf-8")
    answer = run("--no-serve")
    assert str(answer.exception) == (
        "demo: is a file, expected a folder for the practice workspace"
    )


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_is_a_number_that_ports_have(port: str) -> None:
    assert run("--port", port).exit_code == 2
