"""The replay job: a file of events or counts in, episodes and alerts out, at any speed."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tieout.export.monitor_run import MonitorReport
from tieout.model.errors import ConservationError, InputError
from tieout.model.facts import Reject
from tieout.model.manifest import RunManifest
from tieout.monitor.book import Sent
from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.spec import MonitorSpec, load_monitor_spec
from tieout.pipeline.inputs import fingerprint_file
from tieout.pipeline.monitoring.read import Stream, batches, read_stream, rows_at
from tieout.pipeline.monitoring.result import (
    Replayed,
    build_monitor_manifest,
    build_monitor_report,
    write_monitor_files,
)
from tieout.pipeline.monitoring.windows import WindowTable
from tieout.pipeline.timing import Stopwatch
from tieout.pipeline.workspace import new_run_id, prepared_folder, run_folder
from tieout.sources.source import REJECTS_KEPT

if TYPE_CHECKING:
    from tieout.engines.base import Engine

BATCH_ROWS: Final = 200_000


@dataclass(frozen=True, kw_only=True)
class ReplayJob:
    """What to replay.

    spec: a file, or None for what is usual. speed: minutes of the file a minute of the clock, or
    None for as fast as it goes. batch_rows: rows read at a time; no result depends on it, nor on
    the speed.
    pause: waits so many seconds. watch: told of each judged minute and of its monitor.
    """

    file: str
    spec: Path | None = None
    settings: MonitorSpec | None = None
    speed: float | None = None
    batch_rows: int = BATCH_ROWS
    out: Path | None = None
    workspace: Path | None = None
    memory_limit: str | None = None
    temp_directory: Path | None = None
    pause: Callable[[float], None] = field(default=time.sleep, compare=False)
    watch: Callable[[Minute, Monitor], None] = field(default=lambda *_: None, compare=False)
    announce: Callable[[str], None] = field(default=lambda _: None, compare=False)


@dataclass(frozen=True)
class ReplayResult:
    """A finished run: its folder, its manifest and what its report was made from."""

    out: Path
    manifest: RunManifest
    report: MonitorReport


def job_of(
    manifest: RunManifest,
    *,
    out: Path | None,
    workspace: Path | None,
    announce: Callable[[str], None],
) -> ReplayJob:
    """The job that a manifest tells of, as fast as it goes."""
    return ReplayJob(
        file=manifest.inputs[0].location,
        settings=MonitorSpec.model_validate(manifest.spec),
        out=out,
        workspace=workspace,
        announce=announce,
    )


def replay(job: ReplayJob) -> ReplayResult:
    """Replay a file, and write the run folder, all of it or nothing.

    Raises InputError for sources, specs and folders that cannot be used.
    """
    from tieout.engines.duckdb import DuckDBEngine

    if job.temp_directory is not None and not job.temp_directory.is_dir():
        raise InputError(f"--temp {job.temp_directory}: there is no such folder")
    spec = job.settings or (load_monitor_spec(job.spec) if job.spec else MonitorSpec())
    moment = datetime.now(UTC)
    folder = run_folder(job.out, job.workspace, new_run_id("monitor", moment))
    run_id = folder.name if job.out is None else new_run_id("monitor", moment)
    clock = Stopwatch(job.announce)
    with (
        prepared_folder(folder) as aside,
        tempfile.TemporaryDirectory(prefix="tieout-", dir=job.temp_directory) as scratch,
        DuckDBEngine(memory_limit=job.memory_limit, temp_directory=job.temp_directory) as engine,
    ):
        done = _replayed(job, spec, engine, Path(scratch), clock)
        with clock.step("write"):
            report = build_monitor_report(
                done, run_id=run_id, moment=moment, clock=clock, folder=folder
            )
            outputs = write_monitor_files(done, report, aside)
        manifest = build_monitor_manifest(done, job, report, outputs=outputs, clock=clock)
        (aside / "run.json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return ReplayResult(folder, manifest, report)


def _replayed(
    job: ReplayJob, spec: MonitorSpec, engine: "Engine", scratch: Path, clock: Stopwatch
) -> Replayed:
    with clock.step("read"):
        stream = read_stream(job.file, spec, engine=engine, workdir=scratch)
    monitor = Monitor(spec, stream.columns.dimensions)
    table = WindowTable(monitor.cells, spec)
    alerts: list[Sent] = []
    too_late: list[int] = []
    judged: list[Minute] = []

    def follow(minute: Minute) -> None:
        table.add(minute)
        alerts.extend(minute.alerts)
        judged[:] = [judged[0] if judged else minute, minute]
        job.watch(minute, monitor)
        if job.speed is not None:
            job.pause(60.0 / job.speed)

    minutes = 0
    with clock.step("watch"):
        for batch in batches(stream.frame, job.batch_rows):
            fed = monitor.take(batch)
            too_late += rows_at(batch, fed.too_late)
            for minute in monitor.judge():
                follow(minute)
                minutes += 1
        for minute in monitor.finish():
            follow(minute)
            minutes += 1
    too_late = list(dict.fromkeys(too_late))
    done = Replayed(
        stream=stream,
        monitor=monitor,
        alerts=tuple(alerts),
        windows=table.frame(),
        minutes=minutes,
        alpha=judged[-1].alpha,
        first=judged[0].minute,
        files=tuple(fingerprint_file(file) for file in stream.read.source.files),
        rejects=_rejects(stream, too_late, spec),
        too_late=len(too_late),
    )
    if not done.conservation.holds:
        raise ConservationError(f"{stream.read.source.name}: {done.conservation}")
    return done


def _rejects(stream: Stream, too_late: list[int], spec: MonitorSpec) -> tuple[Reject, ...]:
    late = stream.late(too_late, spec.windows.revise_minutes)
    found = sorted([*stream.rejects, *late], key=lambda each: each.row)
    return tuple(found[:REJECTS_KEPT])
