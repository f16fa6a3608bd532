"""The analyze job: breaks that another tool found, and their history, in; a run folder out."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from tieout.engines.base import Engine
from tieout.engines.choose import open_engine
from tieout.export.analyze_run import AnalyzeReport
from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest
from tieout.pipeline.analyze_incidents import find_incidents
from tieout.pipeline.analyze_infer import infer_analyze_spec, settle_key
from tieout.pipeline.analyze_judge import judge_rows
from tieout.pipeline.analyze_read import ReadBreaks, read_breaks, with_key
from tieout.pipeline.analyze_result import (
    Analyzed,
    build_analyze_manifest,
    build_analyze_report,
    prove_rows,
    write_analyze_files,
)
from tieout.pipeline.analyze_spec import AnalyzeSpec, load_analyze_spec
from tieout.pipeline.analyze_split import Split, split_one, split_two
from tieout.pipeline.assistant_naming import Asking
from tieout.pipeline.proposing import resolve_spec_of, with_proposals
from tieout.pipeline.timing import Stopwatch
from tieout.pipeline.words_vocabulary import CACHE_FOLDER, Vocabulary, located
from tieout.pipeline.workspace import find_workspace, new_run_id, prepared_folder, run_folder
from tieout.reconcile.infer.model import Choice
from tieout.sources.open import open_source
from tieout.sources.source import Source

SAMPLE_ROWS = 5_000


@dataclass(frozen=True, kw_only=True)
class AnalyzeJob:
    """What to analyze.

    history: None means that it stands in the same file, or nowhere. spec: None infers one. out:
    None means a new folder in the workspace. as_of: the day from which ages count, None for the
    last day in the data; later rows are left out. engine: a name that `open_engine`
    knows. memory_limit: of what runs in this process, "3GiB". resolve: what resolve.yaml said; None
    reads the workspace's. answers: what a language model said in the run that is repeated; None
    asks it, where the spec says so.
    """

    breaks: str
    history: str | None = None
    spec: Path | None = None
    out: Path | None = None
    workspace: Path | None = None
    as_of: date | None = None
    engine: str = "duckdb"
    memory_limit: str | None = None
    temp_directory: Path | None = None
    resolve: Mapping[str, Any] | None = None
    answers: Mapping[str, Any] | None = None
    announce: Callable[[str], None] = field(default=lambda _: None, compare=False)


@dataclass(frozen=True)
class AnalyzeResult:
    """A finished run: its folder, its manifest and what its report was made from."""

    out: Path
    manifest: RunManifest
    report: AnalyzeReport


def analyze(job: AnalyzeJob) -> AnalyzeResult:
    """Judge breaks by their history and write the run folder, all of it or nothing.

    Raises InputError for sources, specs and folders that cannot be used.
    """
    if job.temp_directory is not None and not job.temp_directory.is_dir():
        raise InputError(f"--temp {job.temp_directory}: there is no such folder")
    moment = datetime.now(UTC)
    folder = run_folder(job.out, job.workspace, new_run_id("analyze", moment))
    run_id = folder.name if job.out is None else new_run_id("analyze", moment)
    with (
        prepared_folder(folder) as aside,
        tempfile.TemporaryDirectory(prefix="tieout-", dir=job.temp_directory) as scratch,
        open_engine(
            job.engine, memory_limit=job.memory_limit, temp_directory=job.temp_directory
        ) as engine,
    ):
        clock = Stopwatch(job.announce)
        done = _carry_out(job, engine, Path(scratch), clock)
        with clock.step("write"):
            report = build_analyze_report(
                done, run_id=run_id, moment=moment, clock=clock, folder=folder
            )
            outputs = write_analyze_files(done, report, aside)
        manifest = build_analyze_manifest(done, job, report, outputs=outputs, clock=clock)
        (aside / "run.json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return AnalyzeResult(folder, manifest, report)


def _carry_out(job: AnalyzeJob, engine: Engine, scratch: Path, clock: Stopwatch) -> Analyzed:
    with clock.step("open"):
        source = _open(job.breaks, "breaks", engine, scratch)
        past = _open(job.history, "history", engine, scratch) if job.history else None
    with clock.step("understand"):
        spec, choices = _understand(job, source, past)
        beside = job.spec.parent if job.spec is not None else None
        spec = spec.model_copy(update={"words": located(spec.words, job.workspace, beside)})
        scale = 2 if spec.scale is None else spec.scale
    with clock.step("read"):
        sources = [source] if past is None else [source, past]
        read, *others = read_breaks(sources, spec, scale=scale, engine=engine)
        earlier = others[0] if others else None
        named = spec.named
        if job.spec is None:
            known = [read.frame, *([earlier.frame] if earlier else [])]
            spec, choices = settle_key(spec, pl.concat(known), choices)
        split = _split(job, spec, named, read, earlier)
        if split.current.is_empty():
            raise InputError(f"{source.name}: no row could be read as a break")
    with clock.step("judge"):
        found = judge_rows(
            split,
            spec,
            scale=scale,
            as_of=job.as_of,
            vocabulary=_vocabulary(spec, job),
            asking=_asking(spec, job, scale),
            engine=engine,
        )
    with clock.step("group"):
        incidents, breaks = find_incidents(found, spec)
    with clock.step("propose"):
        breaks = with_proposals(
            breaks,
            resolve_spec_of(job.workspace, job.resolve),
            reconciliation=spec.analysis,
            as_of=found.as_of,
        )
    with clock.step("prove"):
        conservation = prove_rows(split, read, earlier, breaks)
    return Analyzed(
        spec=spec,
        choices=(*choices, split.choice),
        scale=scale,
        read=read,
        history=earlier,
        split=split,
        found=found,
        breaks=breaks,
        incidents=incidents,
        conservation=conservation,
        libraries=engine.libraries,
    )


def _vocabulary(spec: AnalyzeSpec, job: AnalyzeJob) -> Vocabulary | None:
    if not spec.words.use or not spec.comment:
        return None
    cache = find_workspace(job.workspace) / CACHE_FOLDER
    return Vocabulary.of(spec.words, _side_names(spec), cache=cache)


def _asking(spec: AnalyzeSpec, job: AnalyzeJob, scale: int) -> Asking | None:
    if not spec.assistant.use:
        return None
    return Asking(
        use=spec.assistant,
        resolve=resolve_spec_of(job.workspace, job.resolve),
        reconciliation=spec.analysis,
        scale=scale,
        workspace=job.workspace,
        kept=job.answers,
    )


def _side_names(spec: AnalyzeSpec) -> tuple[str, str]:
    """The sides are called as the columns of their amounts are."""
    if spec.criteria is None:
        return "", ""
    left, right = (" ".join(part.columns) for part in (spec.criteria.left, spec.criteria.right))
    return left, right


def _open(location: str, part: str, engine: Engine, scratch: Path) -> Source:
    workdir = scratch / part
    workdir.mkdir()
    return open_source(location, engine=engine.reader, workdir=workdir)


def _understand(
    job: AnalyzeJob, source: Source, past: Source | None
) -> tuple[AnalyzeSpec, tuple[Choice, ...]]:
    if job.spec is not None:
        return load_analyze_spec(job.spec), ()
    sample = source.sample(SAMPLE_ROWS)
    if past is not None:
        # What history has not got can't be judged by it.
        shared = [name for name in source.columns if name in past.columns]
        if not shared:
            raise InputError(
                f"{past.name}: has none of the columns of {source.name}; expected the same names"
            )
        sample = pl.concat([sample.select(shared), past.sample(SAMPLE_ROWS).select(shared)])
    name = source.files[0].name.split(".")[0] if source.files else source.name
    try:
        return infer_analyze_spec(name, sample)
    except InputError as error:
        raise InputError(f"{source.name}: {error}") from error


def _split(
    job: AnalyzeJob,
    spec: AnalyzeSpec,
    named: tuple[str, ...],
    read: ReadBreaks,
    earlier: ReadBreaks | None,
) -> Split:
    frame = with_key(read.frame, named, spec)
    if earlier is None:
        return split_one(frame, spec, job.as_of)
    return split_two(frame, with_key(earlier.frame, named, spec), job.as_of)
