"""The root-cause job: a file of outcomes, rates or measures in, a run folder out."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from tieout.export.rootcause_run import RootCauseReport
from tieout.model.errors import ConservationError, InputError
from tieout.model.manifest import RunManifest
from tieout.model.table import Kind
from tieout.pipeline.inputs import fingerprint_file
from tieout.pipeline.rootcause_attributes import Attribute, coded, from_clock
from tieout.pipeline.rootcause_moments import Moments, split_moments
from tieout.pipeline.rootcause_plan import Note, Plan, Wanted, make_plan
from tieout.pipeline.rootcause_result import (
    Explained,
    build_root_cause_manifest,
    build_root_cause_report,
    write_root_cause_files,
)
from tieout.pipeline.rootcause_rows import Rows, sound_rows
from tieout.pipeline.rootcause_scan import Question, answer
from tieout.pipeline.timing import Stopwatch
from tieout.pipeline.workspace import new_run_id, prepared_folder, run_folder
from tieout.sources.open import open_source
from tieout.sources.typed.read import read_table
from tieout.sources.typed.reading import doubt_about_dates

if TYPE_CHECKING:
    from tieout.engines.duckdb import DuckDBEngine

Direction = Literal["auto", "rise", "fall"]


@dataclass(frozen=True, kw_only=True)
class RootCauseJob:
    """What to explain. None is inferred (see `rootcause_plan`) or does not apply.

    outcome: column of 0/1 or true/false. value with total: a rate; value with expected: a measure;
    value with time alone: a measure against what it was before.
    time: column of moments. at: the moment to explain, default the last. before, after: two
    periods to compare instead, `A..B`.
    attributes: columns whose combinations are looked at.
    direction: whether outcomes rose or fell; `auto` takes the rarer side of a rate.
    """

    file: str
    outcome: str | None = None
    value: str | None = None
    total: str | None = None
    expected: str | None = None
    time: str | None = None
    at: str | None = None
    before: str | None = None
    after: str | None = None
    attributes: tuple[str, ...] | None = None
    direction: Direction = "auto"
    out: Path | None = None
    workspace: Path | None = None
    memory_limit: str | None = None
    temp_directory: Path | None = None
    announce: Callable[[str], None] = field(default=lambda _: None, compare=False)


@dataclass(frozen=True)
class RootCauseResult:
    """A finished run: its folder, its manifest and what its report was made from."""

    out: Path
    manifest: RunManifest
    report: RootCauseReport


def root_cause(job: RootCauseJob) -> RootCauseResult:
    """Find why outcomes rose, and write the run folder, all of it or nothing.

    Raises InputError for sources, columns, moments and folders that cannot be used.
    """
    from tieout.engines.duckdb import DuckDBEngine

    if job.temp_directory is not None and not job.temp_directory.is_dir():
        raise InputError(f"--temp {job.temp_directory}: there is no such folder")
    moment = datetime.now(UTC)
    folder = run_folder(job.out, job.workspace, new_run_id("rootcause", moment))
    run_id = folder.name if job.out is None else new_run_id("rootcause", moment)
    clock = Stopwatch(job.announce)
    with (
        prepared_folder(folder) as aside,
        tempfile.TemporaryDirectory(prefix="tieout-", dir=job.temp_directory) as scratch,
        DuckDBEngine(memory_limit=job.memory_limit, temp_directory=job.temp_directory) as engine,
    ):
        done = _explain(job, engine, Path(scratch), clock)
        with clock.step("write"):
            report = build_root_cause_report(
                done, run_id=run_id, moment=moment, clock=clock, folder=folder
            )
            outputs = write_root_cause_files(done, report, aside)
        manifest = build_root_cause_manifest(done, job, report, outputs=outputs, clock=clock)
        (aside / "run.json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return RootCauseResult(folder, manifest, report)


def job_of(
    manifest: RunManifest,
    *,
    out: Path | None = None,
    workspace: Path | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> RootCauseJob:
    """The job that a manifest tells of, with every column as it was settled, to run it again."""
    spec = manifest.spec
    return RootCauseJob(
        file=manifest.inputs[0].location,
        **{name: spec[name] for name in ("outcome", "value", "total", "expected", "time")},
        **{name: spec[name] for name in ("at", "before", "after", "direction")},
        attributes=tuple(spec["attributes"]),
        out=out,
        workspace=workspace,
        announce=announce,
    )


def _explain(
    job: RootCauseJob, engine: "DuckDBEngine", scratch: Path, clock: Stopwatch
) -> Explained:
    with clock.step("open"):
        source = open_source(job.file, engine=engine, workdir=scratch)
        plan = make_plan(source, _wanted(job))
    notes = list(plan.notes)
    with clock.step("read"):
        others = dict.fromkeys(source.columns, Kind.CATEGORY)
        read = read_table(
            job.file, engine=engine, workdir=scratch, expected={**others, **plan.kinds}
        )
        if plan.time and read.readings[plan.time].doubt:
            told = doubt_about_dates(plan.time, read.readings[plan.time])
            notes.append(Note(*told, certain=False))
        rows = sound_rows(read, plan)
        if rows.frame.height + rows.rejected != read.rows:
            raise ConservationError(
                f"{source.name}: {read.rows} rows read, {rows.frame.height} used, "
                f"{rows.rejected} rejected"
            )
    with clock.step("code"):
        moments = _moments(job, plan, rows, notes)
        attributes = _coded(plan, rows, moments, notes)
    with clock.step("scan"):
        question, scan = answer(
            Question(attributes, rows.counts, rows.trials, moments),
            plan,
            direction=job.direction,
            notes=notes,
        )
    return Explained(
        plan=plan,
        notes=tuple(notes),
        read=read,
        rows=rows,
        files=tuple(fingerprint_file(file) for file in source.files),
        attributes=question.attributes,
        scan=scan,
        at=moments.at if moments else None,
        compared=moments.count if moments else 0,
    )


def _wanted(job: RootCauseJob) -> Wanted:
    return Wanted(
        outcome=job.outcome,
        value=job.value,
        total=job.total,
        expected=job.expected,
        time=job.time,
        attributes=job.attributes,
        needs_time=any((job.at, job.before, job.after)),
    )


def _moments(job: RootCauseJob, plan: Plan, rows: Rows, notes: list[Note]) -> Moments | None:
    """What is compared with what; a file of outcomes is only split where that was asked for."""
    asked = any((job.at, job.before, job.after))
    if plan.time is None or (plan.question == "outcome" and not asked):
        return None
    return split_moments(
        rows.frame[plan.time],
        plan.time_kind,
        at=job.at,
        before=job.before,
        after=job.after,
        notes=notes,
    )


def _coded(
    plan: Plan, rows: Rows, moments: Moments | None, notes: list[Note]
) -> tuple[Attribute, ...]:
    attributes = coded(rows.frame, plan.attributes, plan.numeric, notes)
    clock = plan.time if plan.question == "outcome" and moments is None else None
    if clock is not None and plan.time_kind is Kind.TIME:
        derived = from_clock(clock, rows.frame[clock])
        if derived:
            names = ", ".join(each.name for each in derived)
            notes.append(Note("attributes", f"also {names}", "derived from the moments"))
        attributes += derived
    return tuple(attributes if moments is None else _comparable(attributes, moments, notes))


def _comparable(
    attributes: list[Attribute], moments: Moments, notes: list[Note]
) -> list[Attribute]:
    """Without those that have one value now and others before: they say when, not what."""
    earlier = moments.past >= 0
    kept = []
    for each in attributes:
        now = np.unique(each.codes[moments.now])
        if len(now) == 1 and not np.isin(now, each.codes[earlier]).any():
            words = each.words[int(now[0])]
            notes.append(Note("attributes", f"without {each.name}", f"all is {words} now"))
        else:
            kept.append(each)
    return kept
