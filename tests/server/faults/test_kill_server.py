"""kill -9 of `tieout serve`, while it runs a job and while people decide."""

import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tieout.practice.breaks import generate_breaks

Kill = Callable[[subprocess.Popen[str]], None]
LEASE_SECONDS = 3
START = str(Path(__file__).with_name("start.py"))


class Server:
    """`tieout serve` on a port of its own, and somebody who is logged in to it."""

    def __init__(self, workspace: Any) -> None:
        self.workspace = workspace
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = str(found.getsockname()[1])
        # A connection for each request: none is left over from a server that was killed.
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            timeout=60,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def start(self) -> "subprocess.Popen[str]":
        process: subprocess.Popen[str] = self.workspace.start(
            "-m", "tieout", "serve", "--port", self.port
        )
        while process.poll() is None:
            try:
                self.client.get("/login/")
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return process
        raise AssertionError("the server did not start")

    def log_in(self, password: str) -> None:
        self.client.get("/login/")
        answer = self.post("/login/", login="ann", password=password)
        assert answer.status_code == 302

    def post(self, address: str, **fields: str) -> httpx.Response:
        token = self.client.cookies["csrftoken"]
        return self.client.post(address, data=fields | {"csrfmiddlewaretoken": token})

    def wait_for_job(self) -> None:
        """Until nothing is queued or running."""
        for _ in range(1200):
            page = self.client.get("/jobs/").text
            open_jobs = re.findall(r">(?:Queued|Running) (\d+)<", page)
            assert len(open_jobs) == 2
            if open_jobs == ["0", "0"]:
                return
            time.sleep(0.1)
        raise AssertionError("the job does not end")


@pytest.fixture
def server(workspace: Any) -> Server:
    """Nobody listens yet."""
    workspace.environment["TIEOUT_LEASE_SECONDS"] = str(LEASE_SECONDS)
    return Server(workspace)


def test_a_run_and_decisions_outlive_a_killed_server(
    workspace: Any, server: Server, kill: Kill
) -> None:
    books = generate_breaks(rows=3_000, seed=3, out=workspace.folder / "books")
    password = workspace.ask(START, "people")
    workspace.script("run", str(books.left), str(books.right))

    first = server.start()
    while not list((workspace.folder / "runs").glob(".*-reconcile-j1.*")):
        assert first.poll() is None
        time.sleep(0.01)
    kill(first)
    assert not list((workspace.folder / "runs").glob("*-reconcile-j1/run.json"))

    second = server.start()
    server.log_in(password)
    server.wait_for_job()
    found = workspace.script("cases")
    assert (found["runs"], found["registered"]) == (1, 1)
    assert len(found["cases"]) > 40
    assert len(list((workspace.folder / "runs").glob("*-reconcile-j1/run.json"))) == 1

    confirmed: list[int] = []
    deciding = threading.Thread(target=decide_all, args=(server, found["cases"], confirmed))
    deciding.start()
    while len(confirmed) < 10:
        assert deciding.is_alive()
        time.sleep(0.005)
    kill(second)
    deciding.join()

    after = workspace.script("cases")
    assert set(confirmed) <= set(after["decided"]), "what was confirmed is there"
    assert len(set(after["decided"])) == len(after["decided"]), "nothing was decided twice"
    assert sorted(map(int, after["noted"])) == sorted(after["decided"])
    assert len(confirmed) < len(found["cases"]), "it was killed in the middle"
    verdict = workspace.ask("-m", "tieout", "verify", "--json")
    assert verdict["whole"], json.dumps(verdict)


def decide_all(server: Server, cases: list[int], confirmed: list[int]) -> None:
    """Decide one case after another until nobody answers."""
    for case in cases:
        try:
            answer = server.post(f"/cases/{case}/decide/", verdict="valid", note="seen")
        except httpx.TransportError:
            return
        assert answer.status_code == 302
        confirmed.append(case)
