"""Run folders of the workspace, as the API tells of them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tieout.model.manifest import RunManifest
from tieout.pipeline.run_query import table_names
from tieout.pipeline.workspace import MANIFEST_FILE
from tieout.server.api.problem import ProblemError

_RUN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


def workspace() -> Path:
    """The workspace that this process serves."""
    from django.conf import settings

    return Path(settings.WORKSPACE)


def run_folders(job: str | None = None) -> list[Path]:
    """Finished runs, the newest first."""
    folders = sorted((workspace() / "runs").glob("[!.]*"), key=lambda path: path.name, reverse=True)
    return [
        folder
        for folder in folders
        if (folder / MANIFEST_FILE).is_file() and (job is None or f"-{job}" in folder.name)
    ]


def run_folder_of(run_id: str) -> Path:
    """The folder of a run. Raises ProblemError 404 for what is no finished run."""
    folder = workspace() / "runs" / run_id
    if not _RUN_ID.fullmatch(run_id) or not (folder / MANIFEST_FILE).is_file():
        raise ProblemError(404, f"there is no run {run_id[:120]!r}; see /api/v1/runs")
    return folder


def newest_with(table: str) -> Path:
    """The newest run that has a table. Raises ProblemError 404 where none has."""
    found: Iterator[Path] = (folder for folder in run_folders() if table in table_names(folder))
    folder = next(found, None)
    if folder is None:
        raise ProblemError(404, f"no run has {table} yet")
    return folder


def summary_of(folder: Path) -> dict[str, Any]:
    """What is told of a run in lists. A manifest of another version tells its job alone."""
    try:
        text = (folder / MANIFEST_FILE).read_text(encoding="utf-8")
        manifest = RunManifest.model_validate_json(text)
    except (OSError, ValueError) as error:
        raise ProblemError(409, f"run {folder.name}: its manifest cannot be read") from error
    return {
        "run_id": folder.name,
        "job": manifest.job,
        "created_at": manifest.created_at,
        "inputs": [
            {"side": each.side, "name": each.name, "rows": each.rows, "rejected": each.rejected}
            for each in manifest.inputs
        ],
        "counts": manifest.counts,
        "conserved": all(each.holds for each in manifest.conservation.values()),
        "seconds": manifest.seconds.get("total", 0.0),
        "tables": list(table_names(folder)),
    }


def files_of(folder: Path) -> list[dict[str, Any]]:
    """The files of a run."""
    return [
        {"name": path.name, "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]
