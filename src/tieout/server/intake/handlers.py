"""Jobs of what comes in: files that were sent are judged."""

from pathlib import Path
from typing import Any, Final

from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import Progress
from tieout.server.jobs.registry import handler

_READ: Final = 0.2


def register(job: Job, result: dict[str, Any]) -> None:
    """What happens once when a file is judged: its findings come into the queue."""
    from django.conf import settings

    from tieout.server.cases.services import register_run

    folder = Path(settings.WORKSPACE) / "runs" / result["run_id"]
    # The file lies there under its digest; people know it by the name that it came with.
    register_run(folder, actor=job.actor, name=job.arguments["name"])


@handler("upload.detect", effect=register)
def judge_upload(job: Job, progress: Progress) -> dict[str, Any]:
    """Read a file whole, then judge it; the run folder is named after the job.

    Carried out again after a worker has died, it finds the run or makes it, once.
    """
    from dataclasses import replace

    from django.conf import settings

    from tieout.pipeline.detection.job import detect
    from tieout.pipeline.scoring.files import read_sent
    from tieout.pipeline.workspace import MANIFEST_FILE

    arguments, workspace = job.arguments, Path(settings.WORKSPACE)
    folder = workspace / "runs" / f"{job.created_at:%Y%m%dT%H%M%SZ}-detect-{job.pk}"
    if (folder / MANIFEST_FILE).is_file():
        return {"run_id": folder.name}
    progress(0.0, "read")
    sent = read_sent(
        workspace / arguments["path"],
        name=arguments["name"],
        workspace=workspace,
        keep_rejects=arguments["keep_rejects"],
    )
    progress(_READ, "judge")
    detection = sent.job(workspace, profile=arguments["profile"], out=folder)
    detect(replace(detection, announce=progress.step))
    return {"run_id": folder.name}
