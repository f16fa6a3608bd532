"""Models that a workspace keeps: one for each profile and shape of data."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tieout.detect.detector import Detector
from tieout.detect.drift import Outline
from tieout.detect.profiles import known_detectors
from tieout.detect.rerank import Reranker
from tieout.detect.saved import SavedModelError, load, save
from tieout.model.errors import InputError
from tieout.model.table import Table

FOLDER = Path(".tieout") / "models"

_EXTRAS: Final = {"penalties", "counted", "outline", "rows"}


@dataclass(frozen=True)
class StoredModel:
    """Detectors as they were kept; penalties of weak ones; what they learnt from.

    counted: the detectors that said anything of the rows they learnt from.
    """

    detectors: Mapping[str, Detector]
    penalties: Mapping[str, float]
    counted: tuple[str, ...]
    outline: Outline
    fingerprint: str
    rows: int


def shape_of(profile: str, table: Table, seed: int) -> str:
    """What two tables share when one model fits both: names, kinds and roles of their columns."""
    shape = [
        profile,
        seed,
        sorted((column.name, str(column.kind)) for column in table.columns),
        sorted((str(role), name) for role, name in table.roles.items()),
    ]
    return hashlib.sha256(json.dumps(shape).encode()).hexdigest()[:16]


def model_path(workspace: Path, profile: str, shape: str) -> Path:
    """Where a workspace keeps the model of a profile and shape."""
    return workspace / FOLDER / f"{profile}-{shape}.npz"


def reranker_path(model: Path) -> Path:
    """Where what was learnt from labels is kept beside its model."""
    return model.with_suffix(".learnt.npz")


def save_reranker(model: Path, reranker: Reranker, fingerprint: str) -> bool:
    """Keep what labels taught for later files that the same model judges; what was no better,
    and whatever was kept before it, is not kept.

    fingerprint: of the model, whose opinion is part of what was learnt from. False where the
    workspace cannot be written.
    """
    path = reranker_path(model)
    try:
        if not reranker.used:
            path.unlink(missing_ok=True)
            return True
        path.parent.mkdir(parents=True, exist_ok=True)
        save({reranker.name: reranker}, path, fingerprint=fingerprint)
    except (OSError, InputError):
        return False
    return True


def load_reranker(model: Path, fingerprint: str) -> Reranker | None:
    """What labels taught beside the very model with a fingerprint; None where nothing is kept."""
    path = reranker_path(model)
    if not path.is_file():
        return None
    try:
        saved = load(path, kinds={Reranker.name: Reranker})
    except SavedModelError:
        return None
    found = saved.detectors.get(Reranker.name)
    return found if isinstance(found, Reranker) and saved.fingerprint == fingerprint else None


def load_model(path: Path) -> StoredModel | None:
    """The model of a path; None where there is none or an other version wrote it."""
    if not path.is_file():
        return None
    try:
        saved = load(path, kinds=known_detectors())
    except SavedModelError:
        return None
    extra: Mapping[str, Any] = saved.extra if isinstance(saved.extra, dict) else {}
    if not set(extra) >= _EXTRAS:
        return None
    return StoredModel(
        detectors=saved.detectors,
        penalties={str(name): float(each) for name, each in extra["penalties"].items()},
        counted=tuple(map(str, extra["counted"])),
        outline=Outline.restored(extra["outline"]),
        fingerprint=saved.fingerprint,
        rows=int(extra["rows"]),
    )


def save_model(path: Path, model: StoredModel) -> bool:
    """Keep a model; False where the workspace cannot be written, which costs time and no run."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save(
            dict(model.detectors),
            path,
            fingerprint=model.fingerprint,
            extra={
                "penalties": dict(model.penalties),
                "counted": list(model.counted),
                "outline": model.outline.state(),
                "rows": model.rows,
            },
        )
    except OSError:
        return False
    return True
