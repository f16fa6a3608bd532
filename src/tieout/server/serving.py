"""Serves a workspace: console, API and a worker, in one process."""

import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tieout.model.errors import InputError
from tieout.server.config import ServerConfig, load_config

if TYPE_CHECKING:
    from tieout.server.web import Part

_SECRET_CHARACTERS_MIN: Final = 32
_WORKER_SECONDS: Final = 10
_BACKLOG: Final = 2048


@dataclass(frozen=True, kw_only=True)
class Serving:
    """How a workspace is served."""

    host: str = "127.0.0.1"
    port: int = 8000
    only: "Part | None" = None
    worker: bool = True
    certificate: Path | None = None
    key: Path | None = None

    @property
    def is_on_loopback(self) -> bool:
        """Whether nobody but this machine can come in."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def address(self) -> str:
        """What to open in a browser."""
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://{self.host}:{self.port}/"


def require_safe(serving: Serving) -> None:
    """Make cookies and pages secure where there is TLS; call it before anything is set up.

    Raises InputError that names everything that makes these settings unfit for a network.
    """
    for option, path in (("--tls-cert", serving.certificate), ("--tls-key", serving.key)):
        if path is not None and not path.is_file():
            raise InputError(f"{option} {path}: there is no such file")
    if (serving.certificate is None) != (serving.key is None):
        raise InputError("--tls-cert and --tls-key belong together: give both, or neither")
    config = load_config()
    if serving.certificate is not None or config.behind_proxy:
        os.environ["TIEOUT_SECURE"] = "true"
        load_config.cache_clear()
    missing = [] if serving.is_on_loopback else _unsafe(serving, config)
    if missing:
        raise InputError(f"not served on {serving.host}, which others can reach: {missing}")


def serve(serving: Serving) -> None:
    """Serve the workspace that was booted until the process is asked to stop.

    Raises InputError where the keys do not open the secrets of its database.
    """
    import uvicorn

    from tieout.server.accounts.factors import check_keys
    from tieout.server.jobs.registry import load_handlers
    from tieout.server.web import create_app

    check_keys()
    # Now, so that whoever comes first need not wait for it.
    load_handlers()
    config = uvicorn.Config(
        create_app(serving.only),
        host=serving.host,
        port=serving.port,
        ssl_certfile=serving.certificate,
        ssl_keyfile=serving.key,
        proxy_headers=load_config().behind_proxy,
        log_config=None,
        access_log=False,
        server_header=False,
    )
    with (
        listening_socket(serving) as listening,
        worker_inside() if serving.worker else nullcontext(),
    ):
        uvicorn.Server(config).run(sockets=[listening])


def listening_socket(serving: Serving) -> socket.socket:
    """The socket, opened before anything else is started; what it accepts sends at once.

    Raises InputError where another process has the port, or the host is not of this machine.
    """
    host = serving.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, serving.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise InputError(
            f"{serving.host}:{serving.port} can't be listened on ({error.strerror}); "
            "choose another with --port"
        ) from error
    # Accepted sockets inherit it; asyncio sets it only where a socket names its protocol. Without
    # it the second part of an answer waits 40 ms for the client to confirm the first.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


@contextmanager
def worker_inside() -> Iterator[None]:
    """Run jobs, and deliver what is to be sent, in threads of this process meanwhile."""
    from tieout.server.jobs.worker import work
    from tieout.server.outbox.delivering import delivering

    stop = threading.Event()
    thread = threading.Thread(
        target=work,
        kwargs={"stop": stop, "lease_seconds": load_config().lease_seconds},
        name="worker",
        daemon=True,
    )
    thread.start()
    try:
        with delivering():
            yield
    finally:
        stop.set()
        thread.join(timeout=_WORKER_SECONDS)


def _unsafe(serving: Serving, config: ServerConfig) -> str:
    secret = config.secret_key.get_secret_value() if config.secret_key else ""
    own_hosts = set(config.hosts()) - {"localhost", "127.0.0.1", "[::1]"}
    checks: list[tuple[Any, str]] = [
        (
            len(secret) >= _SECRET_CHARACTERS_MIN,
            f"set TIEOUT_SECRET_KEY to at least {_SECRET_CHARACTERS_MIN} random characters",
        ),
        (not config.debug, "unset TIEOUT_DEBUG"),
        (
            serving.certificate or config.behind_proxy,
            "give --tls-cert and --tls-key, or set TIEOUT_BEHIND_PROXY=true where a proxy does TLS",
        ),
        (
            own_hosts and "*" not in own_hosts,
            "set TIEOUT_ALLOWED_HOSTS to the names under which it is called",
        ),
    ]
    return "; ".join(advice for holds, advice in checks if not holds)
