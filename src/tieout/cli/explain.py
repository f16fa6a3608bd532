"""`tieout explain RUN ROW|BREAK_ID`."""

import json
import sys
from typing import Annotated, Literal

import typer

from tieout.cli.options import (
    JsonOption,
    MemoryOption,
    TempOption,
    WorkspaceOption,
    shown_progress,
)


def explain_command(
    run: Annotated[str, typer.Argument(help="Run folder, or the name of a run of the workspace.")],
    subject: Annotated[
        str,
        typer.Argument(
            metavar="ROW|ID",
            help="Data row, or the beginning of a break's or case's id, or a journal entry.",
        ),
    ],
    side: Annotated[
        Literal["left", "right"] | None,
        typer.Option("--side", help="Side of the row in a reconciliation; default left."),
    ] = None,
    workspace: WorkspaceOption = None,
    memory: MemoryOption = None,
    temp: TempOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow one row from its line in the file to what was found about it, and why."""
    from tieout.export.explain_trail import print_trail, trail_object
    from tieout.pipeline.explain_run import ExplainJob, explain

    with shown_progress(quiet=as_json) as announce:
        trail = explain(
            ExplainJob(
                run=run,
                subject=subject,
                side=side,
                workspace=workspace,
                memory_limit=memory,
                temp_directory=temp,
                announce=announce,
            )
        )
    if as_json:
        sys.stdout.write(json.dumps(trail_object(trail), ensure_ascii=False) + "\n")
        return
    from rich.console import Console

    print_trail(trail, Console(file=sys.stdout))
