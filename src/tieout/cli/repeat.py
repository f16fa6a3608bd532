"""`tieout repeat RUN`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tieout.cli.options import JsonOption, OutOption, WorkspaceOption, shown_progress

if TYPE_CHECKING:
    from tieout.pipeline.repeat import AnyResult


def repeat_command(
    run: Annotated[Path, typer.Argument(help="Run folder, or its run.json.")],
    out: OutOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Carry out a run again from its manifest; the same inputs give the same bytes."""
    from tieout.pipeline.repeat import repeat

    with shown_progress(quiet=as_json) as announce:
        result = repeat(run, out=out, workspace=workspace, announce=announce)
    _show(result, as_json=as_json)


def _show(result: "AnyResult", *, as_json: bool) -> None:
    from tieout.cli.analyze import show_analysis
    from tieout.cli.detect import show_detection
    from tieout.cli.monitor import show_replay
    from tieout.cli.reconcile import show_result
    from tieout.cli.rootcause import show_root_cause
    from tieout.pipeline.analyze import AnalyzeResult
    from tieout.pipeline.detection import DetectResult
    from tieout.pipeline.monitoring.replay import ReplayResult
    from tieout.pipeline.rootcause import RootCauseResult

    if isinstance(result, AnalyzeResult):
        show_analysis(result, as_json=as_json)
    elif isinstance(result, DetectResult):
        show_detection(result, as_json=as_json)
    elif isinstance(result, RootCauseResult):
        show_root_cause(result, as_json=as_json)
    elif isinstance(result, ReplayResult):
        show_replay(result, as_json=as_json)
    else:
        show_result(result, as_json=as_json)
