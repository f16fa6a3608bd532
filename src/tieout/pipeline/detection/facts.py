"""A detection as its manifest and its report tell it."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tieout.detect.labels import UNLABELLED
from tieout.detect.profiles import looks_at
from tieout.detect.thresholds import (
    average_precision,
    expected_calibration_error,
    precision_at,
    recall_at,
)
from tieout.export.detect_facts import ChannelFacts, DetectReport, Quality
from tieout.export.run_report import Choice
from tieout.model.manifest import InputFacts, JudgedConservation, RunManifest
from tieout.pipeline.detection.files import by_type
from tieout.pipeline.inputs import fingerprint_file, masked
from tieout.pipeline.reconciled import versions
from tieout.pipeline.timing import Stopwatch
from tieout.sources.typed.reading import doubt_about_dates

if TYPE_CHECKING:
    from tieout.pipeline.detection.job import Detected, DetectJob

_DECADES: Final = 8
_REJECTS_SHOWN: Final = 20
_LIBRARIES: Final = ("scikit-learn", "numba", "scipy")


def build_report(
    done: "Detected",
    job: "DetectJob",
    *,
    run_id: str,
    moment: datetime,
    clock: Stopwatch,
    folder: Path,
) -> DetectReport:
    """The facts of a run for its report and the terminal."""
    data, found = done.data, done.findings
    judged = done.judgement.judged
    return DetectReport(
        title=data.read.source.name,
        profile=job.judged_as,
        run_id=run_id,
        created_at=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        file=data.read.source.name,
        sha256=data.sha256,
        rows=data.read.rows,
        rejected=data.read.rejected,
        flagged_ml=int(found.by_ml.sum()),
        flagged_rules=int(found.ruling.flags.sum()),
        flagged=int(found.flags.sum()),
        cut=found.cut.why,
        model=done.judgement.sentence,
        channels=_channels(done),
        decades=_decades(judged.fused.log_p),
        cases=done.groups.cases,
        incidents=done.groups.incidents,
        summaries=done.groups.summaries,
        rules=found.ruling.facts,
        entities=found.entities,
        by_type=by_type(done) if job.labels is not None else None,
        quality=_quality(done) if job.labels is not None else None,
        learning=found.learnt.sentence,
        notes=found.ruling.notes,
        rejects=data.read.rejects[:_REJECTS_SHOWN],
        choices=_choices(done),
        seconds=tuple(clock.seconds.items()),
        versions=tuple(versions(*_LIBRARIES).items()),
        folder=str(folder),
    )


def build_manifest(
    done: "Detected",
    job: "DetectJob",
    report: DetectReport,
    *,
    outputs: dict[str, str],
    clock: Stopwatch,
) -> RunManifest:
    """`run.json` of a run."""
    data = done.data
    spec = _spec(done, job)
    inputs = [_input("current", str(job.file), data.read.source.name, data.files, data.read)]
    if data.history_read is not None:
        name = data.history_read.source.name
        history = str(job.history)
        inputs.append(_input("history", history, name, data.history_files, data.history_read))
    return RunManifest(
        run_id=report.run_id,
        job="detect",
        created_at=report.created_at,
        inputs=tuple(inputs),
        spec=spec,
        spec_sha256=hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest(),
        options=_options(done, job),
        versions=versions(*_LIBRARIES),
        seed=job.seed,
        counts=counts(report),
        conservation={
            "current": JudgedConservation(
                rows=data.read.rows, judged=data.table.height, rejected=data.read.rejected
            )
        },
        outputs=outputs,
        seconds={**clock.seconds, "total": clock.total},
    )


def counts(report: DetectReport) -> dict[str, Any]:
    """Counts and figures of a run, as `--json` prints them."""
    found: dict[str, Any] = {
        "rows": report.rows,
        "rejected": report.rejected,
        "flagged": {
            "ml": report.flagged_ml,
            "rules": report.flagged_rules,
            "total": report.flagged,
        },
        "incidents": report.incidents.height,
        "workload": round(report.flagged / max(report.judged, 1), 6),
        "rules": {
            rule.identifier: {"rows": rule.rows, "share": round(rule.share, 6), "flags": rule.flags}
            for rule in report.rules
        },
    }
    if report.quality is not None:
        found["quality"] = {
            "labelled": report.quality.labelled,
            "positives": report.quality.positives,
            "average_precision": _figure(report.quality.average_precision),
            "recall_at_1_percent": _figure(report.quality.recall_at_1_percent),
            "precision_at_20": _figure(report.quality.precision_at_20),
            "calibration_error": _figure(report.quality.calibration_error),
        }
    return found


def _figure(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 6)


def _spec(done: "Detected", job: "DetectJob") -> dict[str, Any]:
    return {
        "profile": job.judged_as,
        "roles": {str(role): name for role, name in done.data.table.roles.items()},
        "kinds": {column.name: str(column.kind) for column in done.data.table.columns},
        "rules": done.findings.ruling.spec,
    }


def _options(done: "Detected", job: "DetectJob") -> dict[str, Any]:
    policy, cut = job.policy, done.findings.cut
    return {
        "labels": job.labels,
        "positive": list(job.positive),
        "negative": list(job.negative),
        "learn": job.learn,
        "ask": job.ask,
        "roles": {str(role): name for role, name in job.roles.items()},
        "rules": str(job.rules) if job.rules else None,
        "files_sha256": {
            str(path): fingerprint_file(path).sha256
            for path in (Path(job.labels or ""), job.rules or Path())
            if path.is_file()
        },
        "method": policy.method,
        "threshold": policy.threshold,
        "capacity": policy.capacity,
        "level": policy.level,
        "costs": [policy.costs.false_positive, policy.costs.false_negative],
        "cut": {"threshold": cut.threshold, "method": cut.method},
        "model": done.judgement.fingerprint,
        "model_reused": done.judgement.reused,
        "earlier_runs": list(done.groups.earlier_runs),
        "reranker": done.findings.learnt.kept,
        "drift": {
            part.column: round(part.index, 4) if np.isfinite(part.index) else None
            for part in done.judgement.drift
        },
    }


def _input(side: str, location: str, name: str, files: tuple[Any, ...], read: Any) -> InputFacts:
    return InputFacts(
        side=side,
        location=masked(location),
        name=name,
        files=files,
        rows=read.rows,
        rejected=read.rejected,
    )


def _channels(done: "Detected") -> tuple[ChannelFacts, ...]:
    fused = done.judgement.judged.fused
    flagged = fused.strongest[done.findings.by_ml]
    decided = {name: int((flagged == at).sum()) for at, name in enumerate(fused.names)}
    return tuple(
        ChannelFacts(name, looks_at(name), decided.get(name, 0))
        for name in done.judgement.judge.detectors
    )


def _decades(log_p: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[int, ...]:
    powers = np.clip((-log_p / np.log(10.0)).astype(np.int64), 0, _DECADES - 1)
    return tuple(int(count) for count in np.bincount(powers, minlength=_DECADES))


def _quality(done: "Detected") -> Quality:
    labels, found = done.data.labels, done.findings
    return Quality(
        labelled=int((labels.values != UNLABELLED).sum()),
        positives=labels.positives,
        average_precision=average_precision(found.score, labels.values),
        recall_at_1_percent=recall_at(found.score, labels.values, workload=0.01),
        precision_at_20=precision_at(found.score, labels.values, rows=20),
        calibration_error=expected_calibration_error(found.confidence, labels.values),
    )


def _choices(done: "Detected") -> tuple[Choice, ...]:
    roles = [
        Choice(f"Role {choice.role}", choice.column, choice.reason, not choice.uncertain)
        for choice in done.data.choices
    ]
    readings = [
        Choice(name, str(reading.kind), reading.why, is_certain=True)
        for name, reading in done.data.read.readings.items()
    ]
    doubts = [
        Choice(*doubt_about_dates(name, reading), is_certain=False)
        for name, reading in done.data.read.readings.items()
        if reading.doubt
    ]
    return (*doubts, *roles, *readings)
