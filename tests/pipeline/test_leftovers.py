"""What killed runs leave behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tieout.pipeline.leftovers import MARK, marked, sweep
from tieout.pipeline.workspace import prepared_folder

WRITER = """
import sys
from pathlib import Path
from tieout.pipeline.workspace import prepared_folder
with prepared_folder(Path(sys.argv[1])) as aside:
    (aside / "half.csv").write_text("x")
    print(aside, flush=True)
    sys.stdin.read()
"""


def started(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that is writing a run folder, and the folder aside."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_the_next_run_removes_what_a_killed_one_left_and_nothing_else(tmp_path: Path) -> None:
    killed, left_behind = started(tmp_path / "first")
    alive, being_written = started(tmp_path / "second")
    other = tmp_path / ".git"
    other.mkdir()
    with killed, alive:
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        assert (left_behind / "half.csv").exists()

        with prepared_folder(tmp_path / "third") as aside:
            (aside / "run.json").write_text("{}")

        assert not left_behind.exists()
        assert (being_written / "half.csv").exists()
        assert other.is_dir()
        alive.communicate()
    assert [path.name for path in (tmp_path / "third").iterdir()] == ["run.json"]
    assert [path.name for path in (tmp_path / "second").iterdir()] == ["half.csv"]


def test_a_mark_is_locked_while_its_folder_is_written(tmp_path: Path) -> None:
    aside = tmp_path / ".run.1"
    aside.mkdir()
    with marked(aside):
        assert sweep(tmp_path) == []
    assert (aside / MARK).exists()
    assert sweep(tmp_path) == [aside]
    assert not aside.exists()


def test_where_nothing_is_left_nothing_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    assert sweep(tmp_path) == []
    assert sweep(tmp_path / "not there") == []
