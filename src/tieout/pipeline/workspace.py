"""Where runs live, and how a run folder comes to be whole or not at all."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from tieout.model.errors import InputError
from tieout.model.manifest import RunManifest
from tieout.pipeline.leftovers import MARK, marked, sweep

WORKSPACE_VARIABLE = "TIEOUT_WORKSPACE"
WORKSPACE_FILE = "tieout.yaml"
MANIFEST_FILE = "run.json"


def find_workspace(chosen: Path | None = None) -> Path:
    """The workspace: as chosen, else TIEOUT_WORKSPACE, else the nearest tieout.yaml, else here."""
    if chosen is not None:
        return chosen
    if os.environ.get(WORKSPACE_VARIABLE):
        return Path(os.environ[WORKSPACE_VARIABLE])
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / WORKSPACE_FILE).is_file():
            return folder
    return here


def new_run_id(job: str, moment: datetime | None = None) -> str:
    """`<UTC time>-<job>`, e.g. 20260131T235959Z-reconcile."""
    moment = moment or datetime.now(UTC)
    return f"{moment:%Y%m%dT%H%M%SZ}-{job}"


def run_folder(out: Path | None, workspace: Path | None, run_id: str) -> Path:
    """Where a run's files go. Raises InputError when `out` cannot be a run folder."""
    if out is None:
        folder = find_workspace(workspace) / "runs" / run_id
        is_taken = folder.exists() or any(folder.parent.glob(f".{run_id}.*"))
        return folder.with_name(_distinct(run_id)) if is_taken else folder
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: is a file, expected a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST_FILE).exists():
        raise InputError(
            f"--out {out}: holds files but no {MANIFEST_FILE}; choose an empty folder or an "
            "earlier run"
        )
    return out


@contextmanager
def prepared_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, whose files appear in `folder` only when all went well.

    Each file is renamed into place, the manifest last: a folder with a manifest is a whole run.
    What runs that were killed left beside it is removed.
    """
    made = [parent for parent in folder.parents if not parent.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder.parent)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        _remove_empty(made)
        raise InputError(f"{folder}: can't be written ({error.strerror})") from error
    try:
        with marked(aside):
            yield aside
            folder.mkdir(exist_ok=True)
            (folder / MANIFEST_FILE).unlink(missing_ok=True)
            for path in sorted(aside.iterdir(), key=lambda path: path.name == MANIFEST_FILE):
                if path.name != MARK:
                    path.replace(folder / path.name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        _remove_empty(made)


def load_manifest(run: Path) -> RunManifest:
    """Read a run's manifest. Raises InputError when there is none or it is not one."""
    path = run / MANIFEST_FILE if run.is_dir() else run
    try:
        return RunManifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; expected a run's manifest") from error
    except ValidationError as error:
        raise InputError(f"{path}: is not the manifest of a run") from error


def _remove_empty(folders: Sequence[Path]) -> None:
    """A run that failed leaves no folders that it made; one that others use by now stays."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def _distinct(run_id: str) -> str:
    return f"{run_id}-{secrets.token_hex(2)}"
