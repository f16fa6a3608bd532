"""What to detect, and the steps from a file to a run folder."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from tieout.detect.roles.infer import Profile
from tieout.detect.thresholds import Costs, CutPolicy
from tieout.export.detect_facts import DetectReport
from tieout.export.detect_report import write_detect_report
from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest
from tieout.model.table import TableRole
from tieout.pipeline.data_sets import latest_data_set
from tieout.pipeline.detection.data import Data, read_data
from tieout.pipeline.detection.facts import build_manifest, build_report
from tieout.pipeline.detection.files import write_files
from tieout.pipeline.detection.findings import Findings, find
from tieout.pipeline.detection.incidents import CaseGroups, group_cases
from tieout.pipeline.detection.model import Judgement, judge
from tieout.pipeline.detection.store import save_reranker
from tieout.pipeline.detection.use import use_of
from tieout.pipeline.inputs import fingerprint_file
from tieout.pipeline.timing import Stopwatch
from tieout.pipeline.workspace import find_workspace, new_run_id, prepared_folder, run_folder

PROFILES: Final[tuple[Profile, ...]] = ("payments", "journal", "generic")


@dataclass(frozen=True, kw_only=True)
class DetectJob:
    """What to judge, and how.

    file: None takes the latest data set of the workspace, as what it is. profile: None means
    generic for a file. history: rows to learn from; None
    learns from the rows themselves. labels: a column of the file, or a file with row and
    is_anomaly; positive and negative are words for it beside the usual ones. learn: train the
    re-ranker on the labels, too. roles: columns that a person assigned. rules: a YAML file in
    place of the profile's own. retrain: never use the model that the workspace keeps. model: the
    fingerprint of the kept model that has to judge. reranker: the digest of what an earlier run
    learnt from labels, which has to be used; empty for none, None for whatever is kept. ask: how
    many rows to list for a person to label. earlier: runs whose incidents may go on; None takes
    the workspace's latest.
    """

    file: str | None = None
    profile: Profile | None = None
    history: str | None = None
    labels: str | None = None
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    learn: bool = False
    roles: Mapping[TableRole, str] = field(default_factory=dict)
    rules: Path | None = None
    policy: CutPolicy = field(default_factory=CutPolicy)
    retrain: bool = False
    model: str | None = None
    reranker: str | None = None
    ask: int = 0
    earlier: tuple[str, ...] | None = None
    seed: int = 0
    out: Path | None = None
    workspace: Path | None = None
    memory_limit: str | None = None
    temp_directory: Path | None = None
    announce: Callable[[str], None] = field(default=lambda _: None, compare=False)

    @property
    def judged_as(self) -> Profile:
        """The profile, generic where none is named."""
        return self.profile or "generic"


@dataclass(frozen=True)
class DetectResult:
    """A finished run: its folder, its manifest and what its report was made from."""

    out: Path
    manifest: RunManifest
    report: DetectReport


@dataclass(frozen=True)
class Detected:
    """Everything that the steps of a run found."""

    data: Data
    judgement: Judgement
    findings: Findings
    groups: CaseGroups


def detect(job: DetectJob) -> DetectResult:
    """Judge the rows of a source and write the run folder, all of it or nothing.

    Raises InputError for sources, labels, rules and folders that cannot be used.
    """
    from tieout.engines.duckdb import DuckDBEngine

    if job.learn and job.labels is None:
        raise InputError("--learn needs --labels: a column of the file, or a file of labels")
    job = _settled(job)
    moment = datetime.now(UTC)
    folder = run_folder(job.out, job.workspace, new_run_id("detect", moment))
    is_named = job.out is None or folder.parent == find_workspace(job.workspace) / "runs"
    run_id = folder.name if is_named else new_run_id("detect", moment)
    clock = Stopwatch(job.announce)
    with (
        prepared_folder(folder) as aside,
        tempfile.TemporaryDirectory(prefix="tieout-", dir=job.temp_directory) as scratch,
        DuckDBEngine(memory_limit=job.memory_limit, temp_directory=job.temp_directory) as engine,
        # The square of 1e300 is infinite, as is how far that is from anything usual.
        np.errstate(over="ignore", invalid="ignore"),
    ):
        with clock.step("read"):
            data = read_data(job, engine, Path(scratch))
        judgement = judge(job, data, clock)
        findings = find(job, data, judgement, clock)
        with clock.step("group"):
            groups = group_cases(job, data, findings)
        done = Detected(data, judgement, findings, groups)
        with clock.step("write"):
            outputs = write_files(done, job, aside)
            report = build_report(
                done, job, run_id=run_id, moment=moment, clock=clock, folder=folder
            )
            write_detect_report(report, aside / "report.html")
        manifest = build_manifest(done, job, report, outputs=outputs, clock=clock)
        text = manifest.model_dump_json(indent=2) + "\n"
        (aside / "run.json").write_text(text, encoding="utf-8")
    judgement.keep()
    learnt = findings.learnt.reranker
    if learnt is not None:
        save_reranker(judgement.path, learnt, judgement.fingerprint)
    use_of(done, job, run_id).save(judgement.path)
    return DetectResult(folder, manifest, report)


def _settled(job: DetectJob) -> DetectJob:
    """The job with its file and profile: the newest data set and its kind where none is named."""
    if job.file is not None:
        return job if job.profile else replace(job, profile="generic")
    newest = latest_data_set(job.profile, job.workspace)
    profile = next((known for known in PROFILES if newest and newest.kind == known), None)
    if newest is None or profile is None:
        raise InputError(
            f"no FILE was given and the workspace has no new data set of "
            f"{job.profile or 'payments or a journal'}; name a file, or make practice data: "
            "tieout generate payments"
        )
    return replace(job, file=str(newest.path), profile=profile)


def job_of(
    manifest: RunManifest,
    *,
    out: Path | None = None,
    workspace: Path | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> DetectJob:
    """The job that a manifest tells of, to run it again; roles and files as they were settled.

    A run that was judged by a kept model needs it still; any other learns anew, whatever model
    the workspace keeps by now. Raises InputError where rules or labels are not the same any more.
    """
    options, locations = manifest.options, {each.side: each.location for each in manifest.inputs}
    for path, expected in options["files_sha256"].items():
        if not Path(path).is_file() or fingerprint_file(Path(path)).sha256 != expected:
            raise InputError(f"{path}: is gone or has changed since the run")
    return DetectJob(
        file=locations["current"],
        profile=manifest.spec["profile"],
        history=locations.get("history"),
        labels=options["labels"],
        positive=tuple(options["positive"]),
        negative=tuple(options["negative"]),
        learn=options["learn"],
        roles={TableRole(role): name for role, name in manifest.spec["roles"].items()},
        rules=Path(options["rules"]) if options["rules"] else None,
        policy=CutPolicy(
            method=options["method"],
            threshold=options["threshold"],
            capacity=options["capacity"],
            level=options["level"],
            costs=Costs(*options["costs"]),
        ),
        retrain=not options["model_reused"],
        model=options["model"] if options["model_reused"] else None,
        reranker=options.get("reranker", ""),
        ask=options.get("ask", 0),
        earlier=tuple(options.get("earlier_runs", ())),
        seed=manifest.seed,
        out=out,
        workspace=workspace,
        announce=announce,
    )
