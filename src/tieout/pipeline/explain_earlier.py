"""Incidents of earlier runs, with which those of the next one go on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from tieout.pipeline.workspace import find_workspace

INCIDENTS_FILE: Final = "incidents.csv"
_DAYS: Final = ("first_seen", "last_seen")
_COLUMNS: Final = ("incident_id", "bucket", "condition", "findings", *_DAYS)
# What the CSV has before a text that a spreadsheet could run.
_ESCAPED: Final = r"^'([=+\-@])"


def earlier_incidents(workspace: Path | None, run_ids: Sequence[str]) -> pl.DataFrame | None:
    """The incidents of some runs of the workspace, as `Naming.earlier` takes them.

    run_ids: newest first; of an incident that several runs had, the newest tells. Runs without a
    list of incidents, or with one of other columns, have none. None where no run has any.
    """
    runs = find_workspace(workspace) / "runs"
    frames = [frame for run_id in run_ids if (frame := _incidents(runs / run_id)) is not None]
    if not frames:
        return None
    return pl.concat(frames).unique("incident_id", keep="first", maintain_order=True)


def _incidents(run: Path) -> pl.DataFrame | None:
    path = run / INCIDENTS_FILE
    if not path.is_file():
        return None
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError:
        return None
    if not set(_COLUMNS) <= set(frame.columns):
        return None
    texts = [
        pl.col(name).fill_null("").str.replace(_ESCAPED, "$1") for name in ("bucket", "condition")
    ]
    days = [pl.col(name).str.to_date("%Y-%m-%d", strict=False) for name in _DAYS]
    findings = pl.col("findings").cast(pl.Int64, strict=False)
    typed = frame.with_columns(*texts, *days, findings)
    return typed.select(_COLUMNS).drop_nulls(["incident_id", "findings"])
