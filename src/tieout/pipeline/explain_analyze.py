"""The way of a row through an analysis of breaks."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieout.export.explain_trail import Step, Trail
from tieout.export.words import label
from tieout.pipeline.explain_kept import KeptRun
from tieout.pipeline.explain_originals import (
    open_again,
    original,
    reject_of,
    source_step,
    unchanged_files,
)

if TYPE_CHECKING:
    from tieout.pipeline.explain_run import ExplainJob

_SIDE = "breaks"


def explain_analyzed(kept: KeptRun, job: "ExplainJob", scratch: Path) -> Trail:
    """Follow a row of the file of breaks, or a break, through an analyze run.

    Raises InputError for a row or break that there is not.
    """
    from tieout.engines.duckdb import DuckDBEngine

    given = kept.input(_SIDE)
    found: dict[str, Any] | None
    if job.subject.isdecimal():
        row = kept.row(job.subject, given)
        found = kept.break_of("left", row)
        subject = f"Row {row:,}"
    else:
        found = kept.named(kept.breaks, "break_id", job.subject.lower(), "break")
        row = found["left_rows"][0]
        subject = f"Break {found['break_id']}"
    note = unchanged_files(given, kept.folder)
    cells = None
    if not note:
        with DuckDBEngine(
            memory_limit=job.memory_limit, temp_directory=job.temp_directory
        ) as engine:
            source = open_again(given, engine=engine, workdir=scratch / _SIDE)
            cells = original(source, row, engine=engine, workdir=scratch / _SIDE)
    steps: list[Step] = [source_step(cells, row, note, which=given.name)]
    reject = reject_of(kept.folder, cells.file if cells else given.name, row)
    if found is not None:
        steps += kept.break_steps(found)
        odd = "out of pattern" if found["anomalous"] else "in pattern"
        outcome, sentence = "break", f"{label(found['bucket'])}, {odd}. {found['evidence']}"
    elif reject is not None:
        facts = tuple((name, reject[name]) for name in ("column", "value", "expected"))
        steps.append(Step("rejected", "Rejected", facts))
        outcome, sentence = "rejected", f"rejected: expected {reject['expected']}"
    else:
        outcome = "agrees"
        sentence = "no break of this run: its sides agree, or it is history that was learnt from"
    return Trail(
        run_id=kept.manifest.run_id,
        job=kept.manifest.job,
        subject=subject,
        outcome=outcome,
        sentence=sentence,
        steps=tuple(steps),
    )
