"""`tieout serve`."""

from typing import Annotated, Literal

import typer

from tieout.cli.options import WorkspaceOption


def serve_command(
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
) -> None:
    """Serve the console and the API of a workspace."""
    from tieout.server.boot import boot
    from tieout.server.serve import Serving, serve

    boot(workspace)
    serve(Serving(host=host, port=port, only=only, worker=worker))
