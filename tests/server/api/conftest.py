"""A real `tieout serve` on loopback, with tokens for everybody, on SQLite and on PostgreSQL."""

import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django.plugin import DjangoDbBlocker
from tests.server.conftest import environment_of
from workspaces import run_code

from tieout.practice.payments import generate_payments

ROLES = ("preparer", "reviewer", "approver", "auditor", "admin")
SCOPES = ("read", "score", "write", "admin")
READY_SECONDS = 60.0
# What a client is to trust takes it longer to read than most answers take.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_PEOPLE = """
from tieout.server.accounts.services import create_token, create_user
every, tokens = ["read", "score", "write", "admin"], {}
for role in roles:
    user = create_user(role, password=None, roles=[role])
    tokens[role] = create_token(user, name="test", scopes=every, actor=None)[1]
user = create_user("reader", password=None, roles=["preparer"])
tokens["read only"] = create_token(user, name="test", scopes=["read"], actor=None)[1]
user = create_user("nobody", password=None)
tokens["no role"] = create_token(user, name="test", scopes=every, actor=None)[1]
print(json.dumps(tokens))
"""


@dataclass
class Server:
    """A `tieout serve` of its own."""

    environment: dict[str, str]
    workspace: Path
    blocker: DjangoDbBlocker
    tokens: dict[str, str] = field(default_factory=dict)
    port: int = 0
    _clients: list[httpx.Client] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *options: str, **environment: str) -> None:
        """Start, and wait until it is ready."""
        self.port = _free_port()
        words = ["serve", "--port", str(self.port), "--no-worker", "--only", "api", *options]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).with_name("tieout")), *words],
                env=self.environment | environment,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/ready", verify=NO_TLS).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"the server did not come up: {self.said()}")

    def said(self) -> str:
        """What it wrote."""
        return self._log.read_text()[-4000:] if self._log.exists() else ""

    @property
    def _log(self) -> Path:
        return self.workspace.with_suffix(".log")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, by default in good order."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(how)
            self.process.wait(timeout=30)
            self.process = None

    def client(self, who: str = "preparer") -> httpx.Client:
        """Talks to it as somebody; "" is a caller without a token. Closed with the server."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        made = httpx.Client(base_url=self.url, headers=headers, verify=NO_TLS, timeout=60)
        self._clients.append(made)
        return made

    @property
    def address(self) -> str:
        """Of its PostgreSQL; "" where it has a file."""
        return self.environment.get("DATABASE_URL", "")

    def ask_database(self, code: str, **names: object) -> Any:
        """What Python code prints as JSON that runs in the server's workspace."""
        return json.loads(run_code(self.workspace, code, self.blocker, self.address, **names))


@pytest.fixture(scope="session")
def payments_for_api(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,000 practice payments, made once."""
    folder = tmp_path_factory.mktemp("payments")
    return generate_payments(rows=2_000, seed=3, out=folder).transactions


def make_server(
    database: str, workspace: Path, payments: Path, request: pytest.FixtureRequest
) -> Server:
    """A workspace with payments and people, not started yet."""
    data = workspace / "data"
    data.mkdir(parents=True)
    (data / "transactions.csv").write_bytes(payments.read_bytes())
    (workspace / ".tieout").mkdir()
    pointer = {"data_sets": [{"kind": "payments", "path": "data/transactions.csv"}]}
    (workspace / ".tieout" / "latest.json").write_text(json.dumps(pointer))
    environment = environment_of(database, workspace, request)
    server = Server(
        environment | {"TIEOUT_REQUESTS_PER_SECOND": "0"},
        workspace,
        request.getfixturevalue("django_db_blocker"),
    )
    server.tokens = server.ask_database(_PEOPLE, roles=ROLES)
    return server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, payments_for_api: Path
) -> Iterator[Server]:
    """One server for all tests that only ask; everything it does goes through its port."""
    made = make_server(request.param, tmp_path_factory.mktemp("served"), payments_for_api, request)
    made.start()
    yield made
    made.stop()
    assert not re.search(r"Traceback|ResourceWarning", made.said()), made.said()


@pytest.fixture
def own_server(
    request: pytest.FixtureRequest, tmp_path: Path, payments_for_api: Path
) -> Iterator[Callable[..., Server]]:
    """Makes servers that a test starts, kills and starts again."""
    made: list[Server] = []

    def make(database: str = "sqlite") -> Server:
        workspace = tmp_path / f"served{len(made)}"
        made.append(make_server(database, workspace, payments_for_api, request))
        return made[-1]

    yield make
    for each in made:
        each.stop(signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
