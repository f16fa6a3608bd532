"""Which detectors judge: kept ones that still fit, else new ones; and what they say."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tieout.detect.drift import DRIFT_MAX, ColumnDrift, Outline
from tieout.detect.judge import Judge, Judged
from tieout.detect.profiles import fit_profile
from tieout.model.errors import InputError
from tieout.model.table import Table
from tieout.pipeline.detection.data import Data
from tieout.pipeline.detection.store import (
    StoredModel,
    load_model,
    model_path,
    save_model,
    shape_of,
)
from tieout.pipeline.timing import Stopwatch
from tieout.pipeline.workspace import find_workspace

if TYPE_CHECKING:
    from tieout.pipeline.detection.job import DetectJob

_DRIFTED_SHOWN: Final = 3


@dataclass(frozen=True)
class Judgement:
    """Detectors, what they said of each row, and where they come from.

    sentence: on which model judged and why. drift: of each column against what a kept model had
    learnt from, the largest first; empty where there was none. path: where the workspace keeps the
    model. keep: stores a new one.
    """

    judge: Judge
    judged: Judged
    sentence: str
    fingerprint: str
    reused: bool
    drift: tuple[ColumnDrift, ...]
    path: Path
    keep: Callable[[], object]


def judge(job: "DetectJob", data: Data, clock: Stopwatch) -> Judgement:
    """Score every row by the model that the workspace keeps, or by a new one."""
    learnt_from, table = data.to_learn, data.to_judge
    path = model_path(
        find_workspace(job.workspace), job.judged_as, shape_of(job.judged_as, table, job.seed)
    )
    fingerprint = _fingerprint(job, data)
    with clock.step("learn"):
        kept = None if job.retrain else load_model(path)
        drift = kept.outline.drift(table) if kept is not None else ()
        _require(job.model, kept)
        fits = kept is not None and _still_fits(kept, fingerprint, drift, data)
        if kept is not None and fits:
            model, detectors = kept, Judge(kept.detectors, kept.penalties, kept.counted)
        else:
            model, detectors = _new_model(job, learnt_from, fingerprint)
    with clock.step("judge"):
        judged = detectors.judge(table)
    return Judgement(
        judge=detectors,
        judged=judged,
        sentence=_sentence(kept, drift, learnt_from, reused=fits, retrain=job.retrain),
        fingerprint=model.fingerprint,
        reused=fits,
        drift=drift,
        path=path,
        keep=(lambda: None) if fits else (lambda: save_model(path, model)),
    )


def _require(fingerprint: str | None, kept: StoredModel | None) -> None:
    if fingerprint is not None and (kept is None or kept.fingerprint != fingerprint):
        raise InputError("the model that judged the run is no longer in the workspace")


def _new_model(job: "DetectJob", learnt_from: Table, fingerprint: str) -> tuple[StoredModel, Judge]:
    fitted = fit_profile(job.judged_as, learnt_from, seed=job.seed)
    weighed = Judge.weighed(fitted, learnt_from)
    model = StoredModel(
        detectors=fitted,
        penalties=weighed.penalties,
        counted=weighed.counted or (),
        outline=Outline.of(learnt_from),
        fingerprint=fingerprint,
        rows=learnt_from.height,
    )
    return model, weighed


def _fingerprint(job: "DetectJob", data: Data) -> str:
    files = data.history_files if data.history is not None else data.files
    parts: list[object] = [job.judged_as, job.seed, sorted(map(str, data.table.roles.items()))]
    parts += [file.sha256 for file in files]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _still_fits(
    kept: StoredModel, fingerprint: str, drift: tuple[ColumnDrift, ...], data: Data
) -> bool:
    """The same data, or rows like those that were learnt from; given history always decides."""
    if kept.fingerprint == fingerprint:
        return True
    if data.history is not None or not data.files:
        return False
    return all(part.index <= DRIFT_MAX for part in drift)


def _sentence(
    kept: StoredModel | None,
    drift: tuple[ColumnDrift, ...],
    learnt_from: Table,
    *,
    reused: bool,
    retrain: bool,
) -> str:
    new = f"Judged by a model learnt from {learnt_from.height:,} rows"
    if reused and kept is not None:
        most = f"; the largest drift since is {drift[0].index:.2f} ({drift[0].column})"
        return f"Judged by the workspace's model of {kept.rows:,} rows{most if drift else ''}."
    if kept is None:
        return f"{new}{', as asked' if retrain else ''}."
    moved = [part for part in drift if part.index > DRIFT_MAX][:_DRIFTED_SHOWN]
    named = ", ".join(f"{part.column} ({part.index:.2f})" for part in moved)
    return (
        f"{new}, because these have drifted from the model before: {named}." if moved else f"{new}."
    )
