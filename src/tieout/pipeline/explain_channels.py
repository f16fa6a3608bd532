"""What each detector of a run says of a row, computed again."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tieout.detect.profiles import looks_at
from tieout.export.explain_trail import Step
from tieout.model.table import TableRole
from tieout.pipeline.detection.data import Data, read_data
from tieout.pipeline.detection.job import DetectJob
from tieout.pipeline.detection.model import Judgement, judge
from tieout.pipeline.explain_kept import KeptRun
from tieout.pipeline.timing import Stopwatch

if TYPE_CHECKING:
    from tieout.pipeline.explain_run import ExplainJob

_P_MIN: Final = 1e-300


@dataclass(frozen=True)
class Channels:
    """Detectors and the rows that they judged. note: where this is not the model of the run."""

    data: Data
    judgement: Judgement
    note: str

    def step(self, row: int) -> Step:
        """p-value of each detector, the strongest first."""
        place = self._place(row)
        said = {name: float(log_p[place]) for name, log_p in self.judgement.judged.channels.items()}
        facts = [
            (name, f"p = {max(np.exp(said[name]), _P_MIN):.3g} ({looks_at(name)})")
            for name in sorted(said, key=lambda name: (said[name], name))
        ]
        reasons = self.judgement.judge.reasons(
            self.data.to_judge, self.judgement.judged, np.array([place], dtype=np.int64)
        )[0]
        notes = [reason.text for reason in reasons] + ([self.note] if self.note else [])
        return Step("detectors", "Detectors", tuple(facts), tuple(notes))

    def typed_step(self, row: int) -> Step:
        """The row as detectors see it: roles, typed values, and what its entry tells."""
        place = self._place(row)
        roles = {name: str(role) for role, name in self.data.table.roles.items()}
        own = set(self.data.table.frame.columns)
        facts = []
        for name, value in self.data.to_judge.frame.row(place, named=True).items():
            role = roles.get(name, "derived" if name not in own else "")
            shown = "(blank)" if value is None else _shown(value)
            facts.append((name, f"{shown} [{role}]" if role else shown))
        return Step("typed", "As detectors see it", tuple(facts))

    def _place(self, row: int) -> int:
        return int(np.searchsorted(self.data.table.rows, row))


def judged_again(kept: KeptRun, job: "ExplainJob", scratch: Path) -> Channels:
    """Read and judge the rows of a run once more; nothing is written.

    Raises InputError where the history of the run cannot be read.
    """
    from tieout.engines.duckdb import DuckDBEngine

    detection = _job_of(kept, job)
    scratch.mkdir(parents=True, exist_ok=True)
    with DuckDBEngine(memory_limit=job.memory_limit, temp_directory=job.temp_directory) as engine:
        data = read_data(detection, engine, scratch)
        clock = Stopwatch(job.announce)
        judgement = judge(detection, data, clock)
        wanted = kept.manifest.options.get("model")
        if judgement.fingerprint != wanted:
            judgement = judge(replace(detection, retrain=True), data, clock)
    note = ""
    if judgement.fingerprint != wanted:
        note = "The model of the run is no longer kept; these are a new one's p-values."
    return Channels(data, judgement, note)


def _job_of(kept: KeptRun, job: "ExplainJob") -> DetectJob:
    manifest = kept.manifest
    inputs = {given.side: given for given in manifest.inputs}
    options: dict[str, Any] = manifest.options
    # A column of labels was hidden from the detectors; a file of labels hides nothing.
    labels = options.get("labels")
    scored = pl.scan_parquet(kept.file("transactions_scored.parquet"))
    labels = labels if labels in scored.collect_schema().names() else None
    return DetectJob(
        file=inputs["current"].location,
        profile=manifest.spec["profile"],
        history=inputs["history"].location if "history" in inputs else None,
        labels=labels,
        positive=tuple(options.get("positive", ())),
        negative=tuple(options.get("negative", ())),
        roles={TableRole(role): name for role, name in options.get("roles", {}).items()},
        seed=manifest.seed,
        workspace=job.workspace,
        memory_limit=job.memory_limit,
    )


def _shown(value: Any) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
