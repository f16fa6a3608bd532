"""Kinds of jobs that make runs; a run that is done is in the queue."""

from pathlib import Path
from typing import Any, get_args

from django.conf import settings

from tieout.detect.roles.infer import Profile
from tieout.model.errors import InputError
from tieout.pipeline.workspace import MANIFEST_FILE, new_run_id
from tieout.server.cases import export_jobs  # noqa: F401 - lists a kind of its own
from tieout.server.cases.carrying import settled
from tieout.server.cases.registering import register_run, stored_folder
from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import Progress
from tieout.server.jobs.registry import handler

Result = dict[str, Any]


def register(job: Job, result: Result) -> None:
    """What happens once when a run is done: its findings come into the queue."""
    folder = Path(settings.WORKSPACE).resolve() / result["folder"]
    register_run(folder, actor=job.actor)


@handler("reconcile", effect=register)
def run_reconcile(job: Job, progress: Progress) -> Result:
    """Arguments: left, right; spec, a file, where a person chose one; carry_forward, a run, latest
    or none, where it is not as the spec says. What people have closed is not carried.
    """
    from tieout.pipeline.reconcile import ReconcileJob, reconcile

    folder = _folder(job)
    if not _is_done(folder):
        spec = job.arguments.get("spec")
        reconcile(
            ReconcileJob(
                left=_input(job, "left"),
                right=_input(job, "right"),
                spec=Path(spec) if spec else None,
                out=folder,
                workspace=Path(settings.WORKSPACE),
                carry_forward=job.arguments.get("carry_forward") or None,
                settled=settled,
                announce=progress.step,
            )
        )
    return {"folder": stored_folder(folder), "run_id": folder.name}


@handler("detect", effect=register)
def run_detect(job: Job, progress: Progress) -> Result:
    """Arguments: file; profile, labels, history where they are known."""
    from tieout.pipeline.detection.job import DetectJob, detect

    folder, wanted = _folder(job), job.arguments.get("profile") or "generic"
    profile: Profile | None = next((each for each in get_args(Profile) if each == wanted), None)
    if profile is None:
        raise InputError(f"profile {wanted}: expected {', '.join(get_args(Profile))}")
    if not _is_done(folder):
        detect(
            DetectJob(
                file=_input(job, "file"),
                profile=profile,
                labels=job.arguments.get("labels") or None,
                history=job.arguments.get("history") or None,
                out=folder,
                workspace=Path(settings.WORKSPACE),
                announce=progress.step,
            )
        )
    return {"folder": stored_folder(folder), "run_id": folder.name}


@handler("analyze", effect=register)
def run_analyze(job: Job, progress: Progress) -> Result:
    """Arguments: file; history where it stands in a file of its own."""
    from tieout.pipeline.analyze import AnalyzeJob, analyze

    folder = _folder(job)
    if not _is_done(folder):
        analyze(
            AnalyzeJob(
                breaks=_input(job, "file"),
                history=job.arguments.get("history") or None,
                out=folder,
                workspace=Path(settings.WORKSPACE),
                announce=progress.step,
            )
        )
    return {"folder": stored_folder(folder), "run_id": folder.name}


def _input(job: Job, name: str) -> str:
    value = job.arguments.get(name)
    if not value:
        raise InputError(f"{job.kind}: needs {name}")
    return str(value)


def _folder(job: Job) -> Path:
    """The job's own folder: taken up again after a crash, it writes no second run."""
    name = f"{new_run_id(job.kind, job.created_at)}-j{job.pk}"
    return Path(settings.WORKSPACE).resolve() / "runs" / name


def _is_done(folder: Path) -> bool:
    return (folder / MANIFEST_FILE).is_file()
