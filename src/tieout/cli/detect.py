"""`tieout detect [FILE]`."""

import json
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tieout.cli.options import (
    EXIT_LIMIT_PASSED,
    JsonOption,
    MemoryOption,
    OutOption,
    TempOption,
    WorkspaceOption,
    parse_limit,
    shown_progress,
)

if TYPE_CHECKING:
    from tieout.pipeline.detection import DetectResult


FileArgument = Annotated[
    str | None,
    typer.Argument(help="File, glob, or URL#table; default the workspace's latest data set."),
]
ProfileOption = Annotated[
    Literal["payments", "journal", "generic"] | None,
    typer.Option("--profile", help="What the rows are; default generic."),
]
HistoryOption = Annotated[
    str | None, typer.Option("--history", help="Rows to learn from; default FILE itself.")
]
LabelsOption = Annotated[
    str | None,
    typer.Option("--labels", help="Column of FILE, or a file with row, is_anomaly."),
]
PositiveOption = Annotated[
    list[str] | None, typer.Option("--positive", help="A word that labels an anomaly.")
]
NegativeOption = Annotated[
    list[str] | None, typer.Option("--negative", help="A word that labels a normal row.")
]
LearnOption = Annotated[
    bool, typer.Option("--learn", help="Also train the re-ranker on the labels.")
]
AskOption = Annotated[
    int, typer.Option("--ask", min=0, help="List so many rows whose labels would teach most.")
]
RoleOption = Annotated[
    list[str] | None, typer.Option("--role", help="A column's role: amount=COLUMN.")
]
RulesOption = Annotated[
    Path | None, typer.Option("--rules", help="Rules in YAML in place of the profile's own.")
]
ThresholdOption = Annotated[
    float | None,
    typer.Option("--threshold", min=0, max=1, help="Flag scores from here: 0 to 1."),
]
CapacityOption = Annotated[
    int | None, typer.Option("--capacity", min=0, help="Flag as many rows as can be looked at.")
]
FdrOption = Annotated[
    float | None,
    typer.Option("--fdr", help="Flag at this share of false alarms; default 0.05."),
]
CostFpOption = Annotated[
    float | None, typer.Option("--cost-fp", min=0, help="Cut by cost: of a false alarm; default 1.")
]
CostFnOption = Annotated[
    float | None,
    typer.Option("--cost-fn", min=0, help="Cut by cost: of a missed anomaly; default 10."),
]
RetrainOption = Annotated[
    bool, typer.Option("--retrain", help="Learn anew, whatever model the workspace keeps.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Of everything drawn by chance.")]
FailOnOption = Annotated[
    str | None,
    typer.Option("--fail-on", help="Exit 3 beyond this: flagged=N or share=N%."),
]


def detect_command(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: FileArgument = None,
    profile: ProfileOption = None,
    history: HistoryOption = None,
    labels: LabelsOption = None,
    positive: PositiveOption = None,
    negative: NegativeOption = None,
    learn: LearnOption = False,
    ask: AskOption = 0,
    role: RoleOption = None,
    rules: RulesOption = None,
    threshold: ThresholdOption = None,
    capacity: CapacityOption = None,
    fdr: FdrOption = None,
    cost_fp: CostFpOption = None,
    cost_fn: CostFnOption = None,
    retrain: RetrainOption = False,
    seed: SeedOption = 0,
    out: OutOption = None,
    workspace: WorkspaceOption = None,
    fail_on: FailOnOption = None,
    memory: MemoryOption = None,
    temp: TempOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find payments, journal lines or rows of any table that are out of pattern, and say why."""
    from tieout.detect.thresholds import Costs, CutPolicy
    from tieout.pipeline.detection import DetectJob, detect
    from tieout.pipeline.detection.data import roles_of

    limit = parse_limit(fail_on, ("flagged", "share")) if fail_on else None
    costs = Costs(1.0 if cost_fp is None else cost_fp, 10.0 if cost_fn is None else cost_fn)
    policy = CutPolicy(threshold=threshold, capacity=capacity, costs=costs)
    if fdr is not None:
        policy = replace(policy, method="fdr", level=fdr)
    elif not (cost_fp is None and cost_fn is None):
        policy = replace(policy, method="cost")
    with shown_progress(quiet=as_json) as announce:
        result = detect(
            DetectJob(
                file=file,
                profile=profile,
                history=history,
                labels=labels,
                positive=tuple(positive or ()),
                negative=tuple(negative or ()),
                learn=learn,
                ask=ask,
                roles=roles_of(role or ()),
                rules=rules,
                policy=policy,
                retrain=retrain,
                seed=seed,
                out=out,
                workspace=workspace,
                memory_limit=memory,
                temp_directory=temp,
                announce=announce,
            )
        )
    show_detection(result, as_json=as_json)
    if limit is not None and limit.is_passed(measures(result)):
        sys.stderr.write(f"tieout: --fail-on {fail_on} was passed\n")
        raise typer.Exit(EXIT_LIMIT_PASSED)


def show_detection(result: "DetectResult", *, as_json: bool) -> None:
    """Print one JSON object, or a summary for people."""
    if as_json:
        sys.stdout.write(json.dumps(detection_object(result), ensure_ascii=False) + "\n")
        return
    from rich.console import Console

    from tieout.export.detect_summary import print_detection

    print_detection(result.report, Console(file=sys.stdout))


def detection_object(result: "DetectResult") -> dict[str, Any]:
    """What `--json` prints."""
    manifest = result.manifest
    return {
        "run_id": manifest.run_id,
        "out": str(result.out),
        **manifest.counts,
        "cut": result.report.cut,
        "model": result.report.model,
        "conservation": all(side.holds for side in manifest.conservation.values()),
        "seconds": manifest.seconds["total"],
    }


def measures(result: "DetectResult") -> dict[str, Decimal]:
    """What limits are compared with: flagged rows and their share of the judged ones."""
    flagged, judged = Decimal(result.report.flagged), Decimal(max(result.report.judged, 1))
    return {"flagged": flagged, "share": flagged / judged}
