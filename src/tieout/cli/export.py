"""`tieout export RUN --to powerbi|xlsx|csv`."""

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tieout.cli.options import JsonOption, WorkspaceOption, shown_progress

if TYPE_CHECKING:
    from tieout.pipeline.export_run import ExportResult


def export_command(
    run: Annotated[str, typer.Argument(help="Run folder, or the name of a run of the workspace.")],
    to: Annotated[
        Literal["powerbi", "xlsx", "csv"],
        typer.Option("--to", help="A star of Parquet tables, one workbook, or CSV files."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder; default exports/<run>-<to>/ in the workspace."),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the tables of a run for Power BI, Excel, or anything that reads CSV."""
    from tieout.pipeline.export_run import ExportJob, export

    with shown_progress(quiet=as_json) as announce:
        result = export(ExportJob(run=run, to=to, out=out, workspace=workspace, announce=announce))
    if as_json:
        sys.stdout.write(json.dumps(_object(result), ensure_ascii=False) + "\n")
    else:
        _print(result)


def _object(result: "ExportResult") -> dict[str, object]:
    return {
        "run_id": result.run_id,
        "to": result.to,
        "out": str(result.out),
        "files": list(result.files),
        "rows": result.rows,
    }


def _print(result: "ExportResult") -> None:
    tables = ", ".join(f"{name} {rows:,}" for name, rows in result.rows.items())
    sys.stdout.write(f"Rows: {tables}\n")
    sys.stdout.write(f"Files: {shlex.quote(str(result.out))} ({', '.join(result.files)})\n")
    if result.to == "powerbi":
        sys.stdout.write(
            "Next: in Power BI, Get data, Folder; relationships.csv says what joins.\n"
        )
