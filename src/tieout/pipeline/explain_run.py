"""The explain job: what became of one row, break or case of a run."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tieout.export.explain_trail import Trail
from tieout.model.errors import InputError
from tieout.pipeline.explain_kept import KeptRun
from tieout.pipeline.workspace import MANIFEST_FILE, find_workspace, load_manifest

_LISTED: Final = 5


@dataclass(frozen=True, kw_only=True)
class ExplainJob:
    """What to explain.

    run: a run folder, or the name of one in the workspace. subject: the number of a data row, or
    the (beginning of the) name of a break or case; in a journal also that of an entry. side: of
    the row, where a run has two.
    """

    run: str
    subject: str
    side: str | None = None
    workspace: Path | None = None
    memory_limit: str | None = None
    temp_directory: Path | None = None
    announce: Callable[[str], None] = field(default=lambda _: None, compare=False)


def explain(job: ExplainJob) -> Trail:
    """The way of a row from its source to what was found about it.

    Raises InputError for a run, row or name that there is not, and says which there are.
    """
    folder = find_run(job.run, job.workspace)
    kept = KeptRun(folder, load_manifest(folder))
    with tempfile.TemporaryDirectory(prefix="tieout-", dir=job.temp_directory) as scratch:
        if kept.manifest.job == "reconcile":
            from tieout.pipeline.explain_reconcile import explain_reconciled

            return explain_reconciled(kept, job, Path(scratch))
        if kept.manifest.job == "analyze":
            from tieout.pipeline.explain_analyze import explain_analyzed

            return explain_analyzed(kept, job, Path(scratch))
        if kept.manifest.job == "detect":
            from tieout.pipeline.explain_detect import explain_detected

            return explain_detected(kept, job, Path(scratch))
    raise InputError(
        f"{folder}: is a run of {kept.manifest.job}; rows of reconcile, analyze and detect runs "
        "can be explained"
    )


def find_run(run: str, workspace: Path | None) -> Path:
    """The folder of a run. Raises InputError with the runs that there are."""
    if (Path(run) / MANIFEST_FILE).is_file():
        return Path(run)
    runs = find_workspace(workspace) / "runs"
    named = runs / run
    if run and run not in {".", ".."} and (named / MANIFEST_FILE).is_file():
        return named
    known = sorted(each.parent.name for each in runs.glob(f"*/{MANIFEST_FILE}"))
    listed = ", ".join(reversed(known[-_LISTED:])) or "none yet"
    raise InputError(f"{run}: no run has this folder or name; runs of the workspace: {listed}")
