"""`tieout users`: people and their roles."""

import json
import sys
from typing import Annotated, Any

import typer

from tieout.cli.options import JsonOption, WorkspaceOption
from tieout.model.errors import InputError

app = typer.Typer(help="Add, list and change the people who may log in.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name to log in with.")]
RolesOption = Annotated[
    list[str] | None,
    typer.Option("--role", help="preparer, reviewer, approver, auditor or admin; repeatable."),
]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.command("add")
def add(
    username: Name,
    role: RolesOption = None,
    email: Annotated[str, typer.Option("--email", help="For resets of the password.")] = "",
    password_stdin: StdinOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Add a person; without --password-stdin the password is made up and printed once."""
    _boot(workspace)
    from tieout.server.accounts.services import create_user

    password, shown = _password(password_stdin)
    create_user(username, password=password, roles=role or [], email=email)
    sys.stdout.write(f"{username} added{shown}\n")


@app.command("list")
def list_people(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List everybody with their roles."""
    _boot(workspace)
    from tieout.server.accounts.queries import people

    rows: list[dict[str, Any]] = [
        {
            "username": user.username,
            "email": user.email,
            "roles": sorted(group.name for group in user.groups.all()),
            "active": user.is_active,
            "last_login": user.last_login.isoformat() if user.last_login else None,
        }
        for user in people()
    ]
    if as_json:
        sys.stdout.write(json.dumps({"users": rows}) + "\n")
        return
    for row in rows:
        state = "" if row["active"] else "  (disabled)"
        sys.stdout.write(f"{row['username']}  {', '.join(row['roles']) or 'no role'}{state}\n")


@app.command("role")
def roles(username: Name, role: RolesOption = None, workspace: WorkspaceOption = None) -> None:
    """Give a person these roles and no others."""
    _boot(workspace)
    from tieout.server.accounts.queries import user_named
    from tieout.server.accounts.services import set_roles

    set_roles(user_named(username), role or [], actor=None)
    sys.stdout.write(f"{username}: {', '.join(sorted(role or [])) or 'no role'}\n")


@app.command("disable")
def disable(username: Name, workspace: WorkspaceOption = None) -> None:
    """Let a person log in no longer; sessions and tokens stop at once."""
    _set_active(username, False, workspace)


@app.command("enable")
def enable(username: Name, workspace: WorkspaceOption = None) -> None:
    """Let a person log in again."""
    _set_active(username, True, workspace)


@app.command("password")
def password(
    username: Name, password_stdin: StdinOption = False, workspace: WorkspaceOption = None
) -> None:
    """Set a new password; without --password-stdin it is made up and printed once."""
    _boot(workspace)
    from tieout.server.accounts.queries import user_named
    from tieout.server.accounts.services import set_password

    chosen, shown = _password(password_stdin)
    set_password(user_named(username), chosen, actor=None)
    sys.stdout.write(f"{username}: password set{shown}\n")


@app.command("second-factor-off")
def second_factor_off(username: Name, workspace: WorkspaceOption = None) -> None:
    """Take away a person's second factor and codes, for a phone that was lost."""
    _boot(workspace)
    from tieout.server.accounts.factors import reset_second_factor
    from tieout.server.accounts.queries import user_named

    had = reset_second_factor(user_named(username), actor=None)
    sys.stdout.write(f"{username}: second factor {'off' if had else 'was off already'}\n")


def _set_active(username: str, active: bool, workspace: WorkspaceOption) -> None:
    _boot(workspace)
    from tieout.server.accounts.queries import user_named
    from tieout.server.accounts.services import set_active

    set_active(user_named(username), active, actor=None)
    sys.stdout.write(f"{username}: {'enabled' if active else 'disabled'}\n")


def _boot(workspace: WorkspaceOption) -> None:
    from tieout.server.boot import boot

    boot(workspace)


def _password(from_stdin: bool) -> tuple[str, str]:
    """The password, and what is said of it where it was made up."""
    if not from_stdin:
        from tieout.server.accounts.services import made_up_password

        made_up = made_up_password()
        return made_up, f"; password, shown once: {made_up}"
    given = sys.stdin.readline().rstrip("\n")
    if not given:
        raise InputError("--password-stdin: expected a password in the first line of input")
    return given, ""
