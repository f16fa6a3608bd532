"""Jobs of kind `export`: the queue, a run or the audit log as a file to take along."""

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.conf import settings
from django.http import QueryDict

from tieout.export.aside import written_aside
from tieout.export.sheets import write_sheets
from tieout.export.table import write_csv
from tieout.model.errors import InputError
from tieout.pipeline.inputs import fingerprint_file
from tieout.server.audit.queries import entries
from tieout.server.audit.services import record
from tieout.server.cases import queries
from tieout.server.cases.exports import queue_frame
from tieout.server.cases.models import Run
from tieout.server.cases.registering import folder_of
from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import Progress
from tieout.server.jobs.registry import handler

KIND: Final = "export"
FORMS: Final = ("csv", "xlsx")
WHAT: Final = ("queue", "run", "audit")
FOLDER: Final = "exports"
# A sheet holds 1,048,576 rows, its heading among them.
_ROWS_MAX: Final = 1_000_000
_AUDIT_SCHEMA: Final[dict[str, Any]] = {
    "sequence": pl.Int64,
    **dict.fromkeys(
        ("at", "actor", "action", "target_kind", "target_id", "before", "after"), pl.String
    ),
    **dict.fromkeys(("request_id", "previous", "hash"), pl.String),
}


def _made(job: Job, result: dict[str, Any]) -> None:
    """That it was made is noted once."""
    after = {**job.arguments, **result}
    record(actor=job.actor, action="export.made", target=("job", job.pk), after=after)


@handler(KIND, effect=_made)
def run_export(job: Job, progress: Progress) -> dict[str, Any]:
    """Arguments: what (queue, run or audit); to (csv or xlsx); query, the address's filters; run.

    A cell that a spreadsheet would run is escaped. Several tables as CSV are one archive.
    """
    what, to = checked(job.arguments)
    progress.step(what)
    if what == "run":
        return _of_run(job, to)
    query = QueryDict(str(job.arguments.get("query", "")))
    if what == "audit":
        frame = _audit_frame(entries(query)[:_ROWS_MAX])
    elif job.actor is None:
        raise InputError("export of the queue: nobody asked for it, so nobody's queue is meant")
    else:
        wanted = queries.Filter.of(query)
        frame = queue_frame(queries.queue(job.actor, wanted)[:_ROWS_MAX])
    path = _place(f"{what}-j{job.pk}.{to}")
    if to == "csv":
        write_csv(frame, path)
    else:
        write_sheets({what: frame}, path)
    return _result(path, frame.height)


def checked(arguments: dict[str, Any]) -> tuple[str, str]:
    """What is asked for and in which form. Raises InputError for what there is not."""
    what, to = str(arguments.get("what", "")), str(arguments.get("to", ""))
    if what not in WHAT:
        raise InputError(f"export of {what or 'nothing'}: expected {', '.join(WHAT)}")
    if to not in FORMS:
        raise InputError(f"export to {to or 'nothing'}: expected {', '.join(FORMS)}")
    if what == "run" and not Run.objects.filter(run_id=arguments.get("run", "")).exists():
        raise InputError(f"export of run {arguments.get('run', '')}: there is no such run")
    return what, to


def file_of(job: Job) -> Path | None:
    """What a finished export wrote; None where it is not there any more."""
    name = str((job.result or {}).get("file", ""))
    path = Path(settings.WORKSPACE) / FOLDER / name
    return path if name and Path(name).name == name and path.is_file() else None


def _of_run(job: Job, to: str) -> dict[str, Any]:
    from tieout.pipeline.export_run import ExportJob, export

    run = Run.objects.get(run_id=job.arguments["run"])
    folder = _place(f"{run.run_id}-{to}-j{job.pk}")
    done = export(
        ExportJob(
            run=str(folder_of(run)),
            to="csv" if to == "csv" else "xlsx",
            out=folder,
            workspace=Path(settings.WORKSPACE),
        )
    )
    path = folder.with_name(f"{folder.name}.zip")
    with written_aside(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in done.files:
            archive.write(folder / name, name)
    for name in done.files:
        (folder / name).unlink()
    folder.rmdir()
    return _result(path, sum(done.rows.values()))


def _audit_frame(found: Iterable[Any]) -> pl.DataFrame:
    from tieout.server.audit.chain import canonical

    rows = [
        (
            entry.sequence,
            entry.at.isoformat(),
            entry.actor,
            entry.action,
            entry.target_kind,
            entry.target_id,
            None if entry.before is None else canonical(entry.before),
            None if entry.after is None else canonical(entry.after),
            entry.request_id,
            entry.previous,
            entry.hash,
        )
        for entry in found
    ]
    return pl.DataFrame(rows, schema=_AUDIT_SCHEMA, orient="row")


def _place(name: str) -> Path:
    folder = Path(settings.WORKSPACE).resolve() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def _result(path: Path, rows: int) -> dict[str, Any]:
    facts = fingerprint_file(path)
    return {"file": path.name, "rows": rows, "bytes": path.stat().st_size, "sha256": facts.sha256}
