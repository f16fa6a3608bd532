"""Kinds of jobs that belong to no other app: root causes, and models learnt anew."""

from pathlib import Path
from typing import Any

from django.conf import settings

from tieout.model.errors import InputError
from tieout.pipeline.workspace import MANIFEST_FILE, new_run_id
from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import Progress
from tieout.server.jobs.registry import Result, handler

_ROOT_CAUSE = ("outcome", "value", "total", "expected", "time", "at", "before", "after")


@handler("rootcause")
def find_root_cause(job: Job, progress: Progress) -> Result:
    """Arguments: file; outcome, value, total, expected, time, at, before, after, attributes."""
    from tieout.pipeline.rootcause import RootCauseJob, root_cause

    arguments, folder = job.arguments, own_folder(job)
    given: dict[str, Any] = {name: arguments[name] for name in _ROOT_CAUSE if arguments.get(name)}
    if arguments.get("attributes"):
        given["attributes"] = tuple(arguments["attributes"])
    if not (folder / MANIFEST_FILE).is_file():
        root_cause(
            RootCauseJob(
                file=required(job, "file"),
                out=folder,
                workspace=Path(settings.WORKSPACE),
                announce=progress.step,
                **given,
            )
        )
    return {"folder": str(folder.relative_to(settings.WORKSPACE))}


@handler("retrain")
def learn_anew(job: Job, progress: Progress) -> Result:
    """Arguments: file, or none for the workspace's newest; profile. Keeps the model it learns."""
    from tieout.pipeline.detection.job import DetectJob, detect

    folder = own_folder(job)
    if not (folder / MANIFEST_FILE).is_file():
        detect(
            DetectJob(
                file=job.arguments.get("file") or None,
                profile=job.arguments.get("profile") or None,
                retrain=True,
                out=folder,
                workspace=Path(settings.WORKSPACE),
                announce=progress.step,
            )
        )
    return {"folder": str(folder.relative_to(settings.WORKSPACE))}


def own_folder(job: Job) -> Path:
    """The job's own run folder: taken up again after a crash, it writes no second run."""
    name = f"{new_run_id(job.kind, job.created_at)}-j{job.pk}"
    return Path(settings.WORKSPACE) / "runs" / name


def required(job: Job, name: str) -> str:
    """An argument that the job cannot do without. Raises InputError."""
    value = job.arguments.get(name)
    if not value:
        raise InputError(f"{job.kind}: needs {name}")
    return str(value)
