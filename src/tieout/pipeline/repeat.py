"""A run again, from its manifest."""

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import yaml
from pydantic import ValidationError

from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest
from tieout.pipeline.inputs import fingerprint_file
from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile
from tieout.pipeline.workspace import MANIFEST_FILE


def load_manifest(run: Path) -> RunManifest:
    """Read a run's manifest. Raises InputError when there is none or it is not one."""
    path = run / MANIFEST_FILE if run.is_dir() else run
    try:
        return RunManifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; expected a run's manifest") from error
    except ValidationError as error:
        raise InputError(f"{path}: is not the manifest of a run") from error


def repeat(
    run: Path,
    *,
    out: Path | None = None,
    workspace: Path | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> ReconcileResult:
    """Carry out a run again with its inputs, spec and options.

    Raises InputError when an input is gone or is not the same file any more, or when the run
    read from a server with a password, which a manifest does not keep.
    """
    manifest = load_manifest(run)
    for given in manifest.inputs:
        for file in given.files:
            path = Path(file.path)
            if not path.is_file():
                raise InputError(f"{path}: is gone; the run read it as its {given.side} side")
            if fingerprint_file(path).sha256 != file.sha256:
                raise InputError(f"{path}: has changed since the run (its SHA-256 differs)")
        if "***" in given.location:
            raise InputError(
                f"{given.location}: the manifest keeps no password; run reconcile with the spec "
                "of the run instead"
            )
    _require_rates(manifest)
    left, right = (given.location for given in manifest.inputs)
    as_of = manifest.options.get("as_of")
    with tempfile.TemporaryDirectory(prefix="tieout-") as folder:
        spec = Path(folder) / "spec.yaml"
        settled = {**manifest.spec, "scale": manifest.options["scale"]}
        spec.write_text(yaml.safe_dump(settled, sort_keys=False), encoding="utf-8")
        job = ReconcileJob(
            left=left,
            right=right,
            spec=spec,
            out=out,
            workspace=workspace,
            as_of=date.fromisoformat(as_of) if as_of else None,
            engine=manifest.options["engine"],
            expected={
                given.side: [file.sha256 for file in given.files] for given in manifest.inputs
            },
            announce=announce,
        )
        return reconcile(job)


def _require_rates(manifest: RunManifest) -> None:
    expected = manifest.options.get("rates_sha256")
    if expected is None:
        return
    path = Path(manifest.spec["evidence"]["rates"])
    if not path.is_file() or fingerprint_file(path).sha256 != expected:
        raise InputError(f"{path}: the rates are gone or have changed since the run")
