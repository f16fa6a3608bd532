"""The reconcile job: two sources in, a run folder out."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from os.path import commonprefix
from pathlib import Path
from typing import Any

import polars as pl

from tieout.detect.history.earlier_runs import judge_breaks
from tieout.engines.base import Engine
from tieout.engines.choose import open_engine
from tieout.export.run_report import RunReport
from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest, SideConservation
from tieout.pipeline.assistant_naming import Asking, name_by_assistant
from tieout.pipeline.carrying.account import carried_table
from tieout.pipeline.carrying.choose import LATEST, NONE, named_run, spec_of
from tieout.pipeline.carrying.identity import identified
from tieout.pipeline.carrying.join import Carried, Settled, carry_in
from tieout.pipeline.conservation import prove_conservation
from tieout.pipeline.earlier import EarlierRuns, earlier_runs
from tieout.pipeline.explain_breaks import explain_breaks
from tieout.pipeline.explain_earlier import earlier_incidents
from tieout.pipeline.files import write_files
from tieout.pipeline.inputs import Input, decide_scale, read_side
from tieout.pipeline.memory import give_back_memory
from tieout.pipeline.proposing import parties_of, resolve_spec_of, with_proposals
from tieout.pipeline.reconciled import Reconciled, build_manifest, build_report
from tieout.pipeline.timing import Stopwatch
from tieout.pipeline.words_reconcile import WordsHeard, comments_of, name_by_words_of_rows
from tieout.pipeline.words_vocabulary import located
from tieout.pipeline.workspace import load_manifest, new_run_id, prepared_folder, run_folder
from tieout.reconcile.breaks import finish_breaks, in_order
from tieout.reconcile.evidence import explain_residue
from tieout.reconcile.infer import Inferred, SampleSide, infer_spec
from tieout.reconcile.records import Residue
from tieout.reconcile.residue import build_residue
from tieout.reconcile.run import Tied, run_passes
from tieout.reconcile.spec import Spec
from tieout.reconcile.spec_file import load_spec
from tieout.sources.open import open_source
from tieout.sources.source import Source

SAMPLE_ROWS = 50_000


@dataclass(frozen=True, kw_only=True)
class ReconcileJob:
    """What to reconcile.

    spec: None infers one. out: None means a new folder in the workspace. as_of: the day from
    which ages count, None for the last day in the data. engine: a name that `open_engine` knows.
    memory_limit: of what runs in this process, "3GiB".
    earlier: ids of the runs whose breaks are history; None takes the workspace's latest.
    resolve: what resolve.yaml said; None reads the workspace's. answers: what a language model said
    in the run that is repeated; None asks it, where the spec says so.
    carry_forward: a run whose open items rejoin, "latest" or "none"; None as the spec says.
    settled: which breaks people have closed, and why, of those that it is asked about; their items
    do not rejoin. carried: what a manifest says of both, where the run is repeated.
    """

    left: str
    right: str
    spec: Path | None = None
    out: Path | None = None
    workspace: Path | None = None
    as_of: date | None = None
    engine: str = "duckdb"
    memory_limit: str | None = None
    temp_directory: Path | None = None
    expected: Mapping[str, Sequence[str]] = field(default_factory=dict)
    earlier: Sequence[str] | None = None
    resolve: Mapping[str, Any] | None = None
    answers: Mapping[str, Any] | None = None
    carry_forward: str | None = None
    settled: Settled = field(default=lambda _: {}, compare=False)
    carried: Mapping[str, Any] | None = None
    announce: Callable[[str], None] = field(default=lambda _: None, compare=False)


@dataclass(frozen=True)
class ReconcileResult:
    """A finished run: its folder, its manifest and what its report was made from."""

    out: Path
    manifest: RunManifest
    report: RunReport


def reconcile(job: ReconcileJob) -> ReconcileResult:
    """Tie out two sources and write the run folder, all of it or nothing.

    Raises InputError for sources, specs and folders that cannot be used.
    """
    if job.temp_directory is not None and not job.temp_directory.is_dir():
        raise InputError(f"--temp {job.temp_directory}: there is no such folder")
    moment = datetime.now(UTC)
    folder = run_folder(job.out, job.workspace, new_run_id("reconcile", moment))
    run_id = folder.name if job.out is None else new_run_id("reconcile", moment)
    clock = Stopwatch(job.announce)
    with (
        prepared_folder(folder) as aside,
        tempfile.TemporaryDirectory(prefix="tieout-", dir=job.temp_directory) as scratch,
        open_engine(
            job.engine, memory_limit=job.memory_limit, temp_directory=job.temp_directory
        ) as engine,
    ):
        done = _carry_out(job, engine, Path(scratch), clock)
        with clock.step("write"):
            report = build_report(done, run_id=run_id, moment=moment, clock=clock, folder=folder)
            outputs = write_files(done, report, aside, engine=engine)
        manifest = build_manifest(done, job, report, outputs=outputs, clock=clock)
        (aside / "run.json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return ReconcileResult(folder, manifest, report)


def _carry_out(job: ReconcileJob, engine: Engine, scratch: Path, clock: Stopwatch) -> Reconciled:
    with clock.step("open"):
        sources = (
            _open(job.left, "left", engine, scratch),
            _open(job.right, "right", engine, scratch),
        )
    with clock.step("understand"):
        inferred = _with_words(_understand(job, sources), job)
        scale = decide_scale(sources, inferred.spec)
    spec = inferred.spec
    with clock.step("read"):
        left, right = _read(sources, spec, scale=scale, engine=engine, scratch=scratch)
    _require_expected(job, left, right)
    with clock.step("carry"):
        (left, right), carried = carry_in(job, spec, (left, right), scale=scale, engine=engine)
    with clock.step("match"):
        tied = run_passes(
            left.table,
            right.table,
            spec,
            scale=scale,
            engine=engine,
            progress=clock.announce,
            last_rows=None if carried is None else (left.staged.rows, right.staged.rows),
        )
        engine.make_room()
    with clock.step("explain"):
        found = _explained(job, (left, right), tied, spec, scale, engine, carried)
        residue, breaks = found.residue, found.breaks
        give_back_memory()
    with clock.step("judge"):
        breaks, earlier = _judged(job, breaks, spec, scale)
        give_back_memory()
    with clock.step("group"):
        explained = explain_breaks(
            breaks,
            (left, right),
            reconciliation=spec.reconciliation,
            engine=engine,
            scratch=scratch,
            earlier=earlier_incidents(job.workspace, earlier.run_ids),
        )
        give_back_memory()
    with clock.step("propose"):
        breaks = _proposed(job, explained.breaks, residue, spec)
    with clock.step("prove"):
        proved = _proved((left, right), tied, breaks, carried, spec, scale, engine)
    return Reconciled(
        left=left,
        right=right,
        inferred=inferred,
        scale=scale,
        tied=tied,
        residue=residue,
        breaks=breaks,
        explained=explained,
        earlier=earlier,
        words=found.words,
        numbers=found.numbers,
        carried=carried,
        became=proved.became,
        conservation=proved.conservation,
        engine=engine,
    )


@dataclass(frozen=True)
class _Proved:
    """Where every row went, and every item that an earlier run left open."""

    conservation: dict[str, SideConservation]
    became: pl.DataFrame | None


def _proved(
    inputs: tuple[Input, Input],
    tied: Tied,
    breaks: pl.DataFrame,
    carried: Carried | None,
    spec: Spec,
    scale: int,
    engine: Engine,
) -> _Proved:
    conservation = {
        name: prove_conservation(name, read, tied.outcomes, breaks, engine)
        for name, read in zip(("left", "right"), inputs, strict=True)
    }
    if carried is None:
        return _Proved(conservation, None)
    became = carried_table(carried, inputs, tied.outcomes, breaks, spec, scale=scale, engine=engine)
    return _Proved(conservation, became)


@dataclass(frozen=True)
class _Explained:
    """Breaks with the occurrence number of each, and what later steps need beside them."""

    residue: Residue
    words: WordsHeard
    breaks: pl.DataFrame
    numbers: pl.Series


def _judged(
    job: ReconcileJob, breaks: pl.DataFrame, spec: Spec, scale: int
) -> tuple[pl.DataFrame, EarlierRuns]:
    """The breaks by how usual they are, and the runs that say so."""
    earlier = earlier_runs(
        job.workspace,
        reconciliation=spec.reconciliation,
        scale=scale,
        most=spec.history.runs,
        exactly=job.earlier,
    )
    history = breaks.clear() if earlier.breaks is None else earlier.breaks
    return judge_breaks(breaks, history), earlier


def _explained(
    job: ReconcileJob,
    inputs: tuple[Input, Input],
    tied: Tied,
    spec: Spec,
    scale: int,
    engine: Engine,
    carried: Carried | None,
) -> _Explained:
    """The breaks, and what later steps need of the residue: with a million it is much to keep."""
    left, right = inputs
    last_rows = (left.staged.rows, right.staged.rows) if carried is not None else None
    residue = build_residue(
        left.table, right.table, tied, spec, scale=scale, engine=engine, last_rows=last_rows
    )
    residue = replace(residue, unread_left=left.unread, unread_right=right.unread)
    found = explain_residue(residue, spec.evidence, criteria=tuple(spec.left.criteria))
    words = _named(job, found, residue, spec)
    ordered, numbers = identified(
        in_order(words.breaks), carried, inputs, reconciliation=spec.reconciliation
    )
    breaks = finish_breaks(
        ordered,
        reconciliation=spec.reconciliation,
        scale=scale,
        as_of=job.as_of or _last_day(residue),
        next_steps=words.next_steps,
        numbers=numbers,
    )
    words = replace(words, breaks=words.breaks.clear())
    return _Explained(residue.without_evidence(), words, breaks, numbers)


def _read(
    sources: tuple[Source, Source], spec: Spec, *, scale: int, engine: Engine, scratch: Path
) -> tuple[Input, Input]:
    paths = (scratch / "left.parquet", scratch / "right.parquet")
    left, right = (
        read_side(source, side, spec, scale=scale, engine=engine, path=path)
        for source, side, path in zip(sources, (spec.left, spec.right), paths, strict=True)
    )
    return left, right


def _named(job: ReconcileJob, found: pl.DataFrame, residue: Residue, spec: Spec) -> WordsHeard:
    """Buckets by words, and where these name none by a language model."""
    heard = name_by_words_of_rows(found, residue, spec, workspace=job.workspace)
    if not spec.assistant.use:
        return heard
    asking = Asking(
        use=spec.assistant,
        resolve=resolve_spec_of(job.workspace, job.resolve),
        reconciliation=spec.reconciliation,
        scale=residue.scale,
        workspace=job.workspace,
        kept=job.answers,
    )
    named = name_by_assistant(heard.breaks, comments_of(found, residue), asking)
    return replace(heard, breaks=named.breaks, assistant=named.options)


def _proposed(
    job: ReconcileJob, breaks: pl.DataFrame, residue: Residue, spec: Spec
) -> pl.DataFrame:
    return with_proposals(
        breaks,
        resolve_spec_of(job.workspace, job.resolve),
        reconciliation=spec.reconciliation,
        as_of=job.as_of or _last_day(residue),
        parties=parties_of(breaks, residue.left, residue.right),
    )


def _require_expected(job: ReconcileJob, left: Input, right: Input) -> None:
    for side, read in (("left", left), ("right", right)):
        expected = job.expected.get(side)
        if expected is not None and [file.sha256 for file in read.files] != list(expected):
            raise InputError(
                f"{read.source.name}: are not the {len(expected)} files that the run read as its "
                f"{side} side; some came, went or changed"
            )


def _open(location: str, side: str, engine: Engine, scratch: Path) -> Source:
    workdir = scratch / side
    workdir.mkdir()
    return open_source(location, engine=engine.reader, workdir=workdir)


def _understand(job: ReconcileJob, sources: tuple[Source, Source]) -> Inferred:
    if job.spec is not None:
        return Inferred(_anchored(load_spec(job.spec), job.spec), ())
    if job.carry_forward not in {None, LATEST, NONE}:
        folder = named_run(str(job.carry_forward), job.workspace)
        return Inferred(spec_of(load_manifest(folder), folder), ())
    left, right = (
        SampleSide(_side_name(source), source.sample(SAMPLE_ROWS), source.rows)
        for source in sources
    )
    return infer_spec(left, right, name=f"{left.name}_vs_{right.name}")


def _with_words(inferred: Inferred, job: ReconcileJob) -> Inferred:
    beside = job.spec.parent if job.spec is not None else None
    words = located(inferred.spec.words, job.workspace, beside)
    return replace(inferred, spec=inferred.spec.model_copy(update={"words": words}))


def _anchored(spec: Spec, path: Path) -> Spec:
    """Files that a spec names are looked for beside it."""
    rates = spec.evidence.rates
    if rates is None or Path(rates).is_absolute():
        return spec
    evidence = spec.evidence.model_copy(update={"rates": str(path.resolve().parent / rates)})
    return spec.model_copy(update={"evidence": evidence})


def _side_name(source: Source) -> str:
    """A file's name without its endings, what several begin with, else what people call it."""
    if not source.files:
        return source.name
    names = [file.name.split(".")[0] for file in source.files]
    # By characters, not by folders.
    shared = commonprefix(names).rstrip("0123456789-_ ")  # noqa: RUF071
    return shared if len(names) > 1 and shared else names[0]


def _last_day(residue: Residue) -> date | None:
    last = [days["date"].max() for days in (residue.days_left, residue.days_right)]
    known = [int(day) for day in last if isinstance(day, int)]
    return date(1970, 1, 1) + timedelta(days=max(known)) if known else None
