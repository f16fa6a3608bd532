"""`tieout keys`: what secrets in the database are encrypted by."""

import sys

import typer

from tieout.cli.options import WorkspaceOption

app = typer.Typer(
    help="Make keys that encrypt secrets in the database, and change from one to the next.",
    no_args_is_help=True,
)


@app.command("new")
def new() -> None:
    """Print a new key for TIEOUT_ENCRYPTION_KEY; it is kept nowhere."""
    from tieout.server.sealing import new_key

    sys.stdout.write(f"{new_key()}\n")


@app.command("rotate")
def rotate(workspace: WorkspaceOption = None) -> None:
    """Encrypt every secret in the database by the first key; older keys are not needed then."""
    from tieout.server.boot import boot

    boot(workspace)
    from tieout.server.accounts.factors import rotate_keys

    count = rotate_keys(actor=None)
    sys.stdout.write(f"{count} secrets are encrypted by the first key\n")
