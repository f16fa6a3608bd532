"""A run again, from its manifest."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import yaml

from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest
from tieout.pipeline.carrying.choose import NONE
from tieout.pipeline.inputs import fingerprint_file
from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile
from tieout.pipeline.workspace import load_manifest

if TYPE_CHECKING:
    from tieout.pipeline.analyze import AnalyzeResult
    from tieout.pipeline.detection import DetectResult
    from tieout.pipeline.monitoring.replay import ReplayResult
    from tieout.pipeline.rootcause import RootCauseResult


AnyResult: TypeAlias = (
    "ReconcileResult | AnalyzeResult | DetectResult | RootCauseResult | ReplayResult"
)


def repeat(
    run: Path,
    *,
    out: Path | None = None,
    workspace: Path | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> AnyResult:
    """Carry out a run again with its inputs, spec and options.

    Raises InputError when an input is gone or is not the same file any more, when the run
    read from a server with a password, which a manifest does not keep, or when it was judged by a
    model that the workspace no longer has.
    """
    manifest = load_manifest(run)
    _require_inputs(manifest)
    _require_words(manifest)
    again = Again(out, workspace, announce)
    with tempfile.TemporaryDirectory(prefix="tieout-") as folder:
        spec = Path(folder) / "spec.yaml"
        if manifest.job == "reconcile":
            return _reconcile(manifest, again, spec)
        if manifest.job == "analyze":
            return _analyze(manifest, again, spec)
        if manifest.job == "detect":
            return _detect(manifest, again)
        if manifest.job == "rootcause":
            return _root_cause(manifest, again)
        if manifest.job == "monitor":
            return _monitor(manifest, again)
    raise InputError(f"{run}: a run of {manifest.job!r} can't be repeated")


@dataclass(frozen=True)
class Again:
    """Where a repeated run goes, and who hears of its steps."""

    out: Path | None
    workspace: Path | None
    announce: Callable[[str], None]


def _require_inputs(manifest: RunManifest) -> None:
    for given in manifest.inputs:
        for file in given.files:
            path = Path(file.path)
            if not path.is_file():
                raise InputError(f"{path}: is gone; the run read it as its {given.side} side")
            if fingerprint_file(path).sha256 != file.sha256:
                raise InputError(f"{path}: has changed since the run (its SHA-256 differs)")
        if "***" in given.location:
            raise InputError(
                f"{given.location}: the manifest keeps no password; run {manifest.job} with the "
                "spec of the run instead"
            )


def _reconcile(manifest: RunManifest, again: Again, spec: Path) -> ReconcileResult:
    _require_rates(manifest)
    left, right = (given.location for given in manifest.inputs)
    settled = {**manifest.spec, "scale": manifest.options["scale"]}
    spec.write_text(yaml.safe_dump(settled, sort_keys=False), encoding="utf-8")
    carried = manifest.options.get("carried")
    settled = (carried or {}).get("settled", {})
    job = ReconcileJob(
        left=left,
        right=right,
        spec=spec,
        out=again.out,
        workspace=again.workspace,
        as_of=_day(manifest.options.get("as_of")),
        engine=manifest.options["engine"],
        earlier=manifest.options.get("earlier_runs", []),
        resolve=manifest.options.get("resolve", {}),
        answers=manifest.options.get("assistant") or None,
        carry_forward=NONE,
        settled=lambda identities: {each: settled[each] for each in identities if each in settled},
        carried=carried,
        expected={given.side: [file.sha256 for file in given.files] for given in manifest.inputs},
        announce=again.announce,
    )
    return reconcile(job)


def _analyze(manifest: RunManifest, again: Again, spec: Path) -> "AnalyzeResult":
    from tieout.pipeline.analyze import AnalyzeJob, analyze

    locations = {given.side: given.location for given in manifest.inputs}
    spec.write_text(yaml.safe_dump(manifest.spec, sort_keys=False), encoding="utf-8")
    return analyze(
        AnalyzeJob(
            breaks=locations["breaks"],
            history=locations.get("history"),
            spec=spec,
            out=again.out,
            workspace=again.workspace,
            as_of=_day(manifest.options["as_of"]),
            engine=manifest.options["engine"],
            resolve=manifest.options.get("resolve", {}),
            answers=manifest.options.get("assistant") or None,
            announce=again.announce,
        )
    )


def _detect(manifest: RunManifest, again: Again) -> "DetectResult":
    from tieout.pipeline.detection import detect, job_of

    return detect(
        job_of(manifest, out=again.out, workspace=again.workspace, announce=again.announce)
    )


def _root_cause(manifest: RunManifest, again: Again) -> "RootCauseResult":
    from tieout.pipeline.rootcause import job_of, root_cause

    return root_cause(
        job_of(manifest, out=again.out, workspace=again.workspace, announce=again.announce)
    )


def _monitor(manifest: RunManifest, again: Again) -> "ReplayResult":
    from tieout.pipeline.monitoring.replay import job_of, replay

    return replay(
        job_of(manifest, out=again.out, workspace=again.workspace, announce=again.announce)
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _require_rates(manifest: RunManifest) -> None:
    expected = manifest.options.get("rates_sha256")
    if expected is None:
        return
    path = Path(manifest.spec["evidence"]["rates"])
    if not path.is_file() or fingerprint_file(path).sha256 != expected:
        raise InputError(f"{path}: the rates are gone or have changed since the run")


def _require_words(manifest: RunManifest) -> None:
    words = manifest.options.get("words") or {}
    for name, expected in words.get("sha256", {}).items():
        path = Path(manifest.spec["words"][name])
        if not path.is_file() or fingerprint_file(path).sha256 != expected:
            raise InputError(f"{path}: is gone or has changed since the run, which read it")
