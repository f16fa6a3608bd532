"""`tieout generate`: labelled practice data."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from tieout.cli.options import JsonOption
from tieout.model.errors import InputError

app = typer.Typer(help="Make labelled practice data.", no_args_is_help=True)


@app.callback()
def _kinds() -> None:
    """Make labelled practice data."""


@app.command("breaks")
def breaks_command(
    rows: Annotated[int, typer.Option("--rows", help="Rows of the left side, about.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
    out: Annotated[Path, typer.Option("--out", help="Folder for the files.")] = Path("practice"),
    as_json: JsonOption = False,
) -> None:
    """A bank statement and a ledger with labelled causes for all 16 buckets.

    Writes left.csv, right.csv and labels.parquet (left_row, right_row, cause; `clean` is a match).
    """
    from tieout.practice.breaks import generate_breaks

    if rows < 1:
        raise InputError(f"--rows {rows}: expected at least 1")
    written = generate_breaks(rows=rows, seed=seed, out=out)
    summary = {
        "left": str(written.left),
        "right": str(written.right),
        "labels": str(written.labels),
        "rows": {"left": written.left_rows, "right": written.right_rows},
        "causes": written.causes,
    }
    if as_json:
        sys.stdout.write(json.dumps(summary) + "\n")
        return
    sys.stdout.write(
        f"{written.left_rows:,} left and {written.right_rows:,} right rows in {out}\n"
        f"next: tieout reconcile {written.left} {written.right}\n"
    )
