"""`tieout tokens`: what programs log in with."""

import json
import sys
from typing import Annotated, Any

import typer

from tieout.cli.options import JsonOption, WorkspaceOption
from tieout.model.errors import InputError

app = typer.Typer(help="Make, list and revoke the tokens of the API.", no_args_is_help=True)


@app.command("create")
def create(
    username: Annotated[str, typer.Argument(help="Whom it acts for.")],
    name: Annotated[str, typer.Option("--name", help="What it is for.")] = "token",
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="read, score, write or admin; repeatable; default read."),
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Until it expires.")] = 90,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a token and print it; it is not kept and can't be shown again."""
    _boot(workspace)
    from tieout.server.accounts.queries import user_named
    from tieout.server.accounts.services import create_token

    user = user_named(username)
    _, text = create_token(user, name=name, scopes=scope or ["read"], days=days, actor=None)
    sys.stdout.write(f"{text}\n")


@app.command("list")
def list_tokens(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List tokens by their first letters, with what they may do and when they were used."""
    _boot(workspace)
    from tieout.server.accounts.queries import tokens

    rows = [
        {
            "prefix": token.prefix,
            "name": token.name,
            "user": token.user.username,
            "scopes": token.scopes,
            "expires_at": _moment(token.expires_at),
            "last_used_at": _moment(token.last_used_at),
            "revoked_at": _moment(token.revoked_at),
        }
        for token in tokens()
    ]
    if as_json:
        sys.stdout.write(json.dumps({"tokens": rows}) + "\n")
        return
    for row in rows:
        end = f"revoked {row['revoked_at']}" if row["revoked_at"] else f"until {row['expires_at']}"
        used = f"last used {row['last_used_at'] or 'never'}"
        sys.stdout.write(
            f"{row['prefix']}  {row['user']}  {row['name']}  {' '.join(row['scopes'])}  {end}  "
            f"{used}\n"
        )


@app.command("revoke")
def revoke(
    prefix: Annotated[str, typer.Argument(help="First letters, as `tokens list` shows them.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Make a token worthless."""
    _boot(workspace)
    from tieout.server.accounts.queries import tokens
    from tieout.server.accounts.services import revoke_token

    token = tokens().filter(prefix=prefix).first()
    if token is None:
        raise InputError(f"{prefix}: no such token; see `tieout tokens list`")
    revoke_token(token, actor=None)
    sys.stdout.write(f"{prefix} revoked\n")


def _moment(value: Any) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


def _boot(workspace: WorkspaceOption) -> None:
    from tieout.server.boot import boot

    boot(workspace)
