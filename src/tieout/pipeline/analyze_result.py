"""What an analysis came to, as its files, its manifest and its report tell it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tieout.detect.history.judge import Judged
from tieout.detect.history.severity import SeverityTable
from tieout.export.analyze_report import write_analyze_report
from tieout.export.analyze_run import AnalyzeReport
from tieout.export.analyze_summaries import write_summaries
from tieout.export.run_report import Choice as ShownChoice
from tieout.export.run_report import SideFacts
from tieout.export.table import write_csv, write_rejects
from tieout.model.errors import ConservationError
from tieout.model.manifest import InputFacts, RunManifest, SideConservation
from tieout.pipeline.analyze_incidents import incident_summaries
from tieout.pipeline.analyze_judge import JudgedBreaks
from tieout.pipeline.analyze_read import ReadBreaks
from tieout.pipeline.analyze_spec import AnalyzeSpec, analyze_spec_text
from tieout.pipeline.analyze_split import Split
from tieout.pipeline.files import write_table
from tieout.pipeline.inputs import masked
from tieout.pipeline.proposing import kept_of, resolve_spec_of
from tieout.pipeline.reconciled import versions
from tieout.pipeline.timing import Stopwatch
from tieout.reconcile.infer.model import Choice

if TYPE_CHECKING:
    from tieout.pipeline.analyze import AnalyzeJob

_TABLES: Final = ("breaks.parquet", "incidents.csv", "rejects.csv", "spec.yaml")
_REJECTS_SHOWN: Final = 20


@dataclass(frozen=True, kw_only=True)
class Analyzed:
    """Everything that the steps of a run found. `breaks` has the contract's columns.

    libraries: those of the engine that decide its results, beside DuckDB and Ibis.
    """

    spec: AnalyzeSpec
    choices: tuple[Choice, ...]
    scale: int
    read: ReadBreaks
    history: ReadBreaks | None
    split: Split
    found: JudgedBreaks
    breaks: pl.DataFrame
    incidents: pl.DataFrame
    conservation: dict[str, SideConservation]
    libraries: tuple[str, ...] = ()


def prove_rows(
    split: Split, read: ReadBreaks, history: ReadBreaks | None, breaks: pl.DataFrame
) -> dict[str, SideConservation]:
    """Account for every row: of `breaks`, of `history`, and of `later`, where rows are left out.

    A row agrees, is a break or is rejected. Raises ConservationError when the account is off.
    """
    parts = [split.current, split.later]
    parts += [] if history is not None else [split.history]
    _require_all(read, parts)
    if history is not None:
        _require_all(history, [split.history])
    found = breaks["left_rows"].explode()
    expected = split.current.filter("is_break")["row"]
    if sorted(found.to_list()) != sorted(expected.to_list()):
        raise ConservationError(f"{len(expected)} rows are breaks, {len(found)} are in breaks")
    of_history = history.rejected if history is not None else 0
    conservation = {"breaks": _account(split.current, read.rejected)}
    if history is not None or split.history.height:
        conservation["history"] = _account(split.history, of_history)
    if split.later.height:
        conservation["later"] = _account(split.later, 0)
    return conservation


def _require_all(read: ReadBreaks, parts: list[pl.DataFrame]) -> None:
    rows = pl.concat([part["row"].abs() for part in parts])
    if rows.n_unique() != len(rows) or len(rows) + read.rejected != read.rows:
        raise ConservationError(
            f"{read.source.name}: {read.rows} rows read, {read.rejected} rejected, {len(rows)} "
            f"accounted for, {rows.n_unique()} of them different"
        )


def _account(part: pl.DataFrame, rejected: int) -> SideConservation:
    broken = int(part["is_break"].sum())
    return SideConservation(
        rows=part.height + rejected,
        matched=part.height - broken,
        in_breaks=broken,
        rejected=rejected,
    )


def write_analyze_files(done: Analyzed, report: AnalyzeReport, folder: Path) -> dict[str, str]:
    """Write all files but the manifest; answers with the SHA-256 of the tables by name."""
    write_table(done.breaks, folder / "breaks.parquet")
    write_csv(done.breaks, folder / "breaks.csv")
    write_csv(done.incidents, folder / "incidents.csv")
    write_summaries(report, folder / "summaries.md")
    rejects = (*done.read.rejects, *(done.history.rejects if done.history else ()))
    write_rejects(rejects, folder / "rejects.csv")
    text = analyze_spec_text(done.spec, done.choices)
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    write_analyze_report(report, folder / "report.html")
    return {name: _sha256(folder / name) for name in _TABLES}


def build_analyze_report(
    done: Analyzed, *, run_id: str, moment: datetime, clock: Stopwatch, folder: Path
) -> AnalyzeReport:
    """The facts of a run for its report, its summaries and the terminal."""
    rejects = (*done.read.rejects, *(done.history.rejects if done.history else ()))
    category = done.found.details["category"]
    return AnalyzeReport(
        title=f"{done.spec.analysis}: breaks against their history",
        run_id=run_id,
        created_at=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        inputs=tuple(_side_facts(name, done) for name in done.conservation),
        breaks=done.breaks.with_columns(category),
        incidents=done.incidents,
        summaries=incident_summaries(done.incidents, done.breaks, done.found),
        judged_by=judged_by(done.found.judged, done),
        table=severity_rows(done.spec.severity),
        rejects=rejects[:_REJECTS_SHOWN],
        rows_rejected=sum(part.rejected for part in done.conservation.values()),
        choices=tuple(
            ShownChoice(each.subject, each.decision, each.reason, not each.uncertain)
            for each in done.choices
        ),
        seconds=tuple(clock.seconds.items()),
        versions=tuple(versions("scipy", *done.libraries).items()),
        folder=str(folder),
    )


def judged_by(judged: Judged, done: Analyzed) -> str:
    """What breaks were compared with, in words."""
    history = done.split.history
    if not judged.against_past:
        broken = int(history["is_break"].sum())
        why = f"history has only {broken:,} breaks" if history.height else "there is no history"
        return f"one another, as {why}"
    peers = ""
    if judged.peers is not None:
        peers = f" and their peers by {done.found.observations.label(judged.peers)}"
    return f"the past of their keys{peers}, {int(history['is_break'].sum()):,} breaks of history"


def severity_rows(table: SeverityTable) -> tuple[tuple[str, ...], ...]:
    """The severity table as rows of text, its heading first."""
    if table.amounts is not None:
        limits = [f"{limit:,}" for limit in table.amounts]
    else:
        limits = [f"{limit:g} x usual" for limit in table.times_usual]
    heading = ("Difference", f"below {limits[0]}", *(f"from {limit}" for limit in limits))
    rows = [
        ("in pattern", *map(str, table.in_pattern)),
        ("out of pattern", *map(str, table.out_of_pattern)),
    ]
    if table.old_days is not None:
        older = ("one level more", *("" for _ in limits))
        rows.append((f"open for {table.old_days} days or more", *older))
    return (heading, *rows)


def build_analyze_manifest(
    done: Analyzed,
    job: "AnalyzeJob",
    report: AnalyzeReport,
    *,
    outputs: dict[str, str],
    clock: Stopwatch,
) -> RunManifest:
    """`run.json` of a run."""
    spec = done.spec.model_dump(mode="json")
    inputs = [_input_facts("breaks", job.breaks, done.read)]
    if done.history is not None:
        inputs.append(_input_facts("history", job.history or "", done.history))
    first = done.split.current_from
    return RunManifest(
        run_id=report.run_id,
        job="analyze",
        created_at=report.created_at,
        inputs=tuple(inputs),
        spec=spec,
        spec_sha256=hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest(),
        options={
            "as_of": job.as_of.isoformat() if job.as_of else None,
            "current_from": first.isoformat() if first else None,
            "engine": job.engine,
            "scale": done.scale,
            "judged_by": "history" if done.found.judged.against_past else "one_another",
            "words": done.found.words,
            "assistant": done.found.assistant,
            "resolve": kept_of(resolve_spec_of(job.workspace, job.resolve)),
        },
        versions=versions("scipy", *done.libraries),
        seed=0,
        counts=_counts(done),
        conservation=done.conservation,
        outputs=outputs,
        seconds={**clock.seconds, "total": clock.total},
    )


def _counts(done: Analyzed) -> dict[str, Any]:
    parts = done.conservation
    return {
        "rows": {name: part.rows for name, part in parts.items()},
        "agreeing": {name: part.matched for name, part in parts.items()},
        "breaks": {
            "total": done.breaks.height,
            "anomalous": int(done.breaks["anomalous"].sum()),
            "by_bucket": _by(done.breaks["bucket"]),
            "by_category": _by(done.found.details["category"]),
            "by_severity": _by(done.breaks["severity"]),
        },
        "incidents": done.incidents.height,
        "rejected": {name: part.rejected for name, part in parts.items()},
    }


def _by(values: pl.Series) -> dict[str, int]:
    return dict(values.value_counts().sort(values.name).iter_rows())


def _side_facts(name: str, done: Analyzed) -> SideFacts:
    read = done.history if name == "history" and done.history is not None else done.read
    part = done.conservation[name]
    digests = [file.sha256 for file in read.files]
    return SideFacts(
        name=name,
        file=read.source.name,
        sha256=digests[0] if len(digests) == 1 else "",
        rows=part.rows,
        rows_matched=part.matched,
        rows_in_breaks=part.in_breaks,
        rows_rejected=part.rejected,
    )


def _input_facts(side: str, location: str, read: ReadBreaks) -> InputFacts:
    return InputFacts(
        side=side,
        location=masked(location),
        name=read.source.name,
        files=read.files,
        rows=read.rows,
        rejected=read.rejected,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
