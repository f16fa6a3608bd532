"""A command's process begins quickly, and ends quickly without losing anything."""

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tieout.cli.start import collect_rarely, keep_imported


@pytest.fixture
def as_before() -> Iterator[None]:
    """What the collector was set to comes back after the test."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def ended(code: str) -> subprocess.CompletedProcess[str]:
    """A Python that runs some code and then leaves with exit code 3."""
    script = f"from tieout.cli.start import leave\n{code}\nleave(3)\n"
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.usefixtures("as_before")
def test_dead_objects_are_looked_for_more_seldom() -> None:
    gc.set_threshold(700, 10, 10)
    collect_rarely()
    assert gc.get_threshold() == (200_000, 20, 10)
    assert gc.isenabled()


@pytest.mark.usefixtures("as_before")
def test_what_was_imported_is_left_alone_once_and_only_in_a_command() -> None:
    gc.set_threshold(700, 10, 10)
    keep_imported()
    assert gc.get_freeze_count() == 0
    collect_rarely()
    keep_imported()
    frozen = gc.get_freeze_count()
    assert frozen > 1000
    later: list[list[int]] = [[] for _ in range(100)]
    keep_imported()
    assert gc.get_freeze_count() <= frozen
    assert all(map(gc.is_tracked, later))


def test_what_was_written_arrives_and_the_code_stays() -> None:
    done = ended("import sys\nprint('a' * 100_000, end='')\nsys.stderr.write('said')")
    assert (done.returncode, len(done.stdout), done.stderr) == (3, 100_000, "said")


def test_what_was_registered_for_the_exit_is_done(tmp_path: Path) -> None:
    left = tmp_path / "left"
    done = ended(
        "import atexit, pathlib, tempfile\n"
        f"atexit.register(pathlib.Path({str(left)!r}).touch)\n"
        f"kept = tempfile.TemporaryDirectory(dir={str(tmp_path)!r}, prefix='temporary')"
    )
    assert done.returncode == 3
    assert [path.name for path in tmp_path.iterdir()] == ["left"]


def test_threads_end_their_work_and_idle_ones_hold_nobody() -> None:
    done = ended(
        "import threading, time\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "pool = ThreadPoolExecutor(1)\n"
        "pool.submit(print, 'pool')\n"
        "threading.Thread(target=lambda: (time.sleep(0.05), print('late'))).start()"
    )
    assert done.returncode == 3
    assert sorted(done.stdout.split()) == ["late", "pool"]


def test_an_output_that_nobody_reads_is_an_error_without_a_traceback() -> None:
    done = ended(
        "import os, sys\n"
        "reading, writing = os.pipe()\n"
        "os.close(reading)\n"
        "sys.stdout = os.fdopen(writing, 'w')\n"
        "print('lost')"
    )
    assert (done.returncode, done.stderr) == (120, "")


def test_the_command_leaves_with_the_code_of_its_end(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tieout", "reconcile", "none.csv", "neither.csv"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "tieout: none.csv: there is no such file\n"
