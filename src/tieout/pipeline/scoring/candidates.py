"""Which detections of a workspace its models in memory come from, the most fitting first."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest
from tieout.model.table import Kind
from tieout.pipeline.data_sets import latest_data_set
from tieout.pipeline.detection.job import PROFILES, DetectJob, job_of
from tieout.pipeline.workspace import MANIFEST_FILE

# A model of fewer rows steps behind one of more, whichever is newer.
ROWS_ENOUGH: Final = 500
_RUNS_LOOKED_AT: Final = 50
_SERVER: Final = re.compile(r"^(sqlite|postgres|postgresql|sql)[:+]")


@dataclass(frozen=True)
class Candidate:
    """A detection to learn from. kinds: of its columns; empty where no run has read them yet."""

    job: DetectJob
    kinds: Mapping[str, Kind]


def candidates(workspace: Path) -> list[Candidate]:
    """One detection for each shape of data that the workspace knows.

    Runs that learnt from the rows they judged, the newest of at least 500 rows first; then the
    data sets that practice commands wrote, where no run has judged such data yet.
    """
    found: dict[tuple[str, frozenset[str]], Candidate] = {}
    for manifest in sorted(_runs(workspace), key=_few):
        columns = frozenset(manifest.spec["kinds"])
        key = (str(manifest.spec["profile"]), columns)
        if key not in found and (job := _job(manifest, workspace)) is not None:
            kinds = {name: Kind(kind) for name, kind in manifest.spec["kinds"].items()}
            found[key] = Candidate(job, kinds)
    judged = {profile for profile, _ in found}
    chosen = list(found.values())
    for profile in PROFILES:
        newest = latest_data_set(profile, workspace) if profile not in judged else None
        if newest is not None:
            job = DetectJob(file=str(newest.path), profile=profile, workspace=workspace)
            chosen.append(Candidate(job, {}))
    return chosen


def _runs(workspace: Path) -> Iterator[RunManifest]:
    """Manifests of finished detections that learnt from their own rows, the newest first."""
    folders = sorted((workspace / "runs").glob("*-detect*"), reverse=True)
    for folder in folders[:_RUNS_LOOKED_AT]:
        try:
            text = (folder / MANIFEST_FILE).read_text(encoding="utf-8")
            manifest = RunManifest.model_validate_json(text)
        except (OSError, ValueError):
            continue
        sides = {given.side for given in manifest.inputs}
        if manifest.job == "detect" and sides == {"current"} and "kinds" in manifest.spec:
            yield manifest


def _few(manifest: RunManifest) -> bool:
    return int(manifest.counts.get("rows", 0)) < ROWS_ENOUGH


def _job(manifest: RunManifest, workspace: Path) -> DetectJob | None:
    """The run's job, where its file is still there."""
    try:
        job = job_of(manifest, workspace=workspace)
    except InputError:
        return None
    location = str(job.file)
    if _SERVER.match(location):
        return job
    places = (Path(location), workspace / location)
    file = next((str(path) for path in places if path.is_file()), None)
    return None if file is None else replace(job, file=file)
