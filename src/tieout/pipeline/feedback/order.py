"""Judged findings of a run teach the re-ranker, which orders the files that come after it."""

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from tieout.detect.rerank import Reranker
from tieout.detect.rerank.validation import AVERAGE_PRECISION, UNSUPERVISED
from tieout.detect.saved import SavedModelError, load
from tieout.pipeline.feedback.lesson import Lesson, put_back, set_aside
from tieout.pipeline.inputs import fingerprint_file
from tieout.pipeline.run_query.findings import read_manifest

LABELS_MIN: Final = 20
_EACH_MIN: Final = 5
_MEASURE: Final = f"{AVERAGE_PRECISION} on held-out labels"


def learn_order(workspace: Path, folder: Path, labels: Mapping[int, bool]) -> Lesson:
    """Train the re-ranker beside the model of a run on what people decided of its rows.

    labels: whether the row was one, by row. It is judged in repeated cross-validation on labels
    that are held out, and used only where it orders them better; else what was kept before stays.
    Raises InputError where the run's file or rules have changed.
    """
    from tieout.pipeline.detection.job import detect, job_of

    lesson = Lesson(kind="order", subject=folder.name, labels=len(labels), measure=_MEASURE)
    ones = sum(labels.values())
    if len(labels) < LABELS_MIN or min(ones, len(labels) - ones) < _EACH_MIN:
        why = (
            f"it needs {LABELS_MIN} decided findings, {_EACH_MIN} of them false and {_EACH_MIN} not"
        )
        return replace(lesson, why=why)
    before = _kept_copies(workspace)
    with tempfile.TemporaryDirectory(prefix="tieout-") as scratch:
        file = Path(scratch) / "labels.csv"
        _write(file, labels)
        job = job_of(read_manifest(folder), out=Path(scratch) / "run", workspace=workspace)
        done = detect(
            replace(
                job,
                labels=str(file),
                learn=True,
                reranker=None,
                model=None,
                retrain=False,
                earlier=(),
            )
        )
        why = done.report.learning
    changed = _changed(workspace, before)
    if changed is None:
        return replace(lesson, held_out=len(labels), why=why or "no better; not used")
    path, earlier = changed
    if not path.is_file():
        put_back(workspace, path, earlier)
        return replace(lesson, held_out=len(labels), why=why)
    measure, plain, better = _measures(path)
    return replace(
        lesson,
        measure=measure,
        held_out=len(labels),
        before=plain,
        after=better,
        used=True,
        why=why,
        file=path.relative_to(workspace).as_posix(),
        earlier=earlier,
        sha256=fingerprint_file(path).sha256,
    )


def _write(file: Path, labels: Mapping[int, bool]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("row", "is_anomaly", "anomaly_type"))
        writer.writerows((row, int(labels[row]), "") for row in sorted(labels))


def _kept_copies(workspace: Path) -> dict[Path, str]:
    """What was learnt so far, and a copy of each."""
    found = (workspace / ".tieout" / "models").glob("*.learnt.npz")
    return {path: set_aside(workspace, path) for path in found}


def _changed(workspace: Path, before: Mapping[Path, str]) -> tuple[Path, str] | None:
    """What a run has written, changed or removed, and the copy from before."""
    for path in (workspace / ".tieout" / "models").glob("*.learnt.npz"):
        digest = fingerprint_file(path).sha256
        if digest not in before.get(path, ""):
            return path, before.get(path, "")
    gone = [path for path in before if not path.is_file()]
    return (gone[0], before[gone[0]]) if gone else None


def _measures(path: Path) -> tuple[str, float | None, float | None]:
    """What is measured on held-out labels, without and with what was learnt."""
    try:
        saved = load(path, kinds={Reranker.name: Reranker})
    except SavedModelError:
        return _MEASURE, None, None
    found = saved.detectors.get(Reranker.name)
    if not isinstance(found, Reranker):
        return _MEASURE, None, None
    measured = dict(found.validation.figures)
    plain = measured.pop(UNSUPERVISED, None)
    measure = f"{found.validation.measure} on held-out labels"
    return measure, plain, measured.get(found.validation.best)
