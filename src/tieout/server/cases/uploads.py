"""Files that people upload for a run: streamed to the workspace, bounded, under safe names."""

import json
import re
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from tieout.model.errors import InputError

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

BYTES_MAX: Final = 2 * 1024**3
SUFFIXES: Final = (
    *(".csv", ".tsv", ".txt", ".psv", ".gz", ".parquet"),
    *(".xlsx", ".xls", ".xlsb", ".ods"),
)
_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")
_FACTS: Final = "upload.json"


@dataclass(frozen=True)
class Upload:
    """Files that came together. owner: the number of who sent them."""

    key: uuid.UUID
    folder: Path
    files: tuple[Path, ...]
    facts: dict[str, Any]


def keep(files: "list[UploadedFile[Any]]", *, owner: int) -> Upload:
    """Write files to the workspace. Raises InputError for kinds and sizes that are not taken."""
    if not 1 <= len(files) <= 2:
        raise InputError("drop one file to judge its rows, or two that should agree")
    names = [_safe_name(file.name or "file") for file in files]
    if len(names) == 2 and names[0] == names[1]:
        names[1] = f"right-{names[1]}"
    key = uuid.uuid4()
    folder = _root() / key.hex
    folder.mkdir(mode=0o700)
    for name, file in zip(names, files, strict=True):
        if (file.size or 0) > BYTES_MAX:
            raise InputError(f"{name}: has more than {BYTES_MAX // 1024**3} GB")
        with (folder / name).open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        if not (folder / name).stat().st_size:
            raise InputError(f"{name}: is empty")
    facts = {"owner": owner, "files": names}
    (folder / _FACTS).write_text(json.dumps(facts), encoding="utf-8")
    return load(key)


def load(key: uuid.UUID) -> Upload:
    """Files that came before. Raises InputError where they are gone."""
    folder = _root() / key.hex
    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("these files are gone; upload them again") from error
    return Upload(key, folder, tuple(folder / name for name in facts["files"]), facts)


def _safe_name(name: str) -> str:
    last = PurePath(name.replace("\\", "/")).name
    safe = _NAME.sub("_", last).strip("._")[-100:]
    if not safe or PurePath(safe).suffix.lower() not in SUFFIXES:
        raise InputError(f"{last}: expected a file of a kind in {', '.join(SUFFIXES)}")
    return safe


def _root() -> Path:
    root = Path(settings.WORKSPACE).resolve() / "uploads"
    root.mkdir(mode=0o700, exist_ok=True)
    return root
