"""What a root-cause run came to, as its files, its manifest and its report tell it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tieout.explain.scan.options import EVIDENCE_MIN
from tieout.explain.scan.result import Cause, Scan, Verdict
from tieout.export.rootcause_report import write_root_cause_report
from tieout.export.rootcause_run import RootCauseReport
from tieout.export.run_report import Choice
from tieout.export.table import write_csv, write_rejects
from tieout.model.manifest import InputFacts, InputFile, JudgedConservation, RunManifest
from tieout.pipeline.inputs import masked
from tieout.pipeline.reconciled import versions
from tieout.pipeline.rootcause_attributes import Attribute
from tieout.pipeline.rootcause_plan import Note, Plan
from tieout.pipeline.rootcause_rows import Rows
from tieout.pipeline.timing import Stopwatch
from tieout.sources.typed.read import ReadTable

if TYPE_CHECKING:
    from tieout.pipeline.rootcause import RootCauseJob

_REJECTS_SHOWN: Final = 20
_DIGITS: Final = 6
_CAUSES_TOLD: Final = 3


@dataclass(frozen=True, kw_only=True)
class Explained:
    """Everything that the steps of a run found."""

    plan: Plan
    notes: tuple[Note, ...]
    read: ReadTable
    rows: Rows
    files: tuple[InputFile, ...]
    attributes: tuple[Attribute, ...]
    scan: Scan
    at: str | None
    compared: int

    @property
    def conservation(self) -> JudgedConservation:
        """Every row was looked at or rejected."""
        return JudgedConservation(
            rows=self.read.rows, judged=self.rows.frame.height, rejected=self.rows.rejected
        )

    def words(self, cause: Cause) -> str:
        """A condition as people read it, values as the file writes them."""
        parts = (
            f"{self.attributes[place].name}={self.attributes[place].words[code]}"
            for place, code in cause.condition
        )
        return " & ".join(parts)


def causes_frame(done: Explained) -> pl.DataFrame:
    """`causes.csv`: the named causes in the order in which they were found, then the others.

    Columns: rank, condition, support, outcome_rate, risk_ratio, p_value, explained_share, then
    evidence (nats), ratio_low, ratio_high (95 %), expected_rate and named.
    """
    rows = [
        {
            "rank": rank,
            "condition": done.words(cause),
            "support": cause.support,
            "outcome_rate": cause.outcome_rate,
            "risk_ratio": cause.risk_ratio,
            "p_value": cause.p_value,
            "explained_share": cause.explained_share,
            "evidence": cause.evidence,
            "ratio_low": cause.ratio_low,
            "ratio_high": cause.ratio_high,
            "expected_rate": cause.expected_rate,
            "named": cause.named,
        }
        for rank, cause in enumerate(done.scan.causes, start=1)
    ]
    schema = {
        "rank": pl.Int64,
        "condition": pl.String,
        "support": pl.Float64,
        **dict.fromkeys(
            ("outcome_rate", "risk_ratio", "p_value", "explained_share", "evidence"), pl.Float64
        ),
        **dict.fromkeys(("ratio_low", "ratio_high", "expected_rate"), pl.Float64),
        "named": pl.Boolean,
    }
    frame = pl.DataFrame(rows, schema=schema).with_columns(
        pl.col(pl.Float64).exclude("support").round_sig_figs(_DIGITS).fill_nan(None)
    )
    supports = frame["support"]
    if supports.is_not_null().all() and (supports == supports.floor()).all():
        return frame.with_columns(supports.cast(pl.Int64))
    return frame


def why(done: Explained) -> str:
    """The answer in a sentence."""
    scan = done.scan
    if scan.verdict is Verdict.NAMED:
        parts = [
            f"{done.words(cause)} explains {cause.explained_share:.0%} of what went beyond "
            f"expectation ({cause.evidence:.1f} nats of evidence)"
            for cause in scan.named[:_CAUSES_TOLD]
        ]
        more = len(scan.named) - len(parts)
        return "; ".join([*parts, *([f"and {more} more"] if more else [])])
    if scan.verdict is Verdict.EVERYWHERE:
        return (
            "all has risen alike: no combination stands out from the rest far enough to be the "
            "cause"
        )
    if not scan.causes:
        return "nothing beyond what noise explains"
    best = scan.causes[0]
    return (
        f"nothing beyond what noise explains: the most likely, {done.words(best)}, has "
        f"{best.evidence:.1f} nats of evidence and explains {best.explained_share:.0%} of what "
        f"went beyond expectation; a cause needs {EVIDENCE_MIN:g} nats and a rise that shows in "
        "the whole"
    )


def build_root_cause_report(
    done: Explained, *, run_id: str, moment: datetime, clock: Stopwatch, folder: Path
) -> RootCauseReport:
    """The facts of a run for its report and the terminal."""
    return RootCauseReport(
        title=f"Root cause of {subject(done.plan)}",
        run_id=run_id,
        created_at=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        file=done.read.source.name,
        sha256=_digest(done.files),
        rows=done.read.rows,
        rejected=done.rows.rejected,
        question=done.plan.question,
        at=done.at,
        compared=done.compared,
        verdict=str(done.scan.verdict),
        why=why(done),
        causes=causes_frame(done),
        combinations=done.scan.combinations,
        rejects=done.rows.rejects[:_REJECTS_SHOWN],
        choices=tuple(
            Choice(each.subject, each.decision, each.reason, each.certain) for each in done.notes
        ),
        seconds=tuple(clock.seconds.items()),
        versions=tuple(versions("numba", "scipy").items()),
        folder=str(folder),
    )


def subject(plan: Plan) -> str:
    """What is explained, in words."""
    if plan.outcome:
        return plan.outcome
    against = plan.total or plan.expected
    joined = " / " if plan.total else " against "
    return f"{plan.value}{joined}{against}" if against else f"{plan.value}"


def write_root_cause_files(
    done: Explained, report: RootCauseReport, folder: Path
) -> dict[str, str]:
    """Write all files but the manifest; answers with the SHA-256 of the tables by name."""
    write_csv(report.causes, folder / "causes.csv")
    write_rejects(done.rows.rejects, folder / "rejects.csv")
    write_root_cause_report(report, folder / "report.html")
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("causes.csv", "rejects.csv")
    }


def build_root_cause_manifest(
    done: Explained,
    job: "RootCauseJob",
    report: RootCauseReport,
    *,
    outputs: dict[str, str],
    clock: Stopwatch,
) -> RunManifest:
    """`run.json` of a run. `spec` holds every column and choice as settled, so that it repeats."""
    spec: dict[str, Any] = {
        "outcome": done.plan.outcome,
        "value": done.plan.value,
        "total": done.plan.total,
        "expected": done.plan.expected,
        "time": done.plan.time,
        "attributes": list(done.plan.attributes),
        "at": job.at,
        "before": job.before,
        "after": job.after,
        "direction": job.direction,
    }
    return RunManifest(
        run_id=report.run_id,
        job="rootcause",
        created_at=report.created_at,
        inputs=(
            InputFacts(
                side="file",
                location=masked(job.file),
                name=done.read.source.name,
                files=done.files,
                rows=done.read.rows,
                rejected=done.rows.rejected,
            ),
        ),
        spec=spec,
        spec_sha256=hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest(),
        options={"question": done.plan.question, "notes": [note_words(n) for n in done.notes]},
        versions=dict(report.versions),
        seed=0,
        counts={
            "rows": done.read.rows,
            "rejected": done.rows.rejected,
            "named": [done.words(cause) for cause in done.scan.named],
            "causes": len(done.scan.causes),
            "abstained": done.scan.verdict is not Verdict.NAMED,
            "verdict": str(done.scan.verdict),
            "why": report.why,
            "combinations": done.scan.combinations,
        },
        conservation={"file": done.conservation},
        outputs=outputs,
        seconds={**clock.seconds, "total": clock.total},
    )


def note_words(note: Note) -> str:
    """A decision on one line."""
    return f"{note.subject}: {note.decision} ({note.reason})"


def _digest(files: tuple[InputFile, ...]) -> str:
    digests = [file.sha256 for file in files]
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(digests).encode()).hexdigest() if digests else ""
