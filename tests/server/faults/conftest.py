"""Processes that are killed in the middle, and a workspace to look at afterwards."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker
from workspaces import run_code

HERE = Path(__file__).parent


class Workspace:
    """Runs `tieout` and small scripts in processes of their own, on one database."""

    def __init__(self, environment: dict[str, str], blocker: DjangoDbBlocker) -> None:
        self.environment = environment | {"PYTHONPATH": str(HERE)}
        self.blocker = blocker
        self.folder = Path(environment["TIEOUT_WORKSPACE"])
        self.running: list[subprocess.Popen[str]] = []

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a Python process and leave it running."""
        process = subprocess.Popen(
            [sys.executable, *words], env=self.environment, text=True, stdout=subprocess.PIPE
        )
        self.running.append(process)
        return process

    def ask(self, *words: str) -> Any:
        """Run a Python process to its end, and answer with the JSON that it printed."""
        done = subprocess.run(
            [sys.executable, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def script(self, name: str, *words: str) -> Any:
        """Run one of the actions of `work.py` to its end, in this process."""
        address = self.environment.get("DATABASE_URL", "")
        actions = (HERE / "work.py").read_text(encoding="utf-8")
        code = f"{actions}\nACTIONS[{name!r}](*{words!r})"
        said = run_code(self.folder, code, self.blocker, address)
        return json.loads(said) if said.strip() else None

    def wait_for(self, path: str) -> None:
        """Wait until a process has written a file: it is in the middle of its work."""
        while not (self.folder / path).exists():
            assert self.running[-1].poll() is None, "it ended before"
            time.sleep(0.05)

    def end(self) -> None:
        """Leave no process behind."""
        for process in self.running:
            with suppress(ProcessLookupError):
                process.kill()
            process.communicate()


@pytest.fixture
def workspace(
    server_environment: dict[str, str], django_db_blocker: DjangoDbBlocker
) -> Iterator[Workspace]:
    """A workspace with an empty database."""
    workspace = Workspace(server_environment, django_db_blocker)
    try:
        yield workspace
    finally:
        workspace.end()


@pytest.fixture
def kill() -> Callable[[subprocess.Popen[str]], None]:
    """End a process as a power cut would."""

    def carry_out(process: subprocess.Popen[str]) -> None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    return carry_out
