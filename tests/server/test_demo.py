"""`tieout demo` as a person has it: the console is served, and each role can log in."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from databases import outside_variables, sqlite_with_tables

from tieout.server.accounts.permissions import ROLES


@pytest.fixture(scope="module")
def port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


# Fewer payments, events and lines than people see: making and judging them takes the longest.
_SMALL = """
from tieout.pipeline import demo_jobs
demo_jobs.PRACTICE_PAYMENTS, demo_jobs.PRACTICE_RATES = 1_500, 6_000
demo_jobs.PRACTICE_LINES = 3_000
from tieout.cli.main import command
command()
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[dict[str, str]]:
    """The passwords that the running demonstration printed, by name."""
    folder = tmp_path_factory.mktemp("demo")
    process = subprocess.Popen(
        [sys.executable, "-c", _SMALL, "demo", "--port", str(port), "--workspace", str(folder)],
        env=outside_variables(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield _printed(process)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) in {0, 143, -signal.SIGTERM}
        process.communicate()


def _printed(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    found: dict[str, str] = {}
    for line in process.stdout:
        match = re.fullmatch(r"  (\w+) +(\w{5}(?:-\w{5}){3})\n", line)
        if match:
            found[match[1]] = match[2]
        if line.startswith("Token of the API"):
            found["token"] = line.rpartition(" ")[2].strip()
        if line.startswith("Console: "):
            return found
    raise AssertionError("it ended before the console was there")


@contextmanager
def browser(port: int) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        wait_for_page(client)
        yield client


def wait_for_page(client: httpx.Client) -> None:
    for _ in range(100):
        try:
            client.get("/login/")
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nobody listens")


def log_in(client: httpx.Client, name: str, password: str) -> Any:
    fields = {
        "login": name, "password": password, "csrfmiddlewaretoken": client.cookies["csrftoken"],
    }  # fmt: skip
    return client.post("/login/", data=fields)


def test_somebody_of_each_role_logs_in_and_sees_the_queue(demo: dict[str, str], port: int) -> None:
    assert set(demo) == {*ROLES, "token"}
    for name, password in demo.items():
        if name == "token":
            continue
        with browser(port) as client:
            assert log_in(client, name, password).status_code == 302
            queue = client.get("/")
            assert queue.status_code == 200
            assert name in queue.text


def test_the_other_jobs_are_done_meanwhile(demo: dict[str, str], port: int) -> None:
    with browser(port) as client:
        log_in(client, "auditor", demo["auditor"])
        for _ in range(600):
            page = client.get("/jobs/").text
            if page.count("<td>Done") == 2:
                break
            time.sleep(0.2)
        assert page.count("<td>Done") == 2
        assert "Failed 0" in page


def test_a_port_that_is_taken_is_told_in_one_line(
    demo: dict[str, str],
    port: int,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    sqlite_with_tables(tmp_path_factory, tmp_path)
    said = subprocess.run(
        [sys.executable, "-m", "tieout", "serve", "--port", str(port)],
        env=os.environ | {"TIEOUT_WORKSPACE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2
    assert "can't be listened on" in said.stderr.splitlines()[-1]


def test_the_token_that_was_printed_reads_and_changes_nothing(
    demo: dict[str, str], port: int
) -> None:
    with browser(port) as client:
        known = {"Authorization": f"Bearer {demo['token']}"}
        assert client.get("/api/v1/cases", headers=known).status_code == 200
        assert client.get("/api/v1/cases").status_code == 401
