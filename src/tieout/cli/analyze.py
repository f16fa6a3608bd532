"""`tieout analyze BREAKS`."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tieout.cli.options import (
    BREAK_MEASURES,
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

if TYPE_CHECKING:
    from tieout.pipeline.analyze import AnalyzeResult


def analyze_command(  # noqa: PLR0913, PLR0917 - each is an option of the command
    breaks: Annotated[
        str, typer.Argument(help="File, glob, or URL#table of breaks, or of balances side by side.")
    ],
    history: Annotated[
        str | None,
        typer.Option("--history", help="Their history; without it the file itself is searched."),
    ] = None,
    spec: Annotated[
        Path | None, typer.Option("--spec", help="Spec in YAML; without one it is inferred.")
    ] = None,
    out: OutOption = None,
    workspace: WorkspaceOption = None,
    engine: EngineOption = "duckdb",
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Day from which ages count; later rows are left out."),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on",
            help="Exit 3 beyond this: breaks=N, share=N%, amount=N or anomalous=N.",
        ),
    ] = None,
    memory: MemoryOption = None,
    temp: TempOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge breaks that another tool found by their history: what is odd, how, since when."""
    from tieout.pipeline.analyze import AnalyzeJob, analyze

    limit = parse_limit(fail_on, (*BREAK_MEASURES, "anomalous")) if fail_on else None
    with shown_progress(quiet=as_json) as announce:
        result = analyze(
            AnalyzeJob(
                breaks=breaks,
                history=history,
                spec=spec,
                out=out,
                workspace=workspace,
                as_of=parse_day(as_of, "--as-of"),
                engine=engine,
                memory_limit=memory,
                temp_directory=temp,
                announce=announce,
            )
        )
    show_analysis(result, as_json=as_json)
    if limit is not None and limit.is_passed(analyze_measures(result)):
        sys.stderr.write(f"tieout: --fail-on {fail_on} was passed\n")
        raise typer.Exit(EXIT_LIMIT_PASSED)


def analyze_object(result: "AnalyzeResult") -> dict[str, Any]:
    """What `--json` prints."""
    manifest = result.manifest
    return {
        "run_id": manifest.run_id,
        "out": str(result.out),
        **manifest.counts,
        "conservation": all(part.holds for part in manifest.conservation.values()),
        "seconds": manifest.seconds["total"],
    }


def analyze_measures(result: "AnalyzeResult") -> dict[str, Decimal]:
    """What limits are compared with.

    anomalous: breaks out of pattern. breaks: all of them. share: of the rows that were judged.
    amount: the largest sum of absolute differences in one currency.
    """
    breaks = result.report.breaks
    rows = result.manifest.conservation["breaks"].rows
    sums: dict[str, Decimal] = {}
    for currency, difference in breaks.select("currency", "difference").iter_rows():
        sums[currency] = sums.get(currency, Decimal(0)) + abs(difference)
    return {
        "anomalous": Decimal(result.report.anomalous.height),
        "breaks": Decimal(breaks.height),
        "share": Decimal(breaks.height) / max(rows, 1),
        "amount": max(sums.values(), default=Decimal(0)),
    }


def show_analysis(result: "AnalyzeResult", *, as_json: bool) -> None:
    """Print one JSON object, or a summary for people."""
    if as_json:
        sys.stdout.write(json.dumps(analyze_object(result), ensure_ascii=False) + "\n")
        return
    from rich.console import Console

    from tieout.export.analyze_terminal import print_analysis

    print_analysis(result.report, Console(file=sys.stdout))
