"""`tieout repeat RUN`."""

from pathlib import Path
from typing import Annotated

import typer

from tieout.cli.options import JsonOption, OutOption, WorkspaceOption, shown_progress


def repeat_command(
    run: Annotated[Path, typer.Argument(help="Run folder, or its run.json.")],
    out: OutOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Carry out a run again from its manifest; the same inputs give the same bytes."""
    from tieout.cli.reconcile import show_result
    from tieout.pipeline.repeat import repeat

    with shown_progress(quiet=as_json) as announce:
        result = repeat(run, out=out, workspace=workspace, announce=announce)
    show_result(result, as_json=as_json)
