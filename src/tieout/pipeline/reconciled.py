"""What a reconciliation came to, as its manifest and its report tell it."""

import hashlib
import json
import platform
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from tieout.engines.base import Engine
from tieout.export.run_report import Choice, RunReport, SideFacts
from tieout.model.manifest import InputFacts, RunManifest, SideConservation
from tieout.pipeline.carrying.account import carried_facts
from tieout.pipeline.carrying.join import Carried
from tieout.pipeline.earlier import EarlierRuns
from tieout.pipeline.explain_breaks import ExplainedBreaks, incident_summaries
from tieout.pipeline.inputs import Input, fingerprint_file, masked
from tieout.pipeline.proposing import kept_of, resolve_spec_of
from tieout.pipeline.timing import Stopwatch
from tieout.pipeline.totals import currency_totals, pass_counts
from tieout.pipeline.words_reconcile import WordsHeard
from tieout.reconcile.infer import Inferred
from tieout.reconcile.records import Residue
from tieout.reconcile.run import Tied
from tieout.reconcile.spec import Spec

if TYPE_CHECKING:
    from tieout.pipeline.reconcile import ReconcileJob

_VERSIONED = ("tieout", "duckdb", "ibis-framework", "polars", "pyarrow", "numpy")
_REJECTS_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """Everything that the steps of a run found. `breaks` has the contract's columns.

    numbers: occurrence number of each break. carried, became: open items of an earlier run and
    what this one made of them; None where none were asked for.
    """

    left: Input
    right: Input
    inferred: Inferred
    scale: int
    tied: Tied
    residue: Residue
    breaks: pl.DataFrame
    numbers: pl.Series
    carried: Carried | None
    became: pl.DataFrame | None
    explained: ExplainedBreaks
    earlier: EarlierRuns
    words: WordsHeard
    conservation: dict[str, SideConservation]
    engine: Engine


def build_report(
    done: Reconciled, *, run_id: str, moment: datetime, clock: Stopwatch, folder: Path
) -> RunReport:
    """The facts of a run for its report and the terminal."""
    spec = done.inferred.spec
    return RunReport(
        title=f"{spec.left.name} against {spec.right.name}",
        reconciliation=spec.reconciliation,
        run_id=run_id,
        created_at=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        left=_side_facts(done.left, done.conservation["left"]),
        right=_side_facts(done.right, done.conservation["right"]),
        totals=currency_totals(done.left.table, done.right.table, done.residue, engine=done.engine),
        passes=pass_counts(done.tied.outcomes, engine=done.engine),
        breaks=done.breaks,
        incidents=incident_summaries(done.explained),
        rejects=(*done.left.staged.rejects, *done.right.staged.rejects)[:_REJECTS_SHOWN],
        carried=carried_facts(done.carried, done.became)
        if done.carried is not None and done.became is not None
        else None,
        choices=tuple(
            Choice(each.subject, each.decision, each.reason, not each.uncertain)
            for each in done.inferred.choices
        ),
        seconds=tuple(clock.seconds.items()),
        versions=tuple(versions(*done.engine.libraries).items()),
        folder=str(folder),
    )


def build_manifest(
    done: Reconciled,
    job: "ReconcileJob",
    report: RunReport,
    *,
    outputs: dict[str, str],
    clock: Stopwatch,
) -> RunManifest:
    """`run.json` of a run."""
    spec = done.inferred.spec.model_dump(mode="json")
    return RunManifest(
        run_id=report.run_id,
        job="reconcile",
        created_at=report.created_at,
        inputs=(
            _input_facts("left", job.left, done.left),
            _input_facts("right", job.right, done.right),
        ),
        spec=spec,
        spec_sha256=hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest(),
        options={
            "as_of": job.as_of.isoformat() if job.as_of else None,
            "engine": job.engine,
            "scale": done.scale,
            "rates_sha256": _sha256_of_rates(done.inferred.spec),
            "earlier_runs": list(done.earlier.run_ids),
            "carried": done.carried.options if done.carried is not None else None,
            "words": done.words.options,
            "assistant": done.words.assistant,
            "resolve": kept_of(resolve_spec_of(job.workspace, job.resolve)),
        },
        versions=versions(*done.engine.libraries),
        seed=0,
        counts=_counts(done, report),
        conservation=done.conservation,
        outputs=outputs,
        seconds={**clock.seconds, "total": clock.total},
    )


def _sha256_of_rates(spec: Spec) -> str | None:
    return fingerprint_file(Path(spec.evidence.rates)).sha256 if spec.evidence.rates else None


def _counts(done: Reconciled, report: RunReport) -> dict[str, Any]:
    by_bucket = dict(done.breaks["bucket"].value_counts().sort("bucket").iter_rows())
    return {
        "rows": {"left": report.left.rows, "right": report.right.rows},
        "matched": {
            "groups": report.matches,
            "rows_left": report.left.rows_matched,
            "rows_right": report.right.rows_matched,
        },
        "ambiguous": by_bucket.get("ambiguous", 0),
        "breaks": {"total": done.breaks.height, "by_bucket": by_bucket},
        "rejected": {"left": report.left.rows_rejected, "right": report.right.rows_rejected},
        **_carried_counts(report),
    }


def _carried_counts(report: RunReport) -> dict[str, Any]:
    """Only where carrying was asked for."""
    carried = report.carried
    if carried is None:
        return {}
    return {"carried": {"left": asdict(carried.left), "right": asdict(carried.right)}}


def _side_facts(read: Input, account: SideConservation) -> SideFacts:
    return SideFacts(
        name=read.side.name,
        file=read.source.name,
        sha256=read.sha256,
        rows=account.rows,
        rows_matched=account.matched,
        rows_in_breaks=account.in_breaks,
        rows_rejected=account.rejected,
        rows_carried=account.carried,
    )


def _input_facts(side: str, location: str, read: Input) -> InputFacts:
    return InputFacts(
        side=side,
        location=masked(location),
        name=read.source.name,
        files=read.files,
        rows=read.staged.rows,
        rejected=read.staged.rejected,
    )


def versions(*more: str) -> dict[str, str]:
    """Versions of Python, of this package and of the libraries that decide a result."""
    names = (*_VERSIONED, *more)
    return {"python": platform.python_version()} | {name: _version(name) for name in names}


@cache
def _version(name: str) -> str:
    # Read from the files of the distribution.
    return version(name)
