"""Which earlier run's open items rejoin, and whether they can."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest
from tieout.pipeline.carrying.items import ITEMS_FILE, SIDES, sha256_of
from tieout.pipeline.earlier import manifest_at
from tieout.pipeline.inputs import Input
from tieout.pipeline.workspace import MANIFEST_FILE, find_workspace, load_manifest
from tieout.reconcile.spec import SideSpec, Spec

LATEST: Final = "latest"
NONE: Final = "none"
Digests = tuple[tuple[str, ...], ...]
# How a value was written in one file is no part of what was read.
_FORMATS: Final = ("name", "source")


@dataclass(frozen=True)
class EarlierRun:
    """A whole run whose open items can be read. sha256: of these."""

    folder: Path
    manifest: RunManifest
    sha256: str

    @property
    def name(self) -> str:
        """What the run is called wherever it is named."""
        return self.folder.resolve().name


@dataclass(frozen=True)
class _Known:
    """A run of the reconciliation. digests: of its files, None where it read a server."""

    folder: Path
    order: tuple[str, int]
    digests: Digests | None


def latest_run(
    workspace: Path | None,
    spec: Spec,
    inputs: Sequence[Input],
    *,
    but: Path | None = None,
) -> Path | None:
    """The folder of the latest run of the reconciliation that the workspace keeps under `runs`.

    Runs of the same files count as one, which took place when these were first read and is what the
    last of them made of it. So files that are reconciled again rejoin what they rejoined before.
    but: a folder that is about to be replaced.
    """
    runs = [each for each in _known(workspace, spec) if not _is_same(each.folder, but)]
    own = _digests([[file.sha256 for file in read.files] for read in inputs])
    first: dict[Any, _Known] = {}
    last: dict[Any, _Known] = {}
    for each in sorted(runs, key=lambda run: run.order):
        key = each.digests or each.folder
        first.setdefault(key, each)
        last[key] = each
    before = first[own].order if own in first else None
    earlier = [key for key, run in first.items() if before is None or run.order < before]
    return last[max(earlier, key=lambda key: first[key].order)].folder if earlier else None


def named_run(name: str, workspace: Path | None) -> Path:
    """The folder of a run: a path, or its name under `runs`. Raises InputError for none."""
    inside = find_workspace(workspace) / "runs" / name
    for folder in (Path(name), inside):
        if (folder / MANIFEST_FILE).is_file():
            return folder
    raise InputError(
        f"--carry-forward {name}: is no run; expected {LATEST}, {NONE} or a run folder"
    )


def usable_run(folder: Path, spec: Spec, *, scale: int) -> EarlierRun:
    """A run whose open items can rejoin. Raises InputError where they cannot, and says why."""
    manifest = load_manifest(folder)
    theirs = manifest.spec.get("reconciliation")
    if manifest.job != "reconcile" or theirs != spec.reconciliation:
        what = f"the reconciliation {theirs}" if manifest.job == "reconcile" else manifest.job
        raise InputError(
            f"{folder}: is a run of {what}; its open items cannot rejoin {spec.reconciliation}"
        )
    if not (folder / ITEMS_FILE).is_file():
        raise InputError(
            f"{folder}: has no {ITEMS_FILE}, as runs of earlier versions have none; carry it out "
            "again (tieout repeat), or go on without it (--carry-forward none)"
        )
    digest = sha256_of(folder)
    if manifest.outputs.get(ITEMS_FILE) != digest:
        raise InputError(f"{folder / ITEMS_FILE}: is not what the run wrote (its SHA-256 differs)")
    counted = manifest.options.get("scale")
    if counted != scale:
        raise InputError(
            f"{folder}: counts in {counted} decimals and this run in {scale}; "
            "name `scale` in both specs, or go on without it (--carry-forward none)"
        )
    other = _first_difference(spec_of(manifest, folder), spec)
    if other:
        raise InputError(
            f"{folder}: was read by another spec ({other}), so its open items cannot rejoin; give "
            f"--spec {folder / 'spec.yaml'}, or go on without it (--carry-forward none)"
        )
    return EarlierRun(folder, manifest, digest)


def spec_of(manifest: RunManifest, folder: Path) -> Spec:
    """The spec of an earlier run. Raises InputError for one that this version does not know."""
    try:
        spec = Spec.model_validate(manifest.spec)
    except ValidationError as error:
        raise InputError(f"{folder}: has a spec of another version") from error
    return spec.model_copy(update={"scale": manifest.options.get("scale")})


def kept_run(kept: Mapping[str, Any], workspace: Path | None) -> Path:
    """The folder of the run that a manifest names. Raises InputError where it is not as it was."""
    inside = find_workspace(workspace) / "runs" / kept["run"]
    for folder in (inside, Path(kept["folder"])):
        if (folder / ITEMS_FILE).is_file() and sha256_of(folder) == kept["sha256"]:
            return folder
    raise InputError(
        f"{kept['folder']}: is gone or has changed; its open items were carried into the run"
    )


def _known(workspace: Path | None, spec: Spec) -> list[_Known]:
    found = []
    for path in (find_workspace(workspace) / "runs").glob(f"*-reconcile*/{MANIFEST_FILE}"):
        manifest = manifest_at(path)
        named = manifest.get("spec", {}).get("reconciliation")
        if manifest.get("job") != "reconcile" or named != spec.reconciliation:
            continue
        files = [
            [file["sha256"] for file in given.get("files", ())]
            for given in manifest.get("inputs", ())
        ]
        # An id tells the second at which a run began, its file when it was done.
        order = (str(manifest.get("created_at")), path.stat().st_mtime_ns)
        found.append(_Known(path.parent, order, _digests(files)))
    return found


def _digests(files: Sequence[Sequence[str]]) -> Digests | None:
    return tuple(tuple(each) for each in files) if all(files) else None


def _is_same(folder: Path, other: Path | None) -> bool:
    return other is not None and folder.resolve() == other.resolve()


def _first_difference(theirs: Spec, own: Spec) -> str:
    """The first thing that is not read alike, with both values; nothing where all of it is."""
    before, after = (spec.evidence.cut_off_hour is not None for spec in (theirs, own))
    pairs: list[tuple[str, Any, Any]] = [
        ("date_in_key", theirs.date_in_key, own.date_in_key),
        ("the use of evidence.cut_off_hour", before, after),
    ]
    for side in SIDES:
        one, other = (_reading(getattr(spec, side)) for spec in (theirs, own))
        pairs += [(f"{side}.{name}", one[name], other[name]) for name in one]
    for name, there, here in pairs:
        if there != here:
            return f"{name} is {there!r} there and {here!r} here"
    return ""


def _reading(side: SideSpec) -> dict[str, Any]:
    """What a side's records are, whatever its file is called and however it writes values."""
    parts = side.model_dump(mode="json", exclude=set(_FORMATS))
    for name in ("amount", "date", "original_amount"):
        if parts[name] is not None:
            parts[name] = {key: value for key, value in parts[name].items() if key != "format"}
    return parts
