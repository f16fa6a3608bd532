"""`tieout rootcause FILE`."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tieout.cli.options import (
    JsonOption,
    MemoryOption,
    OutOption,
    TempOption,
    WorkspaceOption,
    shown_progress,
)
from tieout.model.errors import InputError

if TYPE_CHECKING:
    from tieout.pipeline.rootcause import Direction, RootCauseResult

_DIRECTIONS: dict[str, "Direction"] = {"auto": "auto", "rise": "rise", "fall": "fall"}


def rootcause_command(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: Annotated[str, typer.Argument(help="File, glob, or URL#table to explain.")],
    outcome: Annotated[
        str | None, typer.Option("--outcome", help="Column of 0/1 or true/false, one a row.")
    ] = None,
    value: Annotated[
        str | None, typer.Option("--value", help="Column of counts, or of amounts.")
    ] = None,
    total: Annotated[
        str | None, typer.Option("--total", help="Column that the value is a part of.")
    ] = None,
    expected: Annotated[
        str | None, typer.Option("--expected", help="Column that the value should have been.")
    ] = None,
    time: Annotated[str | None, typer.Option("--time", help="Column of moments.")] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", help="Moment to explain by those before it; default the last."),
    ] = None,
    before: Annotated[
        str | None, typer.Option("--before", help="Period to compare with, FROM..TO.")
    ] = None,
    after: Annotated[
        str | None, typer.Option("--after", help="Period to explain, FROM..TO, in place of --at.")
    ] = None,
    attributes: Annotated[
        str | None,
        typer.Option("--attributes", help="Columns to combine: A,B,C. Default all that group."),
    ] = None,
    direction: Annotated[
        str, typer.Option("--direction", help="What outcomes did: rise, fall, or auto.")
    ] = "auto",
    out: OutOption = None,
    workspace: WorkspaceOption = None,
    memory: MemoryOption = None,
    temp: TempOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the combination of attribute values that explains a rise, or say that none does."""
    from tieout.pipeline.rootcause import RootCauseJob, root_cause

    if direction not in _DIRECTIONS:
        raise InputError(f"--direction {direction}: expected rise, fall or auto")
    with shown_progress(quiet=as_json) as announce:
        result = root_cause(
            RootCauseJob(
                file=file,
                outcome=outcome,
                value=value,
                total=total,
                expected=expected,
                time=time,
                at=at,
                before=before,
                after=after,
                attributes=_names(attributes),
                direction=_DIRECTIONS[direction],
                out=out,
                workspace=workspace,
                memory_limit=memory,
                temp_directory=temp,
                announce=announce,
            )
        )
    show_root_cause(result, as_json=as_json)


def _names(listed: str | None) -> tuple[str, ...] | None:
    """Names between commas.

    >>> _names(" cdn, isp ,"), _names(None)
    (('cdn', 'isp'), None)
    """
    if listed is None:
        return None
    return tuple(name.strip() for name in listed.split(",") if name.strip())


def root_cause_object(result: "RootCauseResult") -> dict[str, Any]:
    """What `--json` prints. `named` holds the conditions of the named causes, first found first."""
    manifest = result.manifest
    return {
        "run_id": manifest.run_id,
        "out": str(result.out),
        **manifest.counts,
        "notes": manifest.options["notes"],
        "conservation": all(side.holds for side in manifest.conservation.values()),
        "seconds": manifest.seconds["total"],
    }


def show_root_cause(result: "RootCauseResult", *, as_json: bool) -> None:
    """Print one JSON object, or a summary for people."""
    if as_json:
        sys.stdout.write(json.dumps(root_cause_object(result), ensure_ascii=False) + "\n")
        return
    from rich.console import Console

    from tieout.export.rootcause_summary import print_root_cause

    print_root_cause(result.report, Console(file=sys.stdout))
