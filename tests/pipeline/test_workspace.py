"""Where runs live, and how a run folder comes to be whole or not at all."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tieout.model.errors import InputError
from tieout.pipeline.workspace import (
    find_workspace,
    new_run_id,
    prepared_folder,
    run_folder,
)


def test_a_workspace_that_is_chosen_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIEOUT_WORKSPACE", str(tmp_path / "named"))
    assert find_workspace(tmp_path / "chosen") == tmp_path / "chosen"


def test_then_the_one_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tieout.yaml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIEOUT_WORKSPACE", str(tmp_path / "named"))
    assert find_workspace() == tmp_path / "named"
    monkeypatch.setenv("TIEOUT_WORKSPACE", "")
    assert find_workspace() == tmp_path


def test_then_the_nearest_folder_with_a_workspace_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIEOUT_WORKSPACE", raising=False)
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (tmp_path / "tieout.yaml").touch()
    (tmp_path / "a" / "tieout.yaml").touch()
    monkeypatch.chdir(deep)
    assert find_workspace() == tmp_path / "a"


def test_then_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIEOUT_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert find_workspace() == tmp_path


def test_a_run_is_called_by_its_time_and_job() -> None:
    moment = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert new_run_id("reconcile", moment) == "20260131T235959Z-reconcile"
    assert new_run_id("detect").endswith("Z-detect")


def test_a_run_goes_below_the_runs_of_its_workspace(tmp_path: Path) -> None:
    assert run_folder(None, tmp_path, "1-job") == tmp_path / "runs" / "1-job"


def test_two_runs_of_one_second_have_folders_of_their_own(tmp_path: Path) -> None:
    first = run_folder(None, tmp_path, "1-job")
    with prepared_folder(first):
        # Not there yet, but on its way.
        second = run_folder(None, tmp_path, "1-job")
        assert second != first
        assert second.name.startswith("1-job-")
    assert run_folder(None, tmp_path, "1-job") not in {first, second}


@pytest.mark.parametrize("there", [False, True])
def test_a_new_or_empty_folder_may_be_chosen(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "out").mkdir()
    assert run_folder(tmp_path / "out", None, "1-job") == tmp_path / "out"


def test_an_earlier_run_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "run.json").touch()
    assert run_folder(tmp_path, None, "1-job") == tmp_path


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").touch()
    with pytest.raises(InputError, match=r"holds files but no run\.json"):
        run_folder(tmp_path, None, "1-job")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.touch()
    with pytest.raises(InputError, match="is a file, expected a folder"):
        run_folder(path, None, "1-job")


def test_files_appear_only_when_all_went_well(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "deep" / "out"
    with prepared_folder(folder) as aside:
        (aside / "run.json").write_text("{}")
        (aside / "breaks.csv").write_text("x")
        assert not folder.exists()
    assert sorted(path.name for path in folder.iterdir()) == ["breaks.csv", "run.json"]
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        with prepared_folder(folder) as aside:
            (aside / "run.json").write_text("{}")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail(tmp_path / "runs" / "deep" / "out")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "runs").mkdir()
    with pytest.raises(RuntimeError):
        fail(tmp_path / "runs" / "out")
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_failure_leaves_an_earlier_run_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("earlier")

    def fail() -> None:
        with prepared_folder(tmp_path) as aside:
            (aside / "run.json").write_text("later")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert (tmp_path / "run.json").read_text() == "earlier"


def test_the_manifest_comes_last_so_that_it_vouches_for_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("run.json", "breaks.csv"):
        (folder / name).write_text("earlier")
    moved: list[tuple[str, bool]] = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        moved.append((self.name, (folder / "run.json").exists()))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    with prepared_folder(folder) as aside:
        for name in ("run.json", "breaks.csv", "spec.yaml"):
            (aside / name).write_text("later")
    assert sorted(moved[:2]) == [("breaks.csv", False), ("spec.yaml", False)]
    assert moved[2][0] == "run.json"


def test_a_folder_that_cannot_be_written_is_refused() -> None:
    # Nobody may make files there, not even root.
    with pytest.raises(InputError, match="can't be written"), prepared_folder(Path("/proc/out")):
        pass


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    below = tmp_path / "file" / "out"
    with pytest.raises(InputError, match="can't be written"), prepared_folder(below):
        pass


HANGING = """
import sys, time
from pathlib import Path
from tieout.cli.main import main
from tieout.pipeline import reconcile

ready = Path(sys.argv.pop())

def hang(*_, **__):
    ready.touch()
    time.sleep(60)

reconcile.write_files = hang
sys.argv = ["tieout", "reconcile", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_killed_in_the_middle_leaves_no_run_folder(
    tmp_path: Path, how: signal.Signals
) -> None:
    for name in "ab":
        table = "ref,amount,booked\nA1,10.00,2024-01-02\nB2,20.00,2024-01-03\n"
        (tmp_path / f"{name}.csv").write_text(table)
    (tmp_path / "temp").mkdir()
    words = ["a.csv", "b.csv", "--out", "work/out", "--temp", "temp", "ready"]
    process = subprocess.Popen(
        [sys.executable, "-c", HANGING, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "ready").exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    process.send_signal(how)
    _, said = process.communicate(timeout=30)
    assert not (tmp_path / "work" / "out").exists()
    if how is signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
        return
    # A run that may still act takes its temporary files along.
    assert process.returncode == {signal.SIGTERM: 143, signal.SIGINT: 130}[how]
    assert not (tmp_path / "work").exists()
    assert list((tmp_path / "temp").iterdir()) == []
    assert "Traceback" not in said
