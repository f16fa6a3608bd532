"""Which data set of a workspace is the newest, so that commands can do without naming it."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tieout.export.aside import written_aside
from tieout.model.errors import InputError
from tieout.pipeline.workspace import find_workspace

POINTER_FILE: Final = Path(".tieout") / "latest.json"


@dataclass(frozen=True)
class DataSet:
    """kind: what it holds, as a profile of `tieout detect` is called: payments, journal, breaks."""

    kind: str
    path: Path


def remember_data_set(kind: str, path: Path, workspace: Path | None = None) -> bool:
    """Make a file the newest data set of its kind, and of all kinds.

    workspace: as chosen, else found as for runs. The path is kept relative to the workspace when
    it lies inside, so that the workspace may be moved. Answers whether it was kept: a workspace
    that can't be written to is left alone, for nothing depends on it.
    """
    root = find_workspace(workspace)
    known = [entry for entry in _read(root) if entry.kind != kind]
    entries = [
        {"kind": entry.kind, "path": _kept(entry.path, root)}
        for entry in (DataSet(kind, path), *known)
    ]
    pointer = root / POINTER_FILE
    try:
        pointer.parent.mkdir(parents=True, exist_ok=True)
        with written_aside(pointer) as part:
            part.write_text(json.dumps({"data_sets": entries}, indent=2) + "\n", encoding="utf-8")
    except (OSError, InputError):
        return False
    return True


def latest_data_set(kind: str | None = None, workspace: Path | None = None) -> DataSet | None:
    """The newest data set of a kind, or of any, whose file is still there; None without one."""
    for entry in _read(find_workspace(workspace)):
        if kind in {None, entry.kind} and entry.path.exists():
            return entry
    return None


def _read(root: Path) -> list[DataSet]:
    """What is remembered, newest first. A pointer that can't be read points at nothing."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        found = json.loads((root / POINTER_FILE).read_text(encoding="utf-8"))
        return [
            DataSet(str(entry["kind"]), root / str(entry["path"])) for entry in found["data_sets"]
        ]
    return []


def _kept(path: Path, root: Path) -> str:
    absolute, base = path.resolve(), root.resolve()
    return (absolute.relative_to(base) if absolute.is_relative_to(base) else absolute).as_posix()
