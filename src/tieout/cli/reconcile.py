"""`tieout reconcile LEFT RIGHT`."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tieout.cli.options import (
    EXIT_LIMIT_PASSED,
    EngineOption,
    JsonOption,
    MemoryOption,
    OutOption,
    TempOption,
    WorkspaceOption,
    parse_day,
    parse_limit,
    shown_progress,
)
from tieout.cli.start import keep_imported

if TYPE_CHECKING:
    from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult


def reconcile_command(  # noqa: PLR0913, PLR0917 - each is an option of the command
    left: Annotated[str, typer.Argument(help="File, glob, or URL#table of the left side.")],
    right: Annotated[str, typer.Argument(help="The same of the right side.")],
    spec: Annotated[
        Path | None, typer.Option("--spec", help="Spec in YAML; without one it is inferred.")
    ] = None,
    out: OutOption = None,
    workspace: WorkspaceOption = None,
    engine: EngineOption = "duckdb",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Day from which ages count: 2026-01-31.")
    ] = None,
    carry_forward: Annotated[
        str | None,
        typer.Option(
            "--carry-forward", help="Run whose open items rejoin, latest or none; default by spec."
        ),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", help="Exit 3 beyond this: breaks=N, share=N% or amount=N."),
    ] = None,
    memory: MemoryOption = None,
    temp: TempOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tie out two records of the same money; every break gets its bucket and its proof."""
    from tieout.pipeline.reconcile import ReconcileJob

    limit = parse_limit(fail_on) if fail_on else None
    with shown_progress(quiet=as_json) as announce:
        job = ReconcileJob(
            left=left,
            right=right,
            spec=spec,
            out=out,
            workspace=workspace,
            as_of=parse_day(as_of, "--as-of"),
            engine=engine,
            memory_limit=memory,
            temp_directory=temp,
            carry_forward=carry_forward,
            announce=announce,
        )
        result = run_job(job)
    show_result(result, as_json=as_json)
    if limit is not None and limit.is_passed(measures(result)):
        sys.stderr.write(f"tieout: --fail-on {fail_on} was passed\n")
        raise typer.Exit(EXIT_LIMIT_PASSED)


def run_job(job: "ReconcileJob") -> "ReconcileResult":
    """Carry out a job; heavy libraries are imported only now."""
    from tieout.pipeline.reconcile import reconcile

    keep_imported()
    return reconcile(job)


def show_result(result: "ReconcileResult", *, as_json: bool) -> None:
    """Print one JSON object, or a summary for people."""
    if as_json:
        sys.stdout.write(json.dumps(result_object(result), ensure_ascii=False) + "\n")
        return
    from rich.console import Console

    from tieout.export.summary import print_summary

    print_summary(result.report, Console(file=sys.stdout))


def result_object(result: "ReconcileResult") -> dict[str, Any]:
    """What `--json` prints."""
    manifest = result.manifest
    return {
        "run_id": manifest.run_id,
        "out": str(result.out),
        **manifest.counts,
        "conservation": all(side.holds for side in manifest.conservation.values()),
        "seconds": manifest.seconds["total"],
    }


def measures(result: "ReconcileResult") -> dict[str, Decimal]:
    """What limits are compared with: breaks, their share of rows, largest sum in one currency."""
    report = result.report
    broken = report.left.rows_in_breaks + report.right.rows_in_breaks
    rows = report.left.rows_compared + report.right.rows_compared
    sums: dict[str, Decimal] = {}
    columns = report.breaks.select("currency", "difference").iter_rows()
    for currency, difference in columns:
        sums[currency] = sums.get(currency, Decimal(0)) + abs(difference)
    return {
        "breaks": Decimal(report.breaks.height),
        "share": Decimal(broken) / max(rows, 1),
        "amount": max(sums.values(), default=Decimal(0)),
    }
