"""Earlier runs of the same reconciliation, whose breaks are the history of the next one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from tieout.model.errors import InputError
from tieout.pipeline.workspace import MANIFEST_FILE, find_workspace

RUNS_DEFAULT: Final = 12
BREAKS_FILE: Final = "breaks.parquet"


@dataclass(frozen=True)
class EarlierRuns:
    """Ids of runs, newest first, and their breaks in that order; None without any."""

    run_ids: tuple[str, ...]
    breaks: pl.DataFrame | None


def earlier_runs(
    workspace: Path | None,
    *,
    reconciliation: str,
    scale: int,
    most: int = RUNS_DEFAULT,
    exactly: Sequence[str] | None = None,
) -> EarlierRuns:
    """The latest runs of a reconciliation that the workspace keeps under `runs`.

    scale: runs of another one count in other units and are left out. exactly: the ids of the runs
    that have to be used, as a manifest names them. Raises InputError where one of these is gone.
    """
    folder = find_workspace(workspace) / "runs"
    known = dict(_runs(folder, reconciliation, scale))
    if exactly is not None:
        gone = [run_id for run_id in exactly if run_id not in known]
        if gone:
            raise InputError(f"{folder}: run {gone[0]} is gone; its breaks were history of the run")
        chosen = list(exactly)
    else:
        chosen = sorted(known, reverse=True)[:most]
    frames = [pl.read_parquet(known[run_id] / BREAKS_FILE) for run_id in chosen]
    return EarlierRuns(tuple(chosen), pl.concat(frames) if frames else None)


def _runs(folder: Path, reconciliation: str, scale: int) -> list[tuple[str, Path]]:
    """Whole runs of the reconciliation, by id; an id begins with its moment in UTC."""
    found = []
    for path in sorted(folder.glob(f"*-reconcile*/{MANIFEST_FILE}")):
        manifest = manifest_at(path)
        same = (
            manifest.get("job") == "reconcile"
            and manifest.get("spec", {}).get("reconciliation") == reconciliation
            and manifest.get("options", {}).get("scale") == scale
        )
        if same and (path.parent / BREAKS_FILE).is_file():
            found.append((str(manifest["run_id"]), path.parent))
    return found


def manifest_at(path: Path) -> dict[str, Any]:
    """A manifest as it stands; nothing where it cannot be read, as of a run being written."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
