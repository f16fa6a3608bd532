"""`tieout actions test CHANNEL`."""

import json
import os
import secrets
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from tieout.cli.options import JsonOption, WorkspaceOption

app = typer.Typer(help="The ways out: e-mail, tickets, webhooks and others.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """A group of commands even while it has one."""


@app.command("test")
def send_sample(
    channel: Annotated[
        str,
        typer.Argument(help="email, jira, webhook, slack, http, events, tasks or journal."),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a harmless test by a channel of the workspace's resolve.yaml, and say what came of it.

    Exit code 2 where it was not delivered.
    """
    from tieout.pipeline.workspace import find_workspace
    from tieout.resolve.actions.channels import Post, sample_message, send
    from tieout.resolve.actions.message import Outcome
    from tieout.resolve.config import workspace_resolve_spec

    folder = find_workspace(workspace)
    spec = workspace_resolve_spec(folder)
    message = sample_message(channel, spec, key=f"test-{secrets.token_hex(8)}")
    if dry_run:
        shown = {"channel": channel, "payload": dict(message.payload), "sent": False}
        indent = None if as_json else 2
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=indent) + "\n")
        return
    receipt = send(message, Post(spec, os.environ, folder))
    if as_json:
        sys.stdout.write(json.dumps({"channel": channel, "sent": True} | asdict(receipt)) + "\n")
    else:
        sys.stdout.write(f"{channel}: {receipt.outcome}: {receipt.detail}\n")
    if receipt.outcome is not Outcome.DONE:
        raise typer.Exit(2)
