"""`tieout serve`."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from tieout.cli.options import WorkspaceOption
from tieout.model.errors import InputError


def serve_command(  # noqa: PLR0913, PLR0917 - each is an option of the command
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Of console and API.")] = (
        8000
    ),
    workspace: WorkspaceOption = None,
    only: Annotated[
        Literal["api", "console"] | None, typer.Option("--only", help="Serve only this part.")
    ] = None,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Run jobs in this process too.")
    ] = True,
    certificate: Annotated[
        Path | None, typer.Option("--tls-cert", help="Certificate, PEM, with its chain.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--tls-key", help="Its private key, PEM.")] = None,
    open_scoring: Annotated[
        bool,
        typer.Option("--open-scoring", help="Score without a token, for callers of this machine."),
    ] = False,
) -> None:
    """Serve the console and the API of a workspace.

    Outside loopback it needs TIEOUT_SECRET_KEY, TIEOUT_ALLOWED_HOSTS and TLS, or says what is
    missing.
    """
    if open_scoring:
        require_loopback(host)
        os.environ["TIEOUT_OPEN_SCORING"] = "true"
    from tieout.server.boot import boot
    from tieout.server.serving import Serving, require_safe, serve

    serving = Serving(
        host=host, port=port, only=only, worker=worker, certificate=certificate, key=key
    )
    require_safe(serving)
    folder = boot(workspace, log=True)
    sys.stderr.write(f"tieout: {folder} on {serving.address}\n")
    serve(serving)


def require_loopback(host: str) -> None:
    """Raise InputError where a server would score for anybody who reaches it."""
    if host not in {"127.0.0.1", "::1", "localhost"}:
        raise InputError(
            f"--open-scoring --host {host}: without a token only this machine may be served; "
            "listen on 127.0.0.1, or make tokens with `tieout tokens create`"
        )
